"""The words of a text as the classifier sees them: folded, with their casing and what stands before them."""

import re
from collections.abc import Sequence
from enum import IntEnum

from calanque.privacy.lexicon.odds import foreign_odds, is_name, name_odds, surname_odds
from calanque.privacy.persons.cues import PARTICLES
from calanque.privacy.spans import Span
from calanque.privacy.text import Prepared, is_shouting, sentences

_SIGN = r"['\u2019\u2010\u2011\-](?=[^\W\d_])"
_WORD = re.compile(rf"[^\W\d_](?:[^\W\d_]|{_SIGN})*")
_HAS_MISREAD = re.compile(r"[01](?<=[^\W\d_].)(?:[^\W\d_]|(?![\w\-]))|0(?<!\w.)[^\W\d_]{4}")
_MISREAD_WORD = re.compile(
    rf"(?=(?:[01]?[^\W\d_]){{4}})(?:(?<!\w)0)?[^\W\d_](?:[01]?(?:[^\W\d_]|{_SIGN}))*[01]?(?![\w\-])|{_WORD.pattern}"
)
"""With the digits that optical recognition took for letters: "Théophi1e", "M0NTEIR0", but no "A10"."""
_MISREAD, _MISREAD_CAPITALS = str.maketrans("01", "ol"), str.maketrans("01", "oi")
_ELISION = re.compile(r"(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu|quoiqu)'")
_FOREIGN_LETTER = re.compile(r"[ÃÅÌÍÑÒÓÕØÚÝÞßãåìíñòóõøúýþĀ-őŔ-ſƀ-ɏ\u1e00-\u1eff]")
"""Letters that French does not write: a word with one is no word of French, whatever it folds to."""
_NAME_ELISIONS = "MN"
"""Capitals that begin a name before an apostrophe and a capital: "M'Roivili", "N'Diaye"."""
_ELIDED = frozenset("aeiouyhœæ")
"""Letters before which French cuts a vowel: "m'appelle", but "m'saidie" is a name."""
_OPENER = re.compile(r"(?:[:«\"\u201c(*•>]|(?:^|\n)[ \t]*-)\s*$")
# Under this share of capitalised words the writer does not use capitals, and their absence says nothing.
_LEAST_CAPITAL_SHARE = 0.03
_COMMON_WORD, _RARE_WORD = -1.0, 0.3
_LOUD_SENTENCE = 4
"""Blanks from which a sentence in capitals is shouted, where its text is not; a shorter one is a name or a heading."""
_MOST_PARTICLES = 3
_OF = ("de", "du")
_OF_A_PERSON = frozenset(
    ("PHONE_NUMBER", "EMAIL_ADDRESS", "BIRTH_DATE", "POSTAL_ADDRESS", "FR_NIR", "FR_IDENTITY_CARD", "FR_PASSPORT")
)
_SIGNS = re.compile(r"[\s]{0,2}[,;:(/|\-]?[\s(]{0,2}")
_MOST_SIGNS = 4
_HANDLES = ("EMAIL_ADDRESS", "HANDLE")
_HANDLE_PART = re.compile(r"[a-z]{2,}")
_SHORTEST_IN_HANDLE, _LONGEST_IN_HANDLE = 4, 40


class Casing(IntEnum):
    """What the capitals of a word tell."""

    TITLE = 0
    START = 1
    UPPER = 2
    SHOUT = 3
    LOWER = 4
    BARE = 5


CAPITALISED = (Casing.TITLE, Casing.START, Casing.UPPER)
_WRITTEN_WITH = (Casing.TITLE, Casing.UPPER)


class Word:
    """One word: where it stands, its folded form, its casing, its odds of being a name (None: never seen).

    An initial ("J." of "J. Dupont") is a word too. `name_start` is where its particles begin when both together are a
    listed surname ("de la Tour"), else its own start. `is_beside_value` says whether a personal value of another kind
    stands right beside it ("Florin, 06 12 34 56 78"), `is_in_handle` whether an e-mail address or handle of the text
    holds the word ("SAUVAGE, fsauvage14@example.org"), `has_capital_elision` whether a capital "L'" or "D'" was cut off
    within a sentence ("chez L'Herbier").
    """

    __slots__ = (
        *("casing", "end", "folded", "gap", "has_capital_elision", "is_beside_value", "is_dotted", "is_in_handle"),
        *("name_start", "odds", "start"),
    )

    def __init__(self, start: int, end: int, folded: str, gap: str, casing: Casing) -> None:
        """Take the word's place, its folded form, the folded text since the word before, and its casing."""
        self.start, self.end, self.folded, self.gap, self.casing = start, end, folded, gap, casing
        self.odds = name_odds(folded)
        self.has_capital_elision = self.is_beside_value = self.is_dotted = self.is_in_handle = False
        self.name_start = start


def words_of(text: Prepared, holes: Sequence[Span] = ()) -> list[Word]:
    """Return the words of a text outside `holes` (sorted, without overlap); an elision is cut off ("d'Aline")."""
    words: list[Word] = []
    original, folded = text.original, text.folded
    position, hole = 0, 0
    is_misread = bool(_HAS_MISREAD.search(folded))
    pattern = _MISREAD_WORD if is_misread else _WORD
    is_loud, is_foreign = is_shouting(original), bool(_FOREIGN_LETTER.search(original))
    for low, high in sentences(folded):
        shouts = is_shouting(original[low:high]) and (is_loud or folded.count(" ", low, high) >= _LOUD_SENTENCE)
        is_first = True
        for match in pattern.finditer(folded, low, high):
            begin, end = match.span()
            while hole < len(holes) and holes[hole].end <= begin:
                hole += 1
            if hole < len(holes) and holes[hole].start < end:
                is_first = False
                continue
            if begin and folded[begin - 1].isdigit():
                continue
            form, start = _read_again(original, match) if is_misread else match.group(), begin
            if "'" in form:
                start = _after_elision(text, begin, end, shouts)
                form = folded[start:end]
            gap = folded[position:start]
            casing = Casing.SHOUT if shouts else _casing(original, start, end, is_first, gap)
            word = Word(start, end, form, gap, casing)
            if is_foreign:
                _weigh_letters(original, word)
            if begin < start and not is_first:
                word.has_capital_elision = original[begin].isupper() and casing in _WRITTEN_WITH
            if hole < len(holes) and holes[hole].start - end <= _MOST_SIGNS:
                word.is_beside_value = _is_beside(word, folded[end : holes[hole].start], holes[hole])
            words.append(word)
            position, is_first = end, False
    _settle_gaps(folded, words)
    _settle_bare(words)
    _mark_handles(text, words, holes)
    return words


def _read_again(original: str, match: re.Match[str]) -> str:
    """Return a folded word with letters for the digits that stand in it."""
    form = match.group()
    if form.isalpha():
        return form
    return form.translate(_MISREAD_CAPITALS if original[match.start() + 1 : match.start() + 2].isupper() else _MISREAD)


def _settle_gaps(folded: str, words: Sequence[Word]) -> None:
    """Mark the words that a dot follows, and weigh those after a particle together with it."""
    for index, word in enumerate(words):
        if word.gap.startswith(".") and index:
            words[index - 1].is_dotted = True
        if index and words[index - 1].folded in PARTICLES and not word.gap.strip():
            _weigh_with_particles(words[max(0, index - _MOST_PARTICLES) : index], word)
    if words:
        words[-1].is_dotted |= folded.startswith(".", words[-1].end)


def _mark_handles(text: Prepared, words: Sequence[Word], holes: Sequence[Span]) -> None:
    """Mark the words that stand in an e-mail address or handle: those were made of a name, more often than not."""
    handles = [text.folded[hole.start : hole.end].split("@") for hole in holes if hole.type in _HANDLES]
    parts = {part for handle in handles for part in _HANDLE_PART.findall(handle[0] or handle[-1])}
    if not parts:
        return
    sizes = range(_SHORTEST_IN_HANDLE, _LONGEST_IN_HANDLE + 1)
    ends = parts | {end for part in parts for size in sizes[: len(part)] for end in (part[:size], part[-size:])}
    for word in words:
        word.is_in_handle = word.folded.replace("'", "").replace("-", "") in ends


def _weigh_letters(original: str, word: Word) -> None:
    if _FOREIGN_LETTER.search(original, word.start, word.end):
        word.odds = foreign_odds(word.folded)


def _is_beside(word: Word, signs: str, value: Span) -> bool:
    """Say whether nothing but signs stands between a word and a value that belongs to a person; not "Le 6 mai 1980"."""
    if word.folded == "le" and not signs.strip():
        return False
    return value.type in _OF_A_PERSON and bool(_SIGNS.fullmatch(signs))


def _weigh_with_particles(before: Sequence[Word], word: Word) -> None:
    """Weigh a surname of several words ("le goff", "de la tour"); its last word may be common by itself."""
    name = word.folded
    for particle in reversed(before):
        if particle.folded not in PARTICLES:
            break
        name = f"{particle.folded} {name}"
        together = surname_odds(name)
        is_written_so = particle.casing is word.casing and word.casing in _WRITTEN_WITH
        is_rare = word.odds is None or word.odds > _RARE_WORD
        if together is not None and (is_written_so or is_rare or particle.folded in _OF):
            word.name_start = particle.start
            if is_written_so or is_rare:
                word.odds = max(together + 1.0, word.odds or 0.0)


def _after_elision(text: Prepared, start: int, end: int, shouts: bool) -> int:
    folded = text.folded
    elision = _ELISION.match(folded, start, end)
    if not elision:
        return start
    letter, first = text.original[start], text.original[elision.end()]
    if not shouts and letter.isupper() and first.isupper() and letter in _NAME_ELISIONS:
        return start
    rest = name_odds(folded[elision.end() : end])
    if letter in "mnMN" and folded[elision.end()] not in _ELIDED and (rest is None or rest > 0):
        return start
    if letter.islower() and first.isupper():
        return elision.end()  # "d'André", while the surname is "D'Andre"
    is_whole = is_name(folded[start:end]) and (rest is None or rest > _COMMON_WORD)
    return start if is_whole else elision.end()


def _casing(original: str, start: int, end: int, is_first: bool, gap: str) -> Casing:
    if not original[start].isupper():
        return Casing.LOWER
    if end - start > 1 and original[start:end].isupper():
        return Casing.UPPER
    return Casing.START if is_first or (gap != " " and _OPENER.search(gap)) else Casing.TITLE


def _settle_bare(words: list[Word]) -> None:
    capitals = sum(word.casing in CAPITALISED for word in words)
    if capitals <= _LEAST_CAPITAL_SHARE * len(words):
        for word in words:
            if word.casing is Casing.LOWER:
                word.casing = Casing.BARE
