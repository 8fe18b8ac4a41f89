"""Telephone numbers: French ones of every region, foreign ones with their prefix, and any number beside a cue."""

import phonenumbers

from calanque.privacy.rules import PatternRecogniser, Rule, folded_pattern, words

_SEPARATOR = r"[ .\-/_]{0,2}"
_SHORTEST_DIGIT_COUNT = 6


def check_phone(value: str) -> bool | None:
    """Say whether the number is a valid one of its country; short numbers (17, 3919) are services, not persons."""
    digits = [c for c in value if c.isdigit()]
    if len(digits) < _SHORTEST_DIGIT_COUNT:
        return False
    try:
        number = phonenumbers.parse("+" + value[2:] if value.startswith("00") else value, "FR")
    except phonenumbers.NumberParseException:
        return None
    return True if phonenumbers.is_valid_number(number) and value.startswith(("+", "00")) else None


PHONE = PatternRecogniser(
    entity="PHONE_NUMBER",
    rules=(
        Rule(
            "french",
            folded_pattern(
                rf"(?<![\w+.,])(?:(?:\+|00){_SEPARATOR}(?:33|262|590|594|596|508|687|689|"
                rf"681){_SEPARATOR}(?:\(0\))?{_SEPARATOR}0?|0)"
                rf"[1-9](?:{_SEPARATOR}\d{{2}}){{4}}(?!\d)"
            ),
            0.85,
        ),
        Rule(
            "grouped",
            folded_pattern(
                r"(?<![\w+.,])0\d{3}[ .\-]\d{3}[ .\-]\d{3}(?![\w])|(?<![\w+.,])0\d{2}[ .\-]\d{3}[ .\-]\d{4}(?!\w)"
            ),
            0.7,
        ),
        Rule("foreign", folded_pattern(r"(?<![\w+])(?:\+|00)[1-9][\d ().\-/]{6,18}\d(?!\w)"), 0.55),
        Rule(
            "after_cue",
            folded_pattern(
                r"(?<!\w)(?:tel(?:ephone|eph)?|portables?|mobiles?|gsm|fax|joignable\ (?:au|sur)|appel(?:er|"
                r"ez)\ (?:le|au|moi\ au)|rappeler\ au|numero\ de\ tel\w*)"
                r"\s?[.:n°]{0,3}\s?(?P<v>\+?\(?\d[\d .\-/()]{4,16}\d)(?!\w)"
            ),
            0.7,
        ),
    ),
    denials=words("siret", "siren", "facture", "commande", "dossier", "reference", "ref", "ticket", "spi", "fiscal"),
    check=check_phone,
)
