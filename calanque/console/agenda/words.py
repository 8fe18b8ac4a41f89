"""The words of the page *Agenda*, in English and French."""

from calanque.contracts.page import Language

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "agenda": "Agenda", "city": "City", "week": "Week of", "rule": "Rule", "state": "State", "all": "all",
        "every_rule": "all", "also": "; ",
        "show": "Show", "before": "The week before", "after": "The week after",
        "told": "Week of {} to {}: {} begin or go on, {} cancelled. Times are the city’s.",
        "events": "event|events", "conflicts": "Events that can not go together",
        "conflict": "conflict|conflicts", "none": "No two events of this week are in conflict.",
        "none_chosen": "No conflict of this week fits the choice.",
        "when": "When", "where": "Where", "why": "Why", "sure": "sure",
        "likely": "to be looked at",
        "sure_note": "Sure: within half of the rule’s distance, and at the same time. The others hold at the edge of a "
        "rule: look at the plans. Distances are rounded to ten metres.",
        "together": "{} m apart, {} together", "follows": "{} m apart, {} between them",
        "at_once": "{} at once", "beside": "{} m from it, {}", "on_line": "both {} m from it at most, {}",
        "persons": "{} persons expected", "holds": "{} persons expected, it holds {}",
        "minutes": "min", "hours": "h", "days": "days",
        "to_handle": "to handle", "handled": "handled", "accepted": "accepted", "by": "{}, by {} on {}",
        "agreed": "accepted: the organisers agree", "far_enough": "accepted: far enough on the ground",
        "apart_in_time": "accepted: not at the same hour", "measures": "accepted: with measures",
        "decide": "Decide", "map": "Conflicts by area",
        "picture": "Map of {}: {} areas, darker where more conflicts are. "
        "The table beside says the same.",
        "calendar": "The week", "kind": "Kind", "calendar_note": "How many events last on each day.",
        "list": "All events of the week", "event": "Event", "from": "From", "until": "Until",
        "expected": "Persons expected", "cancelled": "cancelled", "everywhere": "the whole city",
        "nowhere": "place unknown, or outside the areas",
        "weeks": "Conflicts by the week in which they begin", "whole_city": "The whole city again",
        "no_city": "No city has planned events yet: run the demo, or a feed of planned events.",
        "unknown_city": "There is no such city: choose one of {}.",
        "nothing_planned": "{} has no planned events; cities that have: {}.",
        "no_conflict": "There is no such conflict any more: its cause has gone. Open the week again.",
        "overtaken": "Somebody else has decided since this page was made: open the week again and look.",
        "changed": "decided before it changed: ", "csv": "These conflicts as CSV", "query": "The queries behind this",
    },
    "fr": {
        "agenda": "Agenda", "city": "Ville", "week": "Semaine du", "rule": "Règle", "state": "État", "all": "tous",
        "every_rule": "toutes", "also": "\u202f; ",
        "show": "Montrer", "before": "La semaine d’avant", "after": "La semaine d’après",
        "told": "Semaine du {} au {} : {} commencent ou durent, dont {} annulés. Les heures sont celles de la ville.",
        "events": "événement|événements", "conflicts": "Événements qui ne vont pas ensemble",
        "conflict": "conflit|conflits", "none": "Aucun conflit cette semaine.",
        "none_chosen": "Aucun conflit de cette semaine ne répond au choix.",
        "when": "Quand", "where": "Où", "why": "Pourquoi", "sure": "sûr", "likely": "à vérifier",
        "sure_note": "Sûr : à moins de la moitié de la distance de la règle, et en même temps. Les autres sont à la "
        "limite d’une règle : voyez les plans. Les distances sont arrondies à dix mètres.",
        "together": "à {} m, {} ensemble", "follows": "à {} m, {} entre les deux",
        "at_once": "{} en même temps", "beside": "à {} m, pendant {}", "on_line": "tous deux à {} m au plus, {}",
        "persons": "{} personnes attendues", "holds": "{} personnes attendues, {} places",
        "minutes": "min", "hours": "h", "days": "jours",
        "to_handle": "à traiter", "handled": "traité", "accepted": "accepté", "by": "{}, par {} le {}",
        "agreed": "accepté : les organisateurs sont d’accord", "far_enough": "accepté : assez loin sur place",
        "apart_in_time": "accepté : pas à la même heure", "measures": "accepté : avec des mesures",
        "decide": "Décider", "map": "Conflits par secteur",
        "picture": "Carte de {} : {} secteurs, plus foncés là où il y a plus de "
        "conflits. Le tableau à côté dit la même chose.",
        "calendar": "La semaine", "kind": "Genre", "calendar_note": "Combien d’événements durent chaque jour.",
        "list": "Tous les événements de la semaine", "event": "Événement", "from": "Du", "until": "Au",
        "expected": "Personnes attendues", "cancelled": "annulé", "everywhere": "toute la ville",
        "nowhere": "lieu inconnu ou hors des secteurs",
        "weeks": "Conflits par semaine où ils commencent", "whole_city": "De nouveau toute la ville",
        "no_city": "Aucune ville n’a encore d’événements prévus : lancez la démo, ou un flux d’événements.",
        "unknown_city": "Cette ville n’existe pas : choisissez parmi {}.",
        "nothing_planned": "{} n’a pas d’événements prévus ; villes : {}.",
        "no_conflict": "Ce conflit n’existe plus : sa cause a disparu. Rouvrez la semaine.",
        "overtaken": "Quelqu’un d’autre a décidé depuis l’ouverture de cette page : rouvrez la semaine et regardez.",
        "changed": "décidé avant un changement : ", "csv": "Ces conflits en CSV",
        "query": "Les requêtes derrière cette page",
    },
}  # fmt: skip

DAYS: dict[Language, tuple[str, ...]] = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "fr": ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim."),
}
