"""SIRET: the fourteen digits of an establishment."""

from stdnum.fr import siret

from calanque.privacy.rules import Begins, PatternRecogniser, Rule, folded_pattern, one_of, words
from calanque.privacy.shapes import FILES, NO_UNIT


def check_siret(value: str) -> bool | None:
    """Say whether Luhn's key fits, or the sum of La Poste's establishments."""
    return True if siret.is_valid("".join(filter(str.isdecimal, value))) else None


SIRET = PatternRecogniser(
    entity="FR_SIRET",
    rules=(
        Rule(
            "spaced",
            folded_pattern(r"(?<![.,+\-])\d{3}([ .\-])\d{3}\1\d{3}[ .\-]\d{5}(?![ ]?\d)(?!\w)"),
            0.55,
            begins=Begins.NUMBER,
            shortest=14,
        ),
        Rule(
            "fourteen",
            folded_pattern(rf"(?<![.,+\-])\d(?:[ .\-]{{0,2}}\d){{13}}(?![ ]?\d){NO_UNIT}"),
            0.5,
            begins=Begins.NUMBER,
            shortest=14,
        ),
        Rule(
            "loose",
            folded_pattern(rf"(?<![.,+])(?>\d(?:[ .\-]{{0,2}}\d){{8,16}}){NO_UNIT}(?![ ]\d)"),
            0.2,
            begins=Begins.NUMBER,
            shortest=9,
            anchors=one_of("siret", "s.i.r.e.t"),
            reach=32,
        ),
    ),
    cues=words(
        r"s\.?i\.?r\.?e\.?t\.?s?", "etablissements?", "siege", "auto-?entrepreneurs?", "micro-?entreprises?", "siren"
    ),
    denials=words(*(f for f in FILES if f not in ("siret", "siren")), "cartes?"),
    check=check_siret,
    valid_score=0.55,
    reach=40,
    denial_reach=11,
)
