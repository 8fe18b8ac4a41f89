"""Plates said by an alphabet: "Alpha Bravo 123 Charlie Delta", "AB comme Anatole Berthe, 123, CD"."""

from calanque.privacy.rules import PatternRecogniser, Rule, folded_pattern, one_of
from calanque.privacy.shapes import NUMBER_WORD

_ALPHABETS = """
alpha alfa bravo charlie delta echo foxtrot golf hotel india juliet juliett kilo lima mike november oscar papa quebec
romeo sierra tango uniform victor whisky whiskey xray x-ray yankee zulu anatole berthe celestin desire eugene
francois gaston henri irma joseph kleber louis marcel nicolas pierre quintal raoul suzanne therese ursule
william xavier yvonne zoe
""".split()  # noqa: SIM905  (a word list reads as words)
_WORD = rf"(?:{'|'.join(_ALPHABETS)})"
_GAP = r"[ ,.\-]{1,3}"
_LETTER = rf"(?:(?:[a-z]{_GAP}comme{_GAP})?{_WORD}|[a-z](?!\w))"
_PAIR = rf"(?:(?:[a-z]{{2}}{_GAP}comme{_GAP})?{_LETTER}{_GAP}{_LETTER}|[a-z]{{2}}(?:{_GAP}comme{_GAP}{_WORD})?)"
_SAID = rf"(?:un|zero|{NUMBER_WORD})"
_FIGURES = rf"(?:\d{{3}}|\d{_GAP}\d{_GAP}\d|{_SAID}(?:{_GAP}(?:et{_GAP})?{_SAID}){{0,3}})"
_HAS_WORD = rf"(?=[^\n]{{0,24}}?(?<!\w){_WORD}(?!\w))"

PLATE_SPELLED = PatternRecogniser(
    entity="FR_PLATE",
    trigger="aeiou",
    anchors=one_of(*_ALPHABETS),
    rules=(
        Rule(
            "spelled",
            folded_pattern(rf"(?<![\w\-]){_HAS_WORD}{_PAIR}{_GAP}{_FIGURES}{_GAP}{_PAIR}(?![\w\-])"),
            0.8,
        ),
    ),
)
