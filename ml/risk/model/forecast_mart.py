"""`marts.fct_forecast` and `marts.fct_forecast_fine`: what their columns hold."""

from ml.marts import WeekTable

# Name, type, and what analysts read, in English and French.
_FIGURES: tuple[tuple[str, str, str], ...] = (
    ("territory", "string", "City of the cell. / Ville de la maille."),
    ("cell_id", "string", "Cell, <territory>:<row>:<col>. / Maille, <territoire>:<rang>:<colonne>."),
    ("type", "string", "Kind of incident. / Type d'incident."),
    ("week_start_date", "date", "Monday of the week. / Lundi de la semaine."),
    ("expected_count", "double", "Expected incidents of the week. / Faits attendus dans la semaine."),
    ("upper_count", "int", "At most so many, nine times in ten. / Au plus ce nombre, neuf fois sur dix."),
    ("p_at_least_one", "double", "Probability of one incident or more. / Probabilité d'au moins un fait."),
    (
        "baseline_count",
        "double",
        "Best of the plain counts by its record, same total: what the model must beat. / "
        "Meilleur comptage simple d'après ses résultats, de même total : ce que le modèle doit battre.",
    ),
    ("rank_model", "int", "Rank by expected_count within the type, from 1. / Rang selon expected_count, dès 1."),
    ("rank_baseline", "int", "Rank by baseline_count, the same way. / Rang selon baseline_count, de même."),
    (
        "is_known",
        "boolean",
        "False where too few incidents are known around to tell. / Faux là où trop peu de faits sont connus autour.",
    ),
    ("part_recent", "double", "Share told by recent weeks. / Part due aux dernières semaines."),
    ("part_year", "double", "Share told by the last year. / Part due à l'année écoulée."),
    ("part_long", "double", "Share told by many years. / Part due à de longues années."),
    ("part_other_types", "double", "Share told by other types nearby. / Part due aux autres types à proximité."),
    (
        "part_background",
        "double",
        "Share told by places where incidents have been known, or by nothing in particular. / "
        "Part due aux lieux déjà connus, ou à rien de particulier.",
    ),
)
_STAMP: tuple[tuple[str, str, str], ...] = (
    ("model_name", "string", "Model. / Modèle."),
    (
        "model_version",
        "string",
        "Its version in the registry; counts where there is no model yet. / "
        "Sa version au registre ; counts s'il n'y a pas encore de modèle.",
    ),
    ("served", "string", "Figure to show, model or baseline. / Chiffre à montrer, modèle ou comptage."),
)
_UNTIL = (
    "data_until_date",
    "date",
    "Last day that the data hold; only whole weeks before week_start_date are used. / "
    "Dernier jour des données ; seules comptent les semaines entières avant week_start_date.",
)
_AT = ("forecast_at", "timestamp", "When it was computed, UTC. / Instant du calcul, UTC.")
FORECAST = WeekTable.described(
    "marts.fct_forecast",
    (
        *_FIGURES,
        ("reason_en", "string", "Why, in English, and what to know of the week. / Pourquoi, en anglais."),
        ("reason_fr", "string", "The same in French. / Pourquoi, en français, et que savoir de la semaine."),
        *_STAMP,
        ("data_version", "string", "Versions of the tables read. / Versions des tables lues."),
        _UNTIL,
        _AT,
    ),
    "Expected incidents of next week beside the baseline, with the number that nine weeks in ten do not exceed and the "
    "probability of one or more. Earlier weeks stay as they were published. One row per cell, type and week.",
    renewed={"upper_count": "lower_count"},
)
FINE = WeekTable.described(
    "marts.fct_forecast_fine",
    (
        *_FIGURES,
        *_STAMP,
        _UNTIL,
        _AT,
        ("parent_cell_id", "string", "Published cell that holds this one. / Maille publiée qui contient celle-ci."),
        ("lon", "double", "Longitude of the centre, degrees. / Longitude du centre, degrés."),
        ("lat", "double", "Latitude of the centre, degrees. / Latitude du centre, degrés."),
    ),
    "Expected incidents of next week on the fine grid that the model lives on, beside the baseline; none of a "
    "published cell around which nothing is known. One row per cell, type and week.",
    renewed={"upper_count": "lower_count"},
)
