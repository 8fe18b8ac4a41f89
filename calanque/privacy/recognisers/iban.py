"""IBAN of any country, French ones also when mistyped or in lower case, and the digits of a RIB beside a cue."""

import re

from stdnum import iban

from calanque.privacy.rules import Begins, PatternRecogniser, Rule, folded_pattern, one_of, words
from calanque.privacy.shapes import ENDING_RULE, LONG


def check_iban(value: str) -> bool | None:
    """Say whether the modulo 97 key of ISO 13616 fits."""
    return True if iban.is_valid(re.sub(r"[.\-_/]", " ", value), check_country=False) else None


_COUNTRIES = "de|es|it|be|nl|pt|lu|ch|gb|ie|at|pl|ro|bg|gr|se|dk|no|fi|cz|hu|tn|ma|mc|tr|lt|lv|ee|mt|cy|sk|si|hr|mu"
_SEP = r"[ .\-_/\n]{0,2}"

IBAN = PatternRecogniser(
    entity="IBAN_CODE",
    rules=(
        Rule(
            "french",
            folded_pattern(rf"fr{_SEP}\d{{2}}(?:{_SEP}[\do]){{10}}(?:{_SEP}[0-9a-z]){{11}}(?:{_SEP}[\do]){{2}}(?!\w)"),
            0.85,
            begins=Begins.CODE,
        ),
        Rule(
            "french_near",
            folded_pattern(rf"fr{_SEP}\d{{2}}(?:{_SEP}[\dox*•]{{4}}){{2,6}}(?:{_SEP}[\dox*•]{{1,4}})?(?!\w)"),
            0.6,
            begins=Begins.CODE,
        ),
        Rule(
            "foreign",
            re.compile(
                r"[A-Z]{2}\d{2}(?:[ \u00a0\u202f\-]?[0-9A-Z]{4}){2,7}(?:[ \u00a0\u202f\-]?[0-9A-Z]{1,3})?(?!\w)"
            ),
            0.3,
            is_cased=True,
            begins=Begins.CODE,
        ),
        Rule(
            "foreign_bare",
            folded_pattern(
                rf"(?:{_COUNTRIES})\d{{2}}(?=(?:[ \-]?[a-z\d]){{11}})(?=(?:[ \-]?[a-z]{{0,4}}\d){{8}})"
                r"(?:[ \-]?[\da-z]{4}){2,7}(?:[ \-]?(?=[a-z]{0,2}\d)[\da-z]{1,3})?(?!\w)"
            ),
            0.6,
            begins=Begins.CODE,
            shortest=8,
        ),
        Rule(
            "beside_cue",
            folded_pattern(
                r"(?!(?:le|la|de|du|au|en|un|et|ou|no)[ ])[a-z]{2}[ ]?\d{2}"
                r"(?:[ .\-]{0,2}(?=[a-z]{0,3}[\d*•]|x{2,4}(?!\w))[\da-z*•]{1,30}){1,9}(?!\w)"
            ),
            0.3,
            begins=Begins.CODE,
            anchors=one_of("iban", "rib", "virement", "compte", "bancaire", "prelev", "verse", "debit"),
        ),
        Rule(
            "rib",
            folded_pattern(r"(?<![.,+])\d{5}[ .\-|/]{1,3}\d{5}[ .\-|/]{1,3}[\da-z]{11}(?:[ .\-|/]{1,3}\d{2})?(?!\w)"),
            0.55,
            begins=Begins.NUMBER,
            shortest=10,
        ),
        Rule(
            "account",
            folded_pattern(LONG),
            0.15,
            begins=Begins.CODE,
            reach=28,
            anchors=one_of("iban", "rib", "compte"),
        ),
        Rule(
            "bare_account",
            folded_pattern(
                r"(?<!\w)comptes?\s(?:n°?\s?|numero\s)?:?\s?"
                r"(?P<v>\d[\d ]{6,14}\d(?:[ ]?[a-z][ ]?\d{3})?)(?!\w|[.,]\d|\s?€)"
            ),
            0.55,
            anchors=one_of("compte"),
        ),
        ENDING_RULE,
    ),
    cues=words(
        r"i\.?b\.?a\.?n\.?",
        r"r\.?i\.?b\.?",
        r"(?:virements?|prelevements?|versements?|debits?|credits?)",
        r"(?:numero|n[°o]?)\s(?:de\s)?compte",
        r"comptes?\s(?:bancaires?|courants?|joints?|cheques?|epargne|n[°o]?|numero)",
        "coordonnees bancaires",
        "remboursements?",
        "bic",
    ),
    denials=words("factures?", "commandes?", "montants?", "dossiers?"),
    check=check_iban,
)
