"""Bank card numbers, with Luhn's key as proof and a cue for mistyped ones."""

from stdnum import luhn

from calanque.privacy.rules import PatternRecogniser, Rule, folded_pattern, words

_CARD_DIGIT_COUNTS = range(14, 20)


def check_card(value: str) -> bool | None:
    """Say whether Luhn's key fits; digits all alike are no card."""
    digits = "".join(c for c in value if c.isdigit())
    if len(set(digits)) == 1:
        return False
    return True if len(digits) in _CARD_DIGIT_COUNTS and luhn.is_valid(digits) else None


BANK_CARD = PatternRecogniser(
    entity="CREDIT_CARD",
    rules=(
        Rule("grouped", folded_pattern(r"(?<![\w.,+])[2-6]\d{3}([ \-.])\d{4}\1\d{4}\1\d{4}(?!\w)(?![ .\-]\d)"), 0.5),
        Rule("solid", folded_pattern(r"(?<![\w.,+])[3-6]\d{15}(?!\w)"), 0.3),
        Rule("amex", folded_pattern(r"(?<![\w.,+])3[47]\d{2}[ \-.]?\d{6}[ \-.]?\d{5}(?!\w)"), 0.3),
    ),
    cues=words(
        "cartes?(?: bancaires?| bleues?| de credit| de paiement)?",
        "cb",
        "visa",
        "mastercard",
        "amex",
        "paiements?",
        "debitee?",
        "cryptogramme",
    ),
    denials=words("commande", "facture", "dossier", "colis", "suivi", "siret", "reference", "ref"),
    check=check_card,
)
