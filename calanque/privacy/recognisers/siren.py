"""SIREN: the nine digits of a firm, which for a sole trader name a person; with its VAT number and trade register."""

from stdnum.fr import siren

from calanque.privacy.rules import Begins, PatternRecogniser, Rule, folded_pattern, one_of, words
from calanque.privacy.shapes import NO_UNIT

_DIGIT_COUNT = 9


def check_siren(value: str) -> bool | None:
    """Say whether Luhn's key fits the last nine digits."""
    return True if siren.is_valid("".join(filter(str.isdecimal, value))[-_DIGIT_COUNT:]) else None


_FIRM = (
    r"(?:societes?|entreprises?|sarl|sasu?|eurl|sci|scop|scp|snc|selarl|eirl|associations?|immatricul\w+|gerante?s?|"
    r"enseigne|artisans?|commercante?s?|(?:micro|auto)-?entrepreneu(?:rs?|ses?)|siege|kbis|bailleur|exploitante?s?|"
    r"prestataires?|fournisseurs?|etablissements?|employeurs?|syndic|holding|filiale|rcs|registre|insee|firme|boutique|"
    r"commerce|restaurant|cabinet|agence)"
)
_FIRM_ANCHORS = one_of(
    *("societe", "entreprise", "sarl", "sas", "eurl", "sci", "scop", "scp", "snc", "selarl", "eirl", "association"),
    *("immatricul", "gerant", "enseigne", "artisan", "commerc", "entrepreneur", "siege", "kbis", "bailleur"),
    *("exploitant", "prestataire", "fournisseur", "etablissement", "employeur", "syndic", "holding", "filiale"),
    *("rcs", "registre", "insee", "firme", "boutique", "restaurant", "cabinet", "agence"),
)

SIREN = PatternRecogniser(
    entity="FR_SIREN",
    anchors=one_of(
        "sire",
        "r.c.s",
        "tva",
        "t.v.a",
        *_FIRM_ANCHORS,
        "rm ",
        "metiers",
    ),
    rules=(
        Rule(
            "beside_firm",
            folded_pattern(
                rf"(?<!\w){_FIRM}(?!\w)[^\n\d]{{0,40}}(?<![.,+\d€/])"
                rf"(?P<v>\d{{3}}([ .]?)\d{{3}}\2\d{{3}})(?![ ]?\d){NO_UNIT}"
            ),
            0.55,
            anchors=_FIRM_ANCHORS,
        ),
        Rule(
            "vat",
            folded_pattern(r"fr[ .\-]?[\da-z]{2}[ .\-]?\d{3}[ .\-]?\d{3}[ .\-]?\d{3}(?!\w|[ ]?\d)"),
            0.6,
            begins=Begins.CODE,
        ),
        Rule(
            "loose",
            folded_pattern(rf"(?<![.,+])(?>\d(?:[ .\-]{{0,2}}\d){{6,10}}){NO_UNIT}(?![ ]\d)"),
            0.2,
            begins=Begins.NUMBER,
            shortest=7,
            reach=32,
        ),
    ),
    cues=words(
        r"s\.?i\.?r\.?e\.?n\.?e?",
        r"r\.?c\.?s\.?(?:\s(?:de\s)?[a-z\-]+){0,2}",
        r"registre\sdu\scommerce(?:\set\sdes\ssocietes)?(?:\sde\s[a-z\-]+)?",
        r"tva(?:\sintra\w*)?",
        r"(?:numero|n[°o]?)\s(?:d'entreprise|de\ssociete)",
        r"repertoire\sdes\smetiers",
        r"rm",
    ),
    denials=words("factures?", "commandes?", "dossiers?", "tel(?:ephone)?", "montants?", "total", "capital", "somme"),
    check=check_siren,
    valid_score=0.45,
    reach=60,
)
