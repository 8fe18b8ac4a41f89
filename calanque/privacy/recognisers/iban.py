"""IBAN of any country, French ones also when mistyped or in lower case."""

import re

from stdnum import iban

from calanque.privacy.rules import PatternRecogniser, Rule, folded_pattern, words


def check_iban(value: str) -> bool | None:
    """Say whether the modulo 97 key of ISO 13616 fits."""
    return True if iban.is_valid(value.replace(".", " ").replace("-", " "), check_country=False) else None


IBAN = PatternRecogniser(
    entity="IBAN_CODE",
    rules=(
        Rule(
            "french",
            folded_pattern(r"(?<!\w)fr[ ]?\d{2}(?:[ .\-]?[0-9]){10}(?:[ .\-]?[0-9a-z]){11}(?:[ .\-]?[0-9]){2}(?!\w)"),
            0.75,
        ),
        Rule("french_near", folded_pattern(r"(?<!\w)fr[ ]?\d{2}(?:[ .\-]?\d{4}){2,5}(?:[ .\-]?\d{1,3})?(?!\w)"), 0.6),
        Rule(
            "foreign",
            re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[0-9A-Z]{4}){2,7}(?: ?[0-9A-Z]{1,3})?(?!\w)"),
            0.3,
            is_cased=True,
        ),
        Rule(
            "after_cue",
            folded_pattern(
                r"(?<!\w)(?:iban|rib)\s?[:=n°]{0,2}\s?(?P<v>[a-z]{2}\s?\d{2}[ ]?[\da-z][\d ]{6,30}\d)(?!\w)"
            ),
            0.7,
        ),
    ),
    cues=words("iban", "rib", "virements?", "compte bancaire", "coordonnees bancaires", "remboursements?", "bic"),
    check=check_iban,
)
