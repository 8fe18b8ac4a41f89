"""What the language model gets to read: few sentences, in a casing it knows, personal values already stood in for."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter

from calanque.privacy.lexicon.odds import name_odds
from calanque.privacy.persons.names import Reading, accept_model_name
from calanque.privacy.spans import Span, merge
from calanque.privacy.text import Prepared, fold, is_shouting, sentences

_STAND_INS = {"PERSON": "Martin", "POSTAL_ADDRESS": "rue", "PHONE_NUMBER": "04", "FR_PLATE": "AB"}
_STAND_IN = "X"
_UPPER_WORD = re.compile(r"(?<!\w)[A-ZÀ-Ý]{3,}(?:[\-'\u2019][A-ZÀ-Ý]+)*(?!\w)")
_SHORT_UPPER_WORD = re.compile(r"(?<!\w)[A-ZÀ-Ý]{1,2}(?!\w)")


@dataclass(frozen=True, slots=True)
class ModelInput:
    """One sentence for the model and where it stands.

    Attributes:
        text: what the model reads.
        pieces: (start in `text`, start in the document, length) of the parts taken from the document.
    """

    text: str
    pieces: tuple[tuple[int, int, int], ...]


def inputs_for(text: Prepared, spans: Iterable[Span], reading: Reading) -> list[ModelInput]:
    """Return the sentences where the name rules are in doubt, `spans` (values already found) stood in for."""
    if not reading.doubtful:
        return []
    # What the model must not read: values found by rules, and placeholders of an earlier run.
    holes = merge([*spans, *text.blanks])
    bounds = sentences(text.folded)
    return [_input(text, holes, *bounds[number]) for number in sorted(reading.doubtful)]


def placed(item: ModelInput, reading: Reading, found: Sequence[tuple[int, int]]) -> list[Span]:
    """Bring the model's findings back into the document; a finding is cut where a stand-in was."""
    spans, starts = [], [local for local, _, _ in item.pieces]
    for start, end in found:
        for local, origin, length in item.pieces[max(bisect_right(starts, start) - 1, 0) : bisect_left(starts, end)]:
            low, high = max(start, local), min(end, local + length)
            if low < high and (span := accept_model_name(reading, origin + low - local, origin + high - local)):
                spans.append(span)
    return spans


def _input(text: Prepared, holes: list[Span], start: int, end: int) -> ModelInput:
    parts: list[str] = []
    pieces: list[tuple[int, int, int]] = []
    length, position = 0, start
    first, last = bisect_right(holes, start, key=attrgetter("end")), bisect_left(holes, end, key=attrgetter("start"))
    for hole in (*holes[first:last], Span(end, end, "", 0.0)):
        low, high = position, max(position, min(hole.start, end))
        if low < high:
            pieces.append((length, low, high - low))
        stand_in = _STAND_INS.get(hole.type, _STAND_IN) if hole.type else ""
        parts += (text.original[low:high], stand_in)
        length += high - low + len(stand_in)
        position = max(high, hole.end)
    return ModelInput(recase("".join(parts)), tuple(pieces))


def recase(sentence: str) -> str:
    """Return the sentence with words in capitals written as names are, the length unchanged.

    In a sentence all in capitals the words that are no names go to lower case; elsewhere only long words change.
    """
    if is_shouting(sentence):
        return _UPPER_WORD.sub(_recase_word, _SHORT_UPPER_WORD.sub(lambda m: _lower(m.group()), sentence))
    return _UPPER_WORD.sub(lambda m: _title(m.group()), sentence)


def _recase_word(match: re.Match[str]) -> str:
    odds = name_odds(fold(match.group()))
    return _lower(match.group()) if odds is not None and odds < 0 else _title(match.group())


def _lower(word: str) -> str:
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in word)


def _title(word: str) -> str:
    return re.sub(r"(?<=\w)[^\W\d_]+", lambda m: _lower(m.group()), word)
