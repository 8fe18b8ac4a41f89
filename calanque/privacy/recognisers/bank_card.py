"""Bank card numbers, with Luhn's key as proof and a cue for mistyped ones."""

import re

from stdnum import luhn

from calanque.privacy.rules import Begins, PatternRecogniser, Rule, folded_pattern, one_of, words
from calanque.privacy.shapes import ENDING_RULE, NO_DATE, NO_UNIT

_CARD_DIGIT_COUNTS = range(14, 20)


_YEARS = re.compile(r"(?:(?:19|20)\d{2}){4}")


def check_card(value: str) -> bool | None:
    """Say whether Luhn's key fits; digits all alike are no card, nor are four years."""
    digits = "".join(c for c in value if c.isdigit())
    if len(set(digits)) == 1 or _YEARS.fullmatch(digits):
        return False
    return True if len(digits) in _CARD_DIGIT_COUNTS and luhn.is_valid(digits) else None


_HIDDEN = r"[x*•#.]{4}"

BANK_CARD = PatternRecogniser(
    entity="CREDIT_CARD",
    trigger="0*",
    rules=(
        Rule(
            "grouped",
            folded_pattern(r"(?<![.,+])[2-6]\d{3}([ \-.])\d{4}\1\d{4}\1\d{4}(?!\w)(?![ .\-]\d{3})"),
            0.5,
            begins=Begins.NUMBER,
            shortest=16,
        ),
        Rule(
            "solid",
            folded_pattern(r"(?<![.,+\-])[3-6]\d{3}(?:[ .\-_]?\d{4}){3}(?!\w)(?![ ]\d{3})"),
            0.3,
            begins=Begins.NUMBER,
            shortest=16,
        ),
        Rule(
            "cut_short",
            folded_pattern(r"(?<![.,+\-])[3-6]\d{3}(?:[ .\-]?\d{4}){2}[ .\-]?\d{1,3}(?![\w/]|[ .\-]\d)"),
            0.2,
            begins=Begins.NUMBER,
            shortest=13,
            is_checked=False,
        ),
        Rule(
            "amex",
            folded_pattern(r"(?<![.,+])3[47]\d{2}[ \-.]?\d{6}[ \-.]?\d{5}(?!\w)"),
            0.3,
            begins=Begins.NUMBER,
            shortest=15,
        ),
        Rule(
            "beside_cue",
            folded_pattern(rf"(?<![.,+]){NO_DATE}(?>\d(?:[ .\-_/]{{0,2}}\d){{11,18}}){NO_UNIT}"),
            0.2,
            begins=Begins.NUMBER,
            shortest=12,
            anchors=one_of("carte", "cb", "visa", "mastercard", "amex"),
        ),
        Rule(
            "hidden",
            folded_pattern(
                rf"(?<![\w*])(?:(?:\d{{4}}|{_HIDDEN})[ \-]?)(?:(?:\d{{2}}[x*•]{{2}}|{_HIDDEN})[ \-]?){{1,2}}"
                r"(?:[x*•]{4}[ \-]?)?\d{3,4}(?!\w)"
            ),
            0.6,
            anchors=one_of("xxx", "***", "•••", "...."),
        ),
        Rule(
            "hidden_part",
            folded_pattern(r"(?<![\w*])[x*•]{2,16}[ \-]?\d{3,4}(?!\w)"),
            0.3,
            anchors=one_of("xx", "**", "••"),
        ),
        ENDING_RULE,
    ),
    cues=words(
        "cartes?(?: bancaires?| bleues?| de credit| de debit| de paiement| visa)?",
        r"c\.?b\.?",
        "visa",
        "mastercard",
        "amex",
        "american express",
        "paiements?",
        "debitee?",
        "cryptogramme",
        "pan",
    ),
    denials=words(
        "commandes?",
        "factures?",
        "dossiers?",
        "colis",
        "suivi",
        "sire[nt]",
        "references?",
        "ref",
        "fidelite",
        "vitale",
        "identite",
        "sejour",
    ),
    check=check_card,
)
