"""The words of the page *Register*, in English and French; those of its sheets are of `governance.register_words`."""

from calanque.contracts.page import Language

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "register": "Register of processing", "subtitle": "GDPR, article 30; law of 6 January 1978, article 100",
        "summary": "{} under title III, {} under the GDPR with personal data, {} without personal data; {} serve them.",
        "treatments": "treatment|treatments", "feeds": "feed|feeds", "shown": "{} of {} shown",
        "regime": "Regime", "any": "all", "title_iii": "title III", "rgpd": "GDPR",
        "personal": "with personal data only", "filter": "Show", "whole": "Show all",
        "number": "No.", "treatment": "Treatment", "is_personal": "Personal data", "of_feeds": "Feeds",
        "territories": "Territories", "kept": "Loaded rows kept", "recipients": "Recipients",
        "yes": "personal", "no": "none", "incomplete": "to complete",
        "synthetic": "made up", "partly": "made up in part", "problems": "To complete",
        "none": "No treatment fits.", "ods": "The register as a workbook (ODS)", "pdf": "The register as PDF",
        "contracts": "Contracts", "back": "Back to the list", "times": "Times are those of {}.",
    },
    "fr": {
        "register": "Registre des activités de traitement",
        "subtitle": "RGPD, article 30 ; loi du 6 janvier 1978, article 100",
        "summary": "{} sous le titre III, {} sous le RGPD avec des données personnelles, {} sans donnée personnelle ; "
        "{} les servent.",
        "treatments": "traitement|traitements", "feeds": "flux|flux", "shown": "{} sur {} sont montrés",
        "regime": "Régime", "any": "tous", "title_iii": "titre III", "rgpd": "RGPD",
        "personal": "avec données personnelles seulement", "filter": "Montrer", "whole": "Tout montrer",
        "number": "N°", "treatment": "Traitement", "is_personal": "Données personnelles", "of_feeds": "Flux",
        "territories": "Territoires", "kept": "Lignes chargées, durée", "recipients": "Destinataires",
        "yes": "personnelles", "no": "aucune", "incomplete": "à compléter",
        "synthetic": "fictives", "partly": "fictives en partie",
        "problems": "À compléter", "none": "Aucun traitement ne convient.", "ods": "Le registre en classeur (ODS)",
        "pdf": "Le registre en PDF", "contracts": "Contrats", "back": "Retour à la liste",
        "times": "Les heures sont celles de {}.",
    },
}  # fmt: skip
