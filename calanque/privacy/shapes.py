"""Shapes that several types of number share, as pieces of patterns on folded text."""

from calanque.privacy.rules import Rule, folded_pattern, one_of

NO_DATE = r"(?!\d{1,2}[ ]?[./\-][ ]?\d{1,2}[ ]?[./\-][ ]?(?:19|20)?\d{2}(?!\d|[./\-]\d))"
NO_LONG_DATE = r"(?!\d{1,2}([./\- ])\d{1,2}\1(?:19|20)\d{2}(?!\d))"
NO_UNIT = (
    r"(?!\w|[.,]\d)(?![ \t]?(?:€|%|°c|k?eur(?:os?)?|ke|k€|frs?|francs?|ht|ttc|dollars?|m[23²³]?(?!['\u2019])|"
    r"km|kg|g|mg|ml|cm|mm|l|habitants?|"
    r"personnes?|voix|exemplaires?|places?|ans|mois|semaines?|jours?|nuits?|heures?|minutes?|h|min|mn|points?|fois|"
    r"ex|votes?|ui|pas|signatures?|visiteurs?|logements?|"
    r"vehicules?|spectateurs?|manifestants?|millions?|milliards?)(?!\w))"
)
"""What follows an amount, a size or a count; a number before it is no identifier."""

NO_RANGE = (
    r"(?!(?:19|20)\d{2}[ ]?[\-/][ ]?(?:(?:19|20)\d{2}|\d{2})(?!\w))(?!\d{1,3}/\d{1,3}(?![\d/\-]))"
    r"(?!\d{1,2}/(?:19|20)\d{2}(?!\d))"
)
"""Years from to, a blood pressure, a month of a year."""

MONTH = (
    r"(?:janv(?:ier)?|jan|fev(?:r(?:ier)?)?|mars|avr(?:il)?|mai|juin|juil(?:let)?|aout|sept(?:embre)?|"
    r"oct(?:obre)?|nov(?:embre)?|dec(?:embre)?)(?!\w)\.?"
)
NUMBER_WORDS = (
    *("deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize", "quatorze"),
    *("quinze", "seize", "vingts?", "trente", "quarante", "cinquante", "soixante", "cents?"),
)
NUMBER_WORD = rf"(?:{'|'.join(NUMBER_WORDS)})"

LETTERS = (
    r"(?:[a-z]-(?=\d{4})|(?!(?:le|la|les|l|du|de|des|d|au|aux|et|ou|en|un|une|n|no|num|a|est|sur|par|pour|ue|ts|cle|mon|son|ce|il|"
    r"id|pm|tel|ta|fc|ipp|nda|nip|iep|cni|rio|nir|spi|sous|avec)[ .\-'])[a-z]{1,4}[ .\-]?)"
)
"""One to four letters that belong to the code after them, being no word."""

_GROUP = rf"{NO_DATE}[a-z]{{0,3}}\d[\da-z*]{{0,30}}"
LOOSE = (
    rf"(?<![.,])(?<!\d[/\-])(?=[a-z]{{0,4}}[ .\-]?\d?(?:[ .\-/_]{{0,2}}[a-z]{{0,3}}\d){{4}}){NO_RANGE}"
    rf"(?>{LETTERS}?{_GROUP}(?:[ .\-/_]{{1,2}}{_GROUP}){{0,8}}){NO_UNIT}"
)
"""Any code of four digits or more, letters and separators among them; only ever masked beside a cue."""

LONG = rf"(?=(?:[^\d\n]{{0,3}}\d){{5}}){LOOSE}"
"""The same with five digits or more, so that no year and no hour is one."""

FILES = (
    *("factures?", "commandes?", "dossiers?", "references?", r"ref\.?", "pv", r"proces[- ]verba(?:l|ux)", "colis"),
    *("suivi", "contrats?", "devis", "tickets?", "sinistres?", "montants?", "recommandee?s?", "envois?", "series?"),
    *("ean", r"code[- ]barres?", "isbn", "issn", "gtin", "imei", "vin", "puces?", "transpondeur", "parcelles?"),
    *("arretes?", "courriers?", "signalements?", "interventions?", "mains? courantes?", "lots?", "modeles?", "doi"),
    *("compteurs?", "articles?", "avis", "bons?", "marches?", "requetes?", "pourvois?", "decisions?", "versions?"),
    *("horodatage", "timestamp", "demandes?", "echantillons?", "prelevements? n[°o]?", "tracking", "produits?"),
    *("siret", "siren", "finess", "inventaire", "cadastr\\w+", "enregistrements?", "evenements?"),
)
"""Words before the number of a thing, which is no identifier of a person."""

ENDING = r"(?:finissant|terminant|terminee?s?|finit|termine|commencant|commence|debutant|derniers?\schiffres?)"
ENDING_VALUE = (
    rf"{ENDING}\s?(?:sont|est|etant)?\s?(?:par|en|:)?\s?(?:le|les|"
    r"la)?\s?(?P<v>[a-z*x]{0,2}[ \-]?\d[\d \-]{0,8}(?<![ \-]))(?!\w)"
)
ENDING_ANCHORS = one_of("fini", "termin", "commenc", "debutant", "derniers chiffres", "dernier chiffre")
ENDING_RULE = Rule("ending", folded_pattern(rf"(?<!\w){ENDING_VALUE}"), 0.2, anchors=ENDING_ANCHORS, is_checked=False)
"""A part of a number that a text gives on purpose: "finissant par 4412"."""
