"""The mart of factors."""

from ml.marts import WeekTable

FACTOR = WeekTable.described(
    "marts.fct_factor",
    (
        ("territory", "string", "City. / Ville."),
        ("type", "string", "Kind of incident, or all: every type together. / Type de fait, ou all : tous ensemble."),
        (
            "factor",
            "string",
            "weekday, public_holiday, school_holiday, part_of_day, premises, rain, heat, cold, wind, event or works. / "
            "Jour de semaine, jour férié, vacances scolaires, moment du jour, lieu, pluie, chaleur, froid, vent, "
            "événement ou travaux.",
        ),
        (
            "category",
            "string",
            "Which: monday to sunday, 00-06 to 18-24, the kind of premises or of event; yes where there is one. / "
            "Lequel : monday à sunday, 00-06 à 18-24, le type de lieu ou d'événement ; yes s'il n'y en a qu'un.",
        ),
        ("week_start_date", "date", "Monday of the week after the data. / Lundi de la semaine qui suit les données."),
        (
            "unit_count",
            "int",
            "Days with the factor; place-days for events and works, incidents for premises. / Jours avec le facteur ; "
            "lieux-jours pour événements et travaux, faits pour les lieux.",
        ),
        ("incident_count", "int", "Incidents counted with the factor. / Faits comptés avec le facteur."),
        (
            "effect_ratio",
            "double",
            "Rate with the factor over the rate without it, else alike; empty where too few. / Taux avec le facteur "
            "sur taux sans lui, le reste étant semblable ; vide si trop peu.",
        ),
        ("lower_ratio", "double", "Its 95 % interval, from. / Son intervalle à 95 %, de."),
        ("upper_ratio", "double", "To. / À."),
        ("p_value", "double", "How often noise gives as much. / Fréquence par le seul bruit."),
        (
            "q_value",
            "double",
            "The same among all that is looked at (Benjamini and Hochberg). / La même parmi tout ce qui est "
            "examiné dans la ville.",
        ),
        ("year_count", "int", "Years that could be judged on their own. / Années jugées chacune à part."),
        (
            "same_sign_share",
            "double",
            "Share of them on the same side of 1 as the whole; empty where there is none. / Part d'entre elles du même "
            "côté de 1 que l'ensemble ; vide s'il n'y en a pas.",
        ),
        ("is_found", "boolean", "Whether it is beyond noise and stable. / S'il est au-delà du bruit et stable."),
        ("finding_en", "string", "The finding in a sentence, in English. / Le constat, en anglais."),
        ("finding_fr", "string", "The same in French. / Le constat, en français."),
        ("computed_at", "timestamp", "When it was computed, UTC. / Instant du calcul, UTC."),
    ),
    "With what counts of incidents go, which does not say why. One row per territory, type, factor and category.",
)
