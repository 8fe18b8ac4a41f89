"""Tax numbers of persons (SPI): thirteen digits, the last three of them a key."""

from stdnum.fr import nif

from calanque.privacy.rules import Begins, PatternRecogniser, Rule, folded_pattern, words


def check_tax_number(value: str) -> bool | None:
    """Say whether the key of the SPI fits (the first ten digits modulo 511)."""
    return True if nif.is_valid("".join(filter(str.isdecimal, value))) else None


TAX_NUMBER = PatternRecogniser(
    entity="FR_TAX_NUMBER",
    rules=(
        Rule(
            "thirteen",
            folded_pattern(r"(?<![.,+\-])[0-3](?:[ .\-]{0,2}\d){12}(?![ ]?\d)(?!\w)"),
            0.35,
            begins=Begins.NUMBER,
            shortest=13,
        ),
        Rule(
            "in_groups",
            folded_pattern(r"(?<![.,+\-])(?<!\d[ ])[0-3]\d([ .])\d{2}\1\d{3}\1\d{3}\1\d{3}(?![ ]?\d(?!\d?:))(?!\w)"),
            0.85,
            begins=Begins.NUMBER,
            shortest=13,
        ),
    ),
    cues=words(
        r"(?:numeros?|num|n[°o]?|identifiant|id|reference|code)\.?\s?(?:d'identification\s)?fiscal[es]*",
        r"fiscal",
        r"s\.?p\.?i\.?",
        r"nif",
        r"avis\s(?:d'impots?|d'imposition|de\stax\w+|d'impositions)(?:\sn[°o]?)?",
        r"(?:service\sdes\s)?impots",
        r"espace\s(?:fiscal|particulier)",
        r"declarants?\s?[12]?",
    ),
    denials=words("factures?", "commandes?", "dossiers?", "ean", "code[- ]barres?", "colis", "suivi", "isbn", "gtin"),
    check=check_tax_number,
    valid_score=0.6,
    reach=60,
)
