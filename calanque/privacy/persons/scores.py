"""The score of each word: its odds of being a name, what its casing adds, and what stands beside it.

All terms are powers of ten, so they add up; a word is (part of) a name from `ACCEPT` on.
"""

from collections.abc import Sequence

from calanque.privacy.lexicon.brands import BRANDS
from calanque.privacy.lexicon.odds import is_first_name, is_name
from calanque.privacy.lexicon.places import NEUTRAL, PLACE_WORDS
from calanque.privacy.lexicon.shape import name_shape
from calanque.privacy.lexicon.syllables import is_one_syllable, is_syllable, is_syllable_name
from calanque.privacy.lexicon.towns import LANDS, TOWNS
from calanque.privacy.persons.alone import is_alone, may_be_alone
from calanque.privacy.persons.announced import LONGEST_ACRONYM, is_titled
from calanque.privacy.persons.context import context_score
from calanque.privacy.persons.cues import AMBIGUOUS_TITLES, TITLES
from calanque.privacy.persons.links import (
    ACRONYMS_AND_NAMES,
    BRANDS_AND_NAMES,
    MONTHS_AND_NAMES,
    follows_initial,
    is_branded,
    is_dated,
    is_initial,
    linked,
    listed,
    names_a_thing,
)
from calanque.privacy.persons.phrases import (
    LONE_LINE,
    NO_SYLLABLES,
    NOBLE,
    closes,
    is_noble_phrase,
    lone_lines,
    may_begin,
    opens,
    phrase_of_syllables,
)
from calanque.privacy.persons.words import CAPITALISED, Casing, Word
from calanque.privacy.text import Prepared

ACCEPT = 1.7
DOUBT = 1.0
"""Between the two the language model is asked."""

_GEOGRAPHY = TOWNS | LANDS
_PROPER_NOUNS = NEUTRAL | BRANDS
_CASING = {
    Casing.TITLE: 1.7,
    Casing.START: 1.4,
    Casing.UPPER: 1.8,
    Casing.SHOUT: 1.2,
    Casing.LOWER: 0.9,
    Casing.BARE: 1.4,
}
_UNKNOWN = {
    Casing.TITLE: 0.3,
    Casing.START: 0.0,
    Casing.UPPER: 0.0,
    Casing.SHOUT: 0.2,
    Casing.LOWER: -1.0,
    Casing.BARE: -1.5,
}
_NEUTRAL, _NEUTRAL_NAME, _PLACE, _TOWN = -6.0, -1.9, -1.0, -0.8
_SHORT_CAPITALS, _SHORT_CAPITAL_NAME, _SURE_NAME = -1.5, -0.8, 1.5
SHORTEST_RARE_SURNAME = 6
"""From this length on an unknown word in capitals is a surname rather than an acronym."""
_RARE_SURNAME = 0.4
# No title can make a name of a word that is this common.
_HOPELESS, _HOPELESS_SMALL = -3.5, -1.9
# No neighbour can bring a score that is this low near a name's.
_BEYOND_NEIGHBOURS = -2.0
_MONTH_NAME = -0.3
_SURE_SURNAME, _CONVENTION = 4.0, 1.0
_WRITTEN_WITH = (Casing.TITLE, Casing.UPPER)
_SURE_SYLLABLES, _SYLLABLES, _LEAST_START, _LEAST_HALF = 5.5, 3.5, -3.0, -2.4
_SHORTEST_SYLLABLES, _FOREIGN_ODDS = 3, 1.0
_UNLISTED_PAIR, _DIRECTORY = 1.5, 4.0
_FIELD_SIGNS = (";", "|", "\t")
_SMALL_UNLISTED, _CAPITAL_UNLISTED = (3, -0.7), (LONGEST_ACRONYM + 1, -0.2)
"""Letters and look that are asked of each of two unlisted words side by side."""
_SURE_TITLES = TITLES - AMBIGUOUS_TITLES
_NEIGHBOUR, _LISTED, _MOST_OF_NEIGHBOUR, _INITIAL = 0.6, 0.4, 3.0, 2.0


def score_words(text: Prepared, words: Sequence[Word]) -> None:
    """Set the score of every word."""
    own, paired = _own_scores(words), _paired(words)
    for index, word in enumerate(words):
        word.score = own[index]
        is_hopeful = own[index] > (_HOPELESS_SMALL if word.casing is Casing.LOWER else _HOPELESS)
        if paired[index] or is_hopeful:
            word.score += context_score(words, index)
        if paired[index]:
            word.score += paired[index]
        elif is_hopeful and word.score > _BEYOND_NEIGHBOURS:
            word.score += max(_neighbour(words, own, index, -1), _neighbour(words, own, index, 1))
        if word.casing in _WRITTEN_WITH and (follows_initial(words, index) or is_titled(words, index)):
            word.score = max(word.score, ACCEPT)
    _settle_convention(words, own)
    _settle_phrases(words)
    for index in lone_lines(text.original, words):
        words[index].score += LONE_LINE
    for index, word in enumerate(words):
        if word.score >= DOUBT and names_a_thing(words, index):
            word.score = _NEUTRAL


def _own_scores(words: Sequence[Word]) -> list[float]:
    """Return what each word is by itself; a name that is that of a thing is none."""
    own = [_own(words, index) for index in range(len(words))]
    return [_NEUTRAL if score > 0 and names_a_thing(words, index) else score for index, score in enumerate(own)]


def _paired(words: Sequence[Word]) -> list[float]:
    """Return what being half of a name of syllables adds to each word ("MAI Van", "hui dinh"), 0 where it is none."""
    paired = [0.0] * len(words)
    for index in range(len(words) - 1):
        word, other = words[index], words[index + 1]
        if other.gap == " " and is_syllable(word.folded) and is_syllable(other.folded) and _are_pair(word, other):
            paired[index] = max(paired[index], _pair_bonus(word, other))
            paired[index + 1] = _pair_bonus(other, word)
    return paired


def _pair_bonus(word: Word, other: Word) -> float:
    """Return what the other half of a name adds to a word: however common, beside a sure one ("son chen")."""
    is_drawn = is_one_syllable(word.folded) and is_one_syllable(other.folded) and _is_foreign(other)
    return _SURE_SYLLABLES if word.casing in CAPITALISED or is_drawn else _SYLLABLES


def _settle_phrases(words: Sequence[Word]) -> None:
    # What a word alone can answer is asked first: most words of a text go no further.
    for index, word in enumerate(words):
        if word.score < ACCEPT and (
            (index and words[index - 1].folded in NOBLE and is_noble_phrase(words, index))
            or (may_be_alone(word) and is_alone(words, index, ACCEPT))
        ):
            word.score = ACCEPT
        if word.casing not in CAPITALISED and may_begin(word.folded):
            for part in words[index : index + phrase_of_syllables(words, index)]:
                part.score = max(part.score, ACCEPT)


def _settle_convention(words: Sequence[Word], own: Sequence[float]) -> None:
    """Raise listed names in capitals where the text writes its surnames so: beside DUPONT, LIN is no acronym."""
    if any(word.casing is Casing.UPPER and score > _SURE_SURNAME for word, score in zip(words, own, strict=True)):
        for word, score in zip(words, own, strict=True):
            if word.casing is Casing.UPPER and score > _HOPELESS and is_name(word.folded):
                word.score += _CONVENTION


def is_neutral(word: Word) -> bool:
    """Say whether a word is a known place, brand, service or date."""
    return word.folded in _PROPER_NOUNS or word.folded in PLACE_WORDS


def _own(words: Sequence[Word], index: int) -> float:
    word = words[index]
    odds = _UNKNOWN[word.casing] + name_shape(word.folded) if word.odds is None else word.odds
    if word.folded.replace("-", " ") in _GEOGRAPHY:
        odds = min(odds, _TOWN)
    if _is_name_rather(words, index):
        odds = _MONTH_NAME
    elif word.folded in _PROPER_NOUNS:
        odds = _NEUTRAL if odds <= 0 else _NEUTRAL_NAME
    elif word.folded in PLACE_WORDS and word.name_start == word.start:
        odds += _PLACE
    if word.casing is Casing.UPPER:
        if len(word.folded) <= LONGEST_ACRONYM:
            odds += _SHORT_CAPITALS if word.odds is None or word.odds < _SURE_NAME else _SHORT_CAPITAL_NAME
        elif word.odds is None and len(word.folded) >= SHORTEST_RARE_SURNAME:
            odds += _RARE_SURNAME
    return odds + _CASING[word.casing]


def _is_name_rather(words: Sequence[Word], index: int) -> bool:
    """Say whether a word that is a month or a brand too is neither here; in small letters only a phrase can tell."""
    word = words[index]
    if word.folded in MONTHS_AND_NAMES:
        is_titled = index > 0 and words[index - 1].folded in _SURE_TITLES
        return (word.casing in CAPITALISED or is_titled) and not is_dated(words, index)
    if word.folded in ACRONYMS_AND_NAMES:
        return word.casing in (Casing.TITLE, Casing.START)
    if word.folded not in BRANDS_AND_NAMES or is_branded(words, index):
        return False
    if word.casing in CAPITALISED or (opens(words, index) and closes(words, index)):
        return True
    before = words[max(0, index - 1) : index] if word.gap == " " else ()
    after = (other for other in words[index + 1 : index + 2] if other.gap == " ")
    return any(is_first_name(other.folded) and _is_foreign(other) for other in (*before, *after))


def _neighbour(words: Sequence[Word], own: Sequence[float], index: int, step: int) -> float:
    """Return what the next word of the same casing in one direction adds."""
    other, share = linked(words, index, step), _NEIGHBOUR
    if other is None or words[other].folded == "et":
        other, share = listed(words, index, step), _LISTED
        if step > 0 and _heads_a_directory_entry(words, index):
            return _DIRECTORY
        if other is None or not _makes_a_pair(words[index], words[other], own[other]):
            return 0.0
    elif is_initial(words[other]):
        return _INITIAL if step < 0 or words[index].casing in CAPITALISED or words[other].is_dotted else 0.0
    if (words[other].casing in CAPITALISED) != (words[index].casing in CAPITALISED):
        return 0.0
    if abs(other - index) == 1 and share == _NEIGHBOUR and _are_unlisted_pair(words[index], words[other]):
        return max(_UNLISTED_PAIR, share * min(own[other], _MOST_OF_NEIGHBOUR))
    return share * min(max(own[other], 0.0), _MOST_OF_NEIGHBOUR)


def _heads_a_directory_entry(words: Sequence[Word], index: int) -> bool:
    """Say whether a word in capitals stands before a first name in its own field: "BOIS, Clémentine", "KEREC;Aline"."""
    word, following = words[index], words[index + 1] if index + 1 < len(words) else None
    if following is None or word.casing is not Casing.UPPER or not is_first_name(following.folded):
        return False
    if following.gap in _FIELD_SIGNS:
        return following.casing in CAPITALISED and len(word.folded) > LONGEST_ACRONYM
    is_start = not word.gap or word.gap[-1] == "\n"
    return is_start and following.gap == ", " and following.casing is Casing.TITLE and is_name(word.folded)


def _are_pair(word: Word, other: Word) -> bool:
    """Say whether two syllables side by side are a name of Vietnam, China or Korea: "Long Ha", "SON Mai", "son dinh".

    Without capitals to tell, one of them must be no word of French.
    """
    pair = (word, other)
    if word.folded in NO_SYLLABLES or other.folded in NO_SYLLABLES:
        return False
    if Casing.UPPER in (word.casing, other.casing) and word.casing is not other.casing:
        is_start = word.casing is Casing.START and (word.odds is None or word.odds > _LEAST_START)
        return other.casing in _WRITTEN_WITH and (is_start or word.casing in _WRITTEN_WITH)
    if (word.casing in CAPITALISED) != (other.casing in CAPITALISED) or not all(
        is_syllable_name(w.folded) for w in pair
    ):
        return False
    return word.casing in CAPITALISED or any(map(_is_foreign, pair)) or all(map(_may_be_half, pair))


def _is_foreign(word: Word) -> bool:
    """Say whether a syllable is no word of French."""
    return word.odds > _FOREIGN_ODDS if word.odds is not None else len(word.folded) >= _SHORTEST_SYLLABLES


def _may_be_half(word: Word) -> bool:
    """Say whether a listed name of one syllable is no frequent word of French."""
    return is_one_syllable(word.folded) and is_name(word.folded) and word.odds is not None and word.odds > _LEAST_HALF


def _are_unlisted_pair(word: Word, other: Word) -> bool:
    """Say whether two words side by side are no words of French, and look like names: "kegham yeramian".

    Acronyms and brands are written with capitals: of small words less is asked.
    """
    shortest, least = _SMALL_UNLISTED if word.casing in (Casing.LOWER, Casing.BARE) else _CAPITAL_UNLISTED
    return all(
        len(w.folded) >= shortest
        and (w.odds > 0 if w.odds is not None else name_shape(w.folded) > least)
        and w.folded not in _PROPER_NOUNS
        for w in (word, other)
    )


def _makes_a_pair(word: Word, other: Word, score: float) -> bool:
    """Say whether two fields side by side are the two halves of a name."""
    if is_first_name(other.folded) or score > _MOST_OF_NEIGHBOUR:
        return True
    return is_first_name(word.folded) and score > DOUBT
