"""The words of the page *Conservation*, in English and French."""

from calanque.contracts.page import Language

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Retention", "subtitle": "what the lake holds, for how long, and what it has deleted",
        "as_of": "as of {}, times of {}", "overdue": "Overdue", "places_overdue": "place|places",
        "next_due": "Next due", "nothing_due": "nothing", "deleted": "Deleted in 31 days", "acts": "deletion|deletions",
        "erased": "Erasures", "erasures": "erasure|erasures", "none_overdue": "Nothing is past its days.",
        "explained": "A nightly run deletes what is past the days of its contract. Deleted rows leave the files of "
        "their table a week later. Rows that a source still confirms are kept until it closes them.",
        "purged": "The nightly run ended last on {}, and left nothing over.",
        "purge_failed": "The nightly run ended last on {}, and failed: its log says what it left over.",
        "no_purge": "The nightly run has not ended once yet.",
        "purge_unknown": "When the nightly run ended last is not known: Airflow does not answer.",
        "left_out": "Not judged, as the contract is wrong or gone: {}.",
        "personal": "Personal feeds", "others": "Feeds without personal data", "feed": "Feed",
        "landing": "Raw files", "bronze": "Bronze", "quarantine": "Quarantine", "days": "{} days", "oldest": "since {}",
        "due": "due {}", "late": "overdue since {}", "empty": "nothing there", "no_end": "nothing has an end yet",
        "deletions": "Deletions", "when": "When", "place": "Place", "count": "Rows or batches", "by": "By",
        "no_deletions": "Nothing was deleted in these days.",
        "erasure_list": "Erasure list",
        "tokens": "Tokens", "purpose": "Purpose", "number": "Number",
        "how_to_erase": "Whoever asks to be erased is found with 'calanque dpo find', then erased with "
        "'calanque dpo erase'. This list and the journal are the proof.",
        "no_erasures": "Nobody has been erased yet.", "only": "Show", "all": "every feed",
        "only_overdue": "overdue only",
        "filter": "Show", "only_personal": "personal only",
    },
    "fr": {
        "title": "Conservation", "subtitle": "ce que le lac détient, pour combien de temps, et ce qu’il a supprimé",
        "as_of": "au {}, heures de {}", "overdue": "En retard", "places_overdue": "endroit|endroits",
        "next_due": "Prochaine échéance", "nothing_due": "aucune", "deleted": "Supprimé en 31 jours",
        "acts": "suppression|suppressions", "erased": "Effacements", "erasures": "effacement|effacements",
        "none_overdue": "Rien n’a dépassé sa durée.",
        "explained": "Chaque nuit, une exécution supprime ce qui a dépassé la durée de son contrat. Les lignes "
        "supprimées quittent les fichiers de leur table une semaine plus tard. Les lignes qu’une source confirme "
        "encore sont gardées jusqu’à ce qu’elle les close.",
        "purged": "La dernière purge de nuit s’est terminée le {}, sans rien laisser.",
        "purge_failed": "La dernière purge de nuit s’est terminée le {}, en échec : son journal dit ce qui reste.",
        "no_purge": "Aucune purge de nuit ne s’est encore terminée.",
        "purge_unknown": "Fin de la dernière purge de nuit inconnue : Airflow ne répond pas.",
        "left_out": "Non jugés, leur contrat étant erroné ou absent : {}.",
        "personal": "Flux personnels", "others": "Flux sans données personnelles", "feed": "Flux",
        "landing": "Fichiers bruts", "bronze": "Bronze", "quarantine": "Quarantaine", "days": "{} jours",
        "oldest": "depuis le {}", "due": "échéance le {}", "late": "en retard depuis le {}", "empty": "rien",
        "no_end": "rien n’a encore de fin",
        "deletions": "Suppressions", "when": "Quand", "place": "Endroit", "count": "Lignes ou lots", "by": "Par",
        "no_deletions": "Rien n’a été supprimé ces jours-ci.", "erasure_list": "Liste d’effacement",
        "tokens": "Jetons", "purpose": "Finalité", "number": "Numéro",
        "how_to_erase": "Qui demande à être effacé est cherché par « calanque dpo find », puis effacé par "
        "« calanque dpo erase ». Cette liste et le journal en sont la preuve.",
        "no_erasures": "Personne n’a encore été effacé.", "only": "Montrer", "all": "tous les flux",
        "only_overdue": "seulement les retards", "filter": "Montrer", "only_personal": "seulement les flux personnels",
    },
}  # fmt: skip
