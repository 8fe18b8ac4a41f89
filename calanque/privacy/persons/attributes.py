"""What the classifier is shown of each word: itself, its neighbours, the signs between them, and its place in the text.

An attribute is a short string that a word has or has not: "-1L=role" says that a role stands right before it. Those of
a word seen from one distance, of a gap or of a pair depend on nothing else, so their weights are summed once and kept
(`classifier`). Their order is fixed: training twice on the same texts gives the same weights.
"""

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from calanque.privacy.lexicon.names import first_name_ranks, surname_ranks
from calanque.privacy.lexicon.odds import is_first_name
from calanque.privacy.lexicon.places import PLACE_WORDS
from calanque.privacy.lexicon.syllables import is_one_syllable, is_syllable_name
from calanque.privacy.lexicon.vocabulary import word_frequencies
from calanque.privacy.persons.cues import TITLES
from calanque.privacy.persons.kinds import Key, coarse, fine, kind, lists_of
from calanque.privacy.persons.words import Word, words_of
from calanque.privacy.spans import Span
from calanque.privacy.text import Prepared

CASINGS = "TSUAlb"
"""Title, start of a sentence, upper, text in capitals, lower, lower in a text without capitals."""
FIRST, LAST = "^", "$"
"""What stands before the first word, and after the last."""
_LINE_END = "¶"
_NEXT_TO = ("·", ".·")
_SIGNS = {32: "·", 9: "⇥"} | dict.fromkeys((10, 11, 12, 13, 0x85, 0x2028, 0x2029), _LINE_END)
_SPACES, _DIGITS = re.compile(r"[ \t]{2,}"), re.compile(r"\d+")
_LONGEST_GAP, _LONGEST_LINE, _MOST_LETTERS = 5, 3, 9
_RANKS, _FREQUENCIES = (300, 1_500, 6_000, 20_000, 80_000), (1, 10, 100)


@dataclass(frozen=True, slots=True)
class View:
    """The words of a text as the classifier sees them.

    Attributes:
        words: the words outside the values of other kinds.
        keys: each word without its place.
        gaps: what stands before each word, and after the last.
        notes: what the text says of each word: its line, its other places, the values beside it.
    """

    words: list[Word]
    keys: list[Key]
    gaps: list[str]
    notes: list[list[str]]


def view(text: Prepared, holes: Sequence[Span]) -> View:
    """Return the words of a text outside `holes` (sorted, without overlap), and what is known of them."""
    words = words_of(text, holes)
    keys = [(word.folded, CASINGS[word.casing], word.odds) for word in words]
    gaps = _gaps(text, holes, words)
    return View(words, keys, gaps, _notes(words, keys, gaps))


def attributes(seen: View, index: int) -> Iterator[str]:
    """Yield all attributes of a word, in a fixed order."""
    keys, gaps, count = seen.keys, seen.gaps, len(seen.keys)
    yield from of_word(keys[index])
    yield from seen.notes[index]
    for step in (-1, 1, -2, 2, -3, 3):
        other = index + step
        if 0 <= other < count:
            yield from of_neighbour(keys[other], step)
        elif abs(step) < far_step:
            yield edge(step)
    before, own, after = (kind_at(keys, i) for i in (index - 1, index, index + 1))
    yield from of_gap(gaps[index], "<")
    yield from of_gap(gaps[index + 1], ">")
    yield from of_pair(before, gaps[index], own, "<")
    yield from of_pair(after, gaps[index + 1], own, ">")
    yield from of_run(kind_at(keys, index - 2), before, own)


far_step = 3
"""From so many words away less is seen of a word."""


def edge(step: int) -> str:
    """Return the attribute of a word that has none so many words away."""
    return f"{step:+d}{FIRST if step < 0 else LAST}"


def of_word(key: Key) -> list[str]:
    """Return the attributes that a word has at its own place; which word it is counts only where it is no name."""
    folded, casing, odds = key
    half, length, lists = fine(odds, folded), len(folded), lists_of(folded)
    ranks = _class(first_name_ranks().get(folded), _RANKS) + _class(surname_ranks().get(folded), _RANKS)
    frequency = _class(word_frequencies().get(folded), _FREQUENCIES)
    found = ["bias", f"c={casing}", f"o={half}", f"co={casing}{half}", f"r={ranks}", f"cr={casing}{ranks}"]
    found += (f"n={min(length, _MOST_LETTERS)}", f"cn={casing}{min(length, 7)}", f"f={casing}{frequency}")
    for name in lists:
        found += (f"L={name}", f"cL={casing}{name}")
    if not lists:
        found.append(f"L0={casing}")
    if is_one_syllable(folded):
        found.append(f"s1={casing}")
    elif is_syllable_name(folded):
        found.append(f"s={casing}")
    if lists or (odds is not None and odds < 0):
        found += (f"w={folded}", f"cw={casing}{folded}")
    if length > 2:
        found += (f"e={folded[-2:]}", f"e={folded[-3:]}", f"b={folded[:2]}", f"b={folded[:3]}")
        if odds is None:
            found += (f"e?={folded[-2:]}", f"e?={folded[-3:]}")
    found += (f"{name}={casing}" for name, sign in (("h", "-"), ("a", "'")) if sign in folded)
    return found


def of_neighbour(key: Key, step: int) -> list[str]:
    """Return the attributes that a word lends to the one from which it stands `step` words away."""
    folded, casing, odds = key
    at, lists = f"{step:+d}", lists_of(folded)
    found = [f"{at}o={casing}{coarse(odds, folded)}", *(f"{at}L={name}" for name in lists)]
    if abs(step) >= far_step:
        return found
    found.append(f"{at}c={casing}")
    if (odds or 0) > 0 and is_first_name(folded):
        found.append(f"{at}fn={casing}")
    if len(folded) == 1:
        found.append(f"{at}x={casing}")
    if lists or (odds is not None and odds < 0):
        found.append(f"{at}w={folded}")
    return found


def of_gap(gap: str, side: str) -> list[str]:
    """Return the attributes of what stands before ("<") or after (">") a word."""
    signs = gap.strip("·")
    found = [f"{side}g={gap}", f"{side}g0={signs[:1]}", f"{side}g9={signs[-1:]}"]
    return found + [f"{side}{name}" for name, sign in (("gN", "0"), ("gL", _LINE_END), ("gH", "<")) if sign in gap]


def of_pair(other: str, gap: str, own: str, side: str) -> list[str]:
    """Return the attributes of two kinds of words side by side; `own` is of the word that has them."""
    return [f"{side}p={other}|{gap}", f"{side}q={own}|{gap}", f"{side}pq={other}|{gap}|{own}", f"{side}k={other}|{own}"]


def of_run(two: str, one: str, own: str) -> list[str]:
    """Return the attributes of the kinds of the two words before a word, and of its own."""
    return [f"<<k={two}|{one}", f"<<kk={two}|{one}|{own}"]


def kind_at(keys: Sequence[Key], index: int) -> str:
    """Return the kind of the word at a place, or of the edge."""
    if index < 0:
        return FIRST
    return kind(keys[index]) if index < len(keys) else LAST


def _class(value: float | None, bounds: Sequence[int]) -> str:
    return "-" if value is None else str(sum(value >= bound for bound in bounds))


def _gaps(text: Prepared, holes: Sequence[Span], words: Sequence[Word]) -> list[str]:
    """Return what stands before each word and after the last; of a value there, its type."""
    starts, gaps, position = [hole.start for hole in holes], list[str](), 0
    for word in words:
        gaps.append(_gap(text.folded, position, word.start, holes, starts))
        position = word.end
    after = _gap(text.folded, position, len(text.folded), holes, starts, 4)
    gaps.append(after + LAST)
    if words and not gaps[0]:
        gaps[0] = FIRST
    return gaps


def _gap(
    folded: str, low: int, high: int, holes: Sequence[Span], starts: Sequence[int], most: int | None = None
) -> str:
    if starts:
        first, last = bisect_left(starts, low), bisect_left(starts, high) - 1
        if first <= last:
            types = holes[first].type if first == last else f"{holes[first].type}>{holes[last].type}"
            before, after = folded[low : holes[first].start][-2:], folded[holes[last].end : high][:2]
            return f"{_signs(before)}<{types}>{_signs(after)}"
    return _signs(folded[low:high][:most])


def _signs(gap: str) -> str:
    """Return the signs of a gap, short: blanks made visible, numbers as one 0, no middle of a long one."""
    if gap == " ":
        return "·"
    plain = _DIGITS.sub("0", _SPACES.sub(" _", gap)).translate(_SIGNS)
    if not plain.isprintable():
        plain = "".join(sign if sign.isprintable() else "¤" for sign in plain)
    return plain if len(plain) <= _LONGEST_GAP else f"{plain[:2]}…{plain[-2:]}"


def _notes(words: Sequence[Word], keys: Sequence[Key], gaps: Sequence[str]) -> list[list[str]]:
    notes: list[list[str]] = [[] for _ in words]
    _note_lines(keys, gaps, notes)
    _note_elsewhere(keys, gaps, notes)
    small = {folded for folded, casing, _ in keys if casing == "l"}
    capital = {folded for folded, casing, _ in keys if casing in "TU"}
    for index, (word, (folded, casing, _)) in enumerate(zip(words, keys, strict=True)):
        note = notes[index]
        if folded in small and casing in "TSU":
            note.append(f"small={casing}")
        if folded in capital and casing in "Sl":
            note.append(f"capital={casing}")
        if word.is_beside_value:
            note.append(f"beside={casing}")
        if word.is_in_handle:
            note.append(f"handle={casing}")
        if word.is_dotted:
            note.append(f"dot={casing}{'x' if len(folded) == 1 else ''}")
        if word.has_capital_elision:
            note.append("elision")
        if word.name_start < word.start:
            note.append("compound")
            _note_particles(words, keys, index, notes)
    return notes


def _note_elsewhere(keys: Sequence[Key], gaps: Sequence[str], notes: Sequence[list[str]]) -> None:
    """Mark a word that stands behind a title, a first name or a word of places at another place of the text."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    own = [""] * len(keys)
    for index in range(1, len(keys)):
        folded, before = keys[index][0], keys[index - 1]
        if len(folded) > 1 and gaps[index] in _NEXT_TO and (role := _role_of(before)):
            found[folded][role] += 1
            own[index] = role
    for index, (folded, casing, _) in enumerate(keys):
        if counts := found.get(folded):
            roles = (role for role in sorted(counts) if counts[role] > (role == own[index]))
            notes[index].extend(f"{role}={casing}" for role in roles)


def _role_of(key: Key) -> str:
    folded, _, odds = key
    if folded in TITLES:
        return "titled"
    if folded in PLACE_WORDS:
        return "placed"
    return "named" if (odds or 0) > 0 and is_first_name(folded) else ""


def _note_particles(words: Sequence[Word], keys: Sequence[Key], index: int, notes: Sequence[list[str]]) -> None:
    """Mark the particles that make a listed surname with a word: "de la Tour"."""
    other = index - 1
    while other >= 0 and words[other].start >= words[index].name_start:
        notes[other].append(f"in={keys[other][1]}")
        other -= 1


def _note_lines(keys: Sequence[Key], gaps: Sequence[str], notes: Sequence[list[str]]) -> None:
    begin = 0
    for end in range(1, len(keys) + 1):
        if end < len(keys) and _LINE_END not in gaps[end]:
            continue
        size = end - begin
        if size <= _LONGEST_LINE:
            for index in range(begin, end):
                folded, casing, odds = keys[index]
                notes[index] += (f"line={size}", f"line={size}{casing}{coarse(odds, folded)}")
        notes[begin].append("lineA")
        notes[end - 1].append("lineZ")
        begin = end
