"""What the language model gets to read: few sentences, in a casing it knows, personal values already stood in for."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from calanque.privacy.lexicon.common_words import COMMON_WORDS
from calanque.privacy.lexicon.places import LINK_WORDS, NEUTRAL, PLACE_WORDS
from calanque.privacy.recognisers.person import STRONG_CUES, accept_model_name
from calanque.privacy.spans import Span, merge
from calanque.privacy.text import FILLER, Prepared, fold, is_shouting, sentences

_STAND_INS = {"PERSON": "Martin", "POSTAL_ADDRESS": "rue", "PHONE_NUMBER": "04", "FR_PLATE": "AB"}
_STAND_IN = "X"
_PIECE = re.compile(f"{FILLER}+")
_CAPITALISED = re.compile(r"(?<![\w'\u2019])[A-ZÀ-Ý][\w'\u2019\-]+")
_UPPER_WORD = re.compile(r"(?<!\w)[A-ZÀ-Ý]{3,}(?:[\-'\u2019][A-ZÀ-Ý]+)*(?!\w)")
_SMALL_WORDS = COMMON_WORDS | LINK_WORDS


@dataclass(frozen=True, slots=True)
class ModelInput:
    """One sentence for the model and where it stands.

    Attributes:
        text: what the model reads.
        pieces: (start in `text`, start in the document, length) of the parts taken from the document.
    """

    text: str
    pieces: tuple[tuple[int, int, int], ...]


def inputs_for(text: Prepared, spans: Iterable[Span]) -> list[ModelInput]:
    """Return the sentences where a name may be left once `spans` are set aside."""
    holes = _holes(text, spans)
    return [item for start, end in sentences(text.folded) if (item := _input(text, holes, start, end))]


def placed(text: Prepared, item: ModelInput, found: Sequence[tuple[int, int]]) -> list[Span]:
    """Bring the model's findings back into the document; a finding is cut where a stand-in was."""
    spans = []
    for start, end in found:
        for local, origin, length in item.pieces:
            low, high = max(start, local), min(end, local + length)
            if low < high and (span := accept_model_name(text, origin + low - local, origin + high - local)):
                spans.append(span)
    return spans


def _holes(text: Prepared, spans: Iterable[Span]) -> list[Span]:
    """Return what the model must not read: values found by rules, and placeholders of an earlier run."""
    blanks = (Span(m.start(), m.end(), "PERSON", 0.0) for m in _PIECE.finditer(text.original))
    return merge([*spans, *blanks])


def _input(text: Prepared, holes: list[Span], start: int, end: int) -> ModelInput | None:
    parts: list[str] = []
    pieces: list[tuple[int, int, int]] = []
    length, position = 0, start
    for hole in (*(h for h in holes if h.start < end and h.end > start), Span(end, end, "", 0.0)):
        low, high = position, max(position, min(hole.start, end))
        if low < high:
            pieces.append((length, low, high - low))
        stand_in = _STAND_INS.get(hole.type, _STAND_IN) if hole.type else ""
        parts += (text.original[low:high], stand_in)
        length += high - low + len(stand_in)
        position = max(high, hole.end)
    if not any(_is_worth_reading(text.original[o : o + n], o == start) for _, o, n in pieces):
        return None
    return ModelInput(recase("".join(parts)), tuple(pieces))


def _is_worth_reading(residue: str, _starts: bool) -> bool:
    if any(_may_be_name(match.group()) for match in _CAPITALISED.finditer(residue)):
        return True
    return bool(STRONG_CUES.search(fold(residue)))


def _may_be_name(word: str) -> bool:
    folded = fold(word).rstrip("'-")
    stem = folded.split("'")[-1]
    return (
        not any(w in COMMON_WORDS or w in NEUTRAL or w in PLACE_WORDS or w in LINK_WORDS for w in (folded, stem))
        and len(stem) > 1
    )


def recase(sentence: str) -> str:
    """Return the sentence with words in capitals written as names are, the length unchanged.

    In a sentence all in capitals the common words go to lower case; elsewhere only long words in capitals change.
    """
    if is_shouting(sentence):
        return _UPPER_WORD.sub(
            _recase_word, re.sub(r"(?<!\w)[A-ZÀ-Ý]{1,2}(?!\w)", lambda m: _lower(m.group()), sentence)
        )
    return _UPPER_WORD.sub(lambda m: _title(m.group()), sentence)


def _recase_word(match: re.Match[str]) -> str:
    return _lower(match.group()) if fold(match.group()) in _SMALL_WORDS else _title(match.group())


def _lower(word: str) -> str:
    return "".join(c.lower() if len(c.lower()) == 1 else c for c in word)


def _title(word: str) -> str:
    return re.sub(r"(?<=\w)[^\W\d_]+", lambda m: _lower(m.group()), word)
