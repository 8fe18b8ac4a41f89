"""The words of the page *Journal*, in English and French."""

from calanque.contracts.page import Language

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "journal": "Journal", "subtitle": "who did what in the lake, and why",
        "person": "Person", "table": "Table", "since": "Since", "only": "Show", "filter": "Filter",
        "1": "24 hours", "7": "7 days", "31": "a month", "366": "a year",
        "all": "everything", "refused": "refusals and failures", "no_motif": "reads without a motif",
        "mass": "mass reads (10,000 rows or more)", "outside_hours": "outside hours (before 7, after 20, weekends)",
        "first": "first reads of a table by a person",
        "entries": "entry|entries", "newest": "the newest {} are shown", "none": "No entry fits.",
        "place": "No.", "acted_at": "When", "who": "Who", "action": "Act", "objects": "What, with its columns",
        "row_count": "Rows", "motif": "Why", "outcome": "Outcome", "source": "Told by", "client": "Program",
        "consultation": "consultation", "collection": "collection", "modification": "modification",
        "communication": "communication", "erasure": "erasure", "done": "done", "no_motif_said": "no motif",
        "page_opened": "a page was opened",
        "sign_in": "sign-in", "query_door": "query door", "command_line": "command line", "console": "console",
        "airflow": "Airflow", "hdfs": "HDFS' audit log",
        "signed": "{} entries are signed, the last time on {}.", "unsigned": "Nothing is signed yet.",
        "witnessed": "The witness has seen the first {} of them, last on {}.",
        "unwitnessed": "No witness has signed: only the operator vouches for the past. Make a key on your own machine "
        "with 'calanque dpo witness new', and sign an export with 'calanque dpo witness sign'.",
        "times": "Times are those of {}.",
        "by_account": "What a page reads at the query door is entered in the name of whoever looks at it, and its "
        "program is the console with the door's account that it used (console/analyst). An answer is kept for a "
        "minute: whoever opens the same page meanwhile has the page's own entry alone.",
        "masked_why": "A reason is kept without persons: what looks like a name or a number of theirs was masked when "
        "it came in, a harmless word now and then too.",
        "PERSON": "name masked", "POSTAL_ADDRESS": "address masked",
        "UNREAD_TEXT": "masked whole, as it was not read to its end", "masked_value": "value masked",
        "csv": "These entries as CSV", "export": "The whole journal, to be verified",
        "verify": "Verify it on another machine: 'calanque dpo journal verify journal.zip --key … --witness …'.",
        "FORBIDDEN": "refused", "NOT_FOUND": "no such address", "UNPROCESSABLE_ENTITY": "wrong address",
        "WRONG_PASSWORD": "wrong password", "QUERY_QUEUE_FULL": "refused at the door",
        "PERMISSION_DENIED": "not permitted", "BAD_REQUEST": "wrong request", "TABLE_NOT_FOUND": "no such table",
        "SCHEMA_NOT_FOUND": "no such schema", "failed": "failed",
        "query": "The query behind this",
    },
    "fr": {
        "journal": "Journal", "subtitle": "qui a fait quoi dans le lac, et pourquoi",
        "person": "Personne", "table": "Table", "since": "Depuis", "only": "Montrer", "filter": "Filtrer",
        "1": "24 heures", "7": "7 jours", "31": "un mois", "366": "un an",
        "all": "tout", "refused": "refus et échecs", "no_motif": "lectures sans motif",
        "mass": "lectures massives (10\u202f000 lignes ou plus)",
        "outside_hours": "hors des heures (avant 7 h, après 20 h, fins de semaine)",
        "first": "premières lectures d’une table par une personne",
        "entries": "entrée|entrées", "newest": "les {} plus récentes sont montrées",
        "none": "Aucune entrée ne convient.",
        "place": "N°", "acted_at": "Quand", "who": "Qui", "action": "Acte", "objects": "Quoi, avec ses colonnes",
        "row_count": "Lignes", "motif": "Pourquoi", "outcome": "Issue", "source": "Dit par", "client": "Programme",
        "consultation": "consultation", "collection": "collecte", "modification": "modification",
        "communication": "communication", "erasure": "effacement", "done": "fait", "no_motif_said": "sans motif",
        "page_opened": "ouverture d’une page",
        "sign_in": "connexion", "query_door": "porte des requêtes", "command_line": "ligne de commande",
        "console": "console", "airflow": "Airflow", "hdfs": "journal d’audit de HDFS",
        "signed": "{} entrées sont signées, la dernière fois le {}.", "unsigned": "Rien n’est encore signé.",
        "witnessed": "Le témoin a vu les {} premières, la dernière fois le {}.",
        "unwitnessed": "Aucun témoin n’a signé : seul l’exploitant répond du passé. Créez une clé sur votre propre "
        "machine avec « calanque dpo witness new », et signez un export avec « calanque dpo witness sign ».",
        "times": "Les heures sont celles de {}.",
        "by_account": "Ce qu’une page lit à la porte des requêtes est inscrit au nom de la personne qui la regarde, "
        "et le programme est alors la console avec le compte de la porte qu’elle emploie (console/analyst). Une "
        "réponse est gardée une minute : qui ouvre entre-temps la même page n’a que l’entrée de la page elle-même.",
        "masked_why": "Un motif est gardé sans personne : ce qui ressemble à un nom ou à un numéro y a été masqué à "
        "l’arrivée, parfois un mot anodin aussi.",
        "PERSON": "nom masqué", "POSTAL_ADDRESS": "adresse masquée",
        "UNREAD_TEXT": "masqué en entier, faute d’avoir été lu jusqu’au bout", "masked_value": "valeur masquée",
        "csv": "Ces entrées en CSV", "export": "Tout le journal, à vérifier",
        "verify": "À vérifier sur une autre machine : « calanque dpo journal verify journal.zip --key … --witness … ».",
        "FORBIDDEN": "refusé", "NOT_FOUND": "adresse inconnue", "UNPROCESSABLE_ENTITY": "adresse fausse",
        "WRONG_PASSWORD": "mot de passe faux", "QUERY_QUEUE_FULL": "refusé à l’entrée",
        "PERMISSION_DENIED": "non permis", "BAD_REQUEST": "demande fausse", "TABLE_NOT_FOUND": "table inconnue",
        "SCHEMA_NOT_FOUND": "schéma inconnu", "failed": "échec",
        "query": "La requête derrière cette page",
    },
}  # fmt: skip
