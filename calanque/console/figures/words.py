"""What the page *Chiffres publiés* says, in both languages."""

from calanque.contracts.page import Language

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "figures": "Published figures", "city": "City", "area": "Area", "find": "Name of an area", "show": "Show",
        "month": "Month", "week": "Week of", "reports": "Reports by citizens", "acts": "Acts of enforcement",
        "weeks": "Incidents in the whole city, by week", "statistics": "Official statistics",
        "map": "Areas of {}: {} outlines", "areas": "area|areas", "within": "in {}",
        "found": "area has this in its name|areas have this in their names",
        "none_found": "No area has this in its name.",
        "of_wider": "Published for {}, where the area lies: narrower counts would be too small to be shown.",
        "square": "square {}", "wide_square": "a square of {} km a side",
        "no_reports": "No reports are published for this area.", "no_acts": "No acts are published for this area.",
        "no_weeks": "No incidents are published for this city.",
        "withheld": "withheld", "quantity": "Figure", "unit": "Unit", "value": "Value", "period": "Period",
        "told": "These counts are of places and times, never of a person. Behind each that is shown stand eleven "
        "persons or more, or it is of eleven acts or incidents or more; what is smaller is withheld (▨). Where there "
        "was none, it says 0; what is not counted, or not yet to its end, is –.",
        "not_covered": "not counted, or not yet to its end",
        "choose": "Choose an area on the map, in the list or by its name.",
        "close": "Back to the whole city", "query": "The queries behind this page",
        "source": "Outlines", "csv": "As a table (CSV)",
        "no_city": "No city is published yet.", "unknown_city": "There is no such city: choose one of {}.",
        "unknown_area": "There is no such area in this city: choose it by its name.",
    },
    "fr": {
        "figures": "Chiffres publiés", "city": "Ville", "area": "Secteur", "find": "Nom d’un secteur",
        "show": "Montrer", "month": "Mois", "week": "Semaine du", "reports": "Signalements des habitants",
        "acts": "Actes de verbalisation et de mise en fourrière",
        "weeks": "Faits dans toute la ville, par semaine", "statistics": "Statistiques officielles",
        "map": "Secteurs de {} : {} contours", "areas": "secteur|secteurs", "within": "dans {}",
        "found": "secteur a ceci dans son nom|secteurs ont ceci dans leur nom",
        "none_found": "Aucun secteur n’a ceci dans son nom.",
        "of_wider": "Publié pour {}, où se trouve le secteur : des comptes plus fins seraient trop petits pour être "
        "montrés.",
        "square": "carré {}", "wide_square": "un carré de {} km de côté",
        "no_reports": "Aucun signalement n’est publié pour ce secteur.",
        "no_acts": "Aucun acte n’est publié pour ce secteur.",
        "no_weeks": "Aucun fait n’est publié pour cette ville.",
        "withheld": "retenu", "quantity": "Chiffre", "unit": "Unité", "value": "Valeur", "period": "Période",
        "told": "Ces comptes portent sur des lieux et des périodes, jamais sur une personne. Derrière chacun de ceux "
        "qui sont montrés il y a onze personnes au moins, ou onze actes ou faits au moins ; ce qui est plus petit est "
        "retenu (▨). Là où il n’y a rien eu, on lit 0 ; ce qui n’est pas compté, ou pas encore jusqu’au bout, –.",
        "not_covered": "pas compté, ou pas encore jusqu’au bout",
        "choose": "Choisissez un secteur sur la carte, dans la liste ou par son nom.",
        "close": "Revenir à toute la ville",
        "query": "Les requêtes derrière cette page",
        "source": "Contours", "csv": "En tableau (CSV)", "no_city": "Aucune ville n’est encore publiée.",
        "unknown_city": "Cette ville n’existe pas ici : choisissez parmi {}.",
        "unknown_area": "Ce secteur n’existe pas dans cette ville : cherchez-le par son nom.",
    },
}  # fmt: skip
