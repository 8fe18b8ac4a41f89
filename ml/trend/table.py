"""The mart of trends."""

from ml.marts import WeekTable

TREND = WeekTable.described(
    "marts.fct_trend",
    (
        ("territory", "string", "City. / Ville."),
        ("area_id", "string", "Area, as in dim_area; all: the whole city. / Secteur ; all : toute la ville."),
        ("area_name", "string", "Its name; empty for the whole city. / Son nom ; vide pour toute la ville."),
        ("type", "string", "Kind of incident, or all: every type together. / Type de fait, ou all : tous ensemble."),
        (
            "span",
            "string",
            "week, month (four whole weeks) or year (to date). / week : semaine ; month : quatre semaines ; year : "
            "l'année à ce jour.",
        ),
        ("period_start_date", "date", "First day of the period. / Premier jour."),
        ("period_end_date", "date", "Last day of the period. / Dernier jour."),
        ("incident_count", "int", "Incidents of the period. / Faits de la période."),
        (
            "expected_count",
            "double",
            "What earlier years at the same season and the trend let expect; empty where incidents are too few. / "
            "L'attendu d'après les années précédentes à la même saison et la tendance ; vide si trop peu de faits.",
        ),
        ("lower_count", "int", "Counts below it are rare by noise alone. / En dessous, rare par le seul bruit."),
        ("upper_count", "int", "Counts above it are rare by noise alone. / Au-dessus, rare par le seul bruit."),
        ("p_value", "double", "How often noise gives as much. / Fréquence par le seul bruit."),
        ("is_above", "boolean", "Whether the count passes upper_count. / Si le compte dépasse upper_count."),
        ("is_below", "boolean", "Whether it is under lower_count. / S'il est sous lower_count."),
        (
            "is_alarm",
            "boolean",
            "Whether it is beyond noise, all areas and types of the newest period taken together. / S'il est au-delà "
            "du bruit, tous secteurs et types de la dernière période pris ensemble.",
        ),
        (
            "change_ratio",
            "double",
            "Count over expected less 1; empty where small. / Compte sur attendu, moins 1 ; vide si petit.",
        ),
        ("finding_en", "string", "The newest period in a sentence, in English. / Le constat, en anglais."),
        ("finding_fr", "string", "The same in French. / Le constat, en français."),
    ),
    "What changed beyond noise: counts beside what earlier years let expect. "
    "One row per territory, area, type, span and period.",
)
