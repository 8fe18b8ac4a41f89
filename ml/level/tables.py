"""The marts of the level: the days ahead, their risk, and the record of both methods."""

from ml.marts import WeekTable

_OF_TYPE = (
    ("territory", "string", "City. / Ville."),
    ("area_id", "string", "Group of areas, as in dim_area; all: the city. / Groupe de secteurs ; all : la ville."),
    ("area_name", "string", "Its name; empty for the whole city. / Son nom ; vide pour toute la ville."),
    ("type", "string", "Kind of incident, or all: those still recorded, together. / Type de fait, ou all : ensemble."),
)
_OF_DAY = (
    *_OF_TYPE,
    ("week_start_date", "date", "Monday of the first day that is forecast. / Lundi du premier jour prévu."),
    ("forecast_date", "date", "Day that is forecast. / Jour prévu."),
)
LEVEL = WeekTable.described(
    "marts.fct_level",
    (
        *_OF_DAY,
        ("expected_count", "double", "Expected incidents, as served. / Faits attendus, tels que servis."),
        ("lower_count", "int", "At least so many, nine days in ten. / Au moins, neuf jours sur dix."),
        ("upper_count", "int", "At most so many, nine days in ten. / Au plus, neuf jours sur dix."),
        ("baseline_count", "double", "Expected by plain seasonal counts. / Attendus par comptage saisonnier."),
        ("served", "string", "model or baseline: which is shown. / model ou baseline : celui qui est montré."),
        ("data_until_date", "date", "Last day that the data hold. / Dernier jour connu."),
        ("reason_en", "string", "Why it serves, in English. / Pourquoi il sert, en anglais."),
        ("reason_fr", "string", "The same in French. / Pourquoi il sert, en français."),
        ("forecast_at", "timestamp", "When it was forecast, UTC. / Instant de la prévision, UTC."),
    ),
    "Incidents to expect in a city and its groups of areas on each of the next seven days. One row per territory, "
    "group, type and day.",
)
DAY_RISK = WeekTable.described(
    "marts.fct_day_risk",
    (
        *_OF_DAY,
        (
            "threshold_count",
            "int",
            "Count that at most one day in ten of the last year exceeded. / Compte qu'au plus un jour sur dix de la "
            "dernière année a dépassé.",
        ),
        ("p_above", "double", "Probability that the day exceeds it. / Probabilité que le jour le dépasse."),
        (
            "risk",
            "int",
            "Where that stands among last year's days, 10 the highest tenth; empty where it says nothing. / Où elle se "
            "place parmi les jours de l'année, 10 le dixième le plus haut ; vide là où il ne dirait rien.",
        ),
        ("factors_en", "string", "What goes with it, in English. / Ce qui l'accompagne, en anglais."),
        ("factors_fr", "string", "The same in French. / Ce qui l'accompagne, en français."),
        ("finding_en", "string", "The day in a sentence, in English. / Le jour en une phrase, en anglais."),
        ("finding_fr", "string", "The same in French. / Le jour en une phrase, en français."),
        ("forecast_at", "timestamp", "When it was forecast, UTC. / Instant de la prévision, UTC."),
    ),
    "How likely a day passes its own threshold. One row per territory, group of areas, type and day.",
)
LEVEL_SCORE = WeekTable.described(
    "marts.fct_level_score",
    (
        *_OF_TYPE,
        ("week_start_date", "date", "Monday of the newest week judged. / Lundi de la dernière semaine jugée."),
        ("week_count", "int", "Weeks judged, each from its own past. / Semaines jugées, chacune d'après son passé."),
        ("crps_model", "double", "Mean error of the model, incidents a day (CRPS). / Erreur moyenne du modèle."),
        ("crps_baseline", "double", "The same of plain seasonal counts. / Celle du comptage saisonnier."),
        ("crps_gain", "double", "By how much the model is better. / De combien le modèle est meilleur."),
        ("crps_gain_low", "double", "Its 95 % interval over months, from. / Son intervalle à 95 %, de."),
        ("crps_gain_high", "double", "To. / À."),
        ("crps_gain_apart", "double", "The gain without weeks set apart. / Le gain sans les semaines mises à part."),
        ("coverage", "double", "Share of days at or under upper_count. / Part des jours sous upper_count."),
        ("interval_coverage", "double", "Share of days between both bounds. / Part des jours entre les deux bornes."),
        ("log_score_model", "double", "Mean log score of the model's law. / Score log moyen du modèle."),
        ("log_score_baseline", "double", "The same of plain counts. / Celui du comptage saisonnier."),
        ("brier_skill", "double", "How far day risk beats the base rate. / De combien le risque bat le taux moyen."),
        ("brier_skill_low", "double", "Its 95 % interval over months, from. / Son intervalle à 95 %, de."),
        ("brier_skill_high", "double", "To. / À."),
        (
            "reliability",
            "string",
            "JSON: by tenth of the days, mean probability, share that exceeded, days. / JSON : par dixième des jours, "
            "probabilité moyenne, part au-dessus, jours.",
        ),
        ("published_day_count", "int", "Days published before they came. / Jours publiés avant qu'ils viennent."),
        ("published_coverage", "double", "Share of them at or under upper_count. / Part d'entre eux sous upper_count."),
        ("published_error", "double", "Mean absolute error of what was served. / Erreur absolue moyenne du publié."),
        ("published_baseline_error", "double", "The same of plain counts. / Celle du comptage saisonnier."),
        ("scored_at", "timestamp", "When it was scored, UTC. / Instant du calcul, UTC."),
    ),
    "How the forecasts of days did, each from its own past. One row per territory, group, type and newest week judged.",
)
