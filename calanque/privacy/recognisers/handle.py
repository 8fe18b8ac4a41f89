"""Social network handles."""

import re
from collections.abc import Iterator, Sequence

from calanque.privacy.lexicon.odds import is_name
from calanque.privacy.lexicon.vocabulary import word_frequencies
from calanque.privacy.recognisers.handle_rules import HANDLES
from calanque.privacy.spans import Span
from calanque.privacy.text import Prepared

_LETTERS = re.compile(r"[a-z]{2,}")
_SHORTEST_MENTION = 5
_TOKEN = re.compile(r"(?<![\w@.])\w++")
_SHAPED = ("handle.speaker", "handle.speaker_in_words", "handle.odd_after_account")
"""Rules that go by shape: words of French and names of persons have it too."""
_NUMBERED = re.compile(r"[a-z]{3,}_\d{1,4}")
_FILES = re.compile(r"\.(?:pdf|jpe?g|png|docx?|xlsx?|odt|ods|csv|txt|json|xml|zip|mp[34]|sql|log|html?|py|eml)\Z")
_FIELD_WORDS = frozenset(
    """
tel mail adr adresse num ref code nom date type cp id art obs p c h n by at created updated closed user name
""".split()  # noqa: SIM905  (a word list reads as words)
)


class HandleRecogniser:
    """Handles after their networks, and those that begin the lines of a conversation."""

    entity = HANDLES.entity

    def find(self, text: Prepared) -> list[Span]:
        """Return the values found, overlaps included, scores from `MASK_SCORE` on."""
        found = [span for span in HANDLES.find(text) if _may_be_handle(text, span)]
        return [*found, *_mentions(text, found)]


def _mentions(text: Prepared, found: Sequence[Span]) -> Iterator[Span]:
    """Yield the other places where a handle with a line or a digit stands."""
    values = {text.folded[span.start : span.end] for span in found}
    odd = {v for v in values if len(v) >= _SHORTEST_MENTION and not v.isalpha() and v.isidentifier()}
    for match in _TOKEN.finditer(text.folded) if odd else ():
        if match.group() in odd:
            yield Span(match.start(), match.end(), HANDLES.entity, 0.65, "handle.mention")


def _may_be_handle(text: Prepared, span: Span) -> bool:
    value = text.folded[span.start : span.end]
    before = text.folded[max(0, span.start - 2) : span.start].rstrip()
    if span.rule in ("handle.session", "handle.acted_by"):
        is_login = len(value) > _SHORTEST_MENTION and is_name(value[1:].strip(".0123456789"))  # "tmorvan", "l.giraudo"
        is_actor = span.rule == "handle.acted_by" and not is_name(value)  # any unlisted word, a drug too
        return value not in word_frequencies() and (is_login or is_actor)
    if span.rule == "handle.underscored":
        return _holds_name(value) and not _FILES.search(value)
    if span.rule == "handle.quoted_odd":
        return not _FILES.search(value)
    if span.rule == "handle.odd_after_account" and before.endswith((":", "=")):
        return not _FILES.search(value)
    return span.rule not in _SHAPED or not (_FILES.search(value) or _is_field(text, span))


def _holds_name(value: str) -> bool:
    """Say whether a part is a listed name and no word ("user_karine.p"), or a number follows no word ("kmbaye_93")."""
    parts = _LETTERS.findall(value)
    plain = [part for part in parts if _is_plain(part)]
    return any(is_name(part) for part in parts if part not in plain) or (not plain and bool(_NUMBERED.fullmatch(value)))


def _is_field(text: Prepared, span: Span) -> bool:
    """Say whether a value is the name of a field, words of French all, or a code: "nom_usager : ", "COVID19 : ".

    A dot between them is seldom written in a field's name: "miel.vert : ".
    """
    value = text.folded[span.start : span.end]
    if "." in value and value.partition(".")[0] not in _FIELD_WORDS and "_" not in value:
        return False
    return text.original[span.start : span.end].isupper() or all(map(_is_plain, _LETTERS.findall(value)))


def _is_plain(part: str) -> bool:
    return part in word_frequencies() or part in _FIELD_WORDS


HANDLE = HandleRecogniser()
