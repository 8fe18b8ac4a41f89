"""Short names alone that are words of French too ("Le", "Que", "Pan", "VU"): told by where they stand.

A word of grammar with a capital within a sentence, and nothing after it that it could bear on, is no word of grammar.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from calanque.privacy.lexicon.brands import BRANDS
from calanque.privacy.lexicon.odds import FREQUENT, is_first_name, is_name
from calanque.privacy.lexicon.places import NEUTRAL
from calanque.privacy.lexicon.syllables import is_one_syllable, is_syllable_name
from calanque.privacy.lexicon.towns import LANDS, TOWNS
from calanque.privacy.persons.cues import (
    AMBIGUOUS_LABELS,
    AMBIGUOUS_TITLES,
    DETERMINERS,
    FOLLOWERS,
    FOREIGN_PARTICLES,
    LABELS,
    NO_NAMES,
    OF_A_PERSON,
    PLACE_PREPOSITIONS,
    ROLES,
    SURNAMES_AND_LABELS,
    TITLES,
)
from calanque.privacy.persons.links import BRANDS_AND_NAMES, is_dated, is_initial
from calanque.privacy.persons.phrases import BEFORE_PARTICLE, NO_SYLLABLES, OPENERS, closes, opens
from calanque.privacy.persons.words import CAPITALISED, Casing, Word

_GRAMMAR = frozenset(("le", "la", "du", "ma", "ta", "sa", "ton", "son", "tu", "on", "que", "ce"))
_NO_ACRONYM = frozenset(("le", "que", "ton", "son", "tu", "on", "vu"))
"""Words of grammar whose capitals stand for nothing else ("SA", "CE" and "DU" do)."""
_NO_NAMES = (NO_NAMES | NO_SYLLABLES | NEUTRAL) - SURNAMES_AND_LABELS - {"pin", "mai"}
"""The code PIN and the month of May are names where one is due: "titulaire Pin"."""
_PLACES_AND_BRANDS = TOWNS | LANDS | BRANDS | BRANDS_AND_NAMES
_LABELS_AND_ROLES = (LABELS | ROLES) - AMBIGUOUS_LABELS
_LEAST_AFTER_ARTICLE = 0.5
_LONGEST, _SURE_NAME, _LEAST_HEAD, _LEAST_TITLE, _LEAST_SMALL = 6, 1.0, -2.6, -1.2, -0.5
_LEAST_SCARCE = {Casing.LOWER: -0.7, Casing.BARE: -2.1, Casing.SHOUT: -2.1}
"""A text without casing tells little of a name: its words that are scarce in French are masked on less."""
_LINKS = OPENERS | {"de", "pour", "sur", "entre", "selon", "et", "ou", "devant", "derriere"}
_LEAST_BARE = {Casing.TITLE: _LEAST_HEAD, Casing.UPPER: _LEAST_HEAD, Casing.START: -0.5}
_ACRONYMS = frozenset(
    "can fa fai fo gan her im ko lan min na no pa pi pin ra rai re seo sim wan ya".split()  # noqa: SIM905
)
_ENDS = re.compile(r"[ \t]*[,;.!?/)]")
_HEADS = re.compile(r"(?:.*[.;!?])?\s*|.*\n[ \t]*", re.DOTALL)
_NEXT_ITEM = re.compile(r"(?: \(?\d{1,3}\)?)?[ \t]*,[ \t]*\n?")
_VALUE = re.compile(r"\s?[(,]?\s?[+\d]")
_NO_ARTICLE, _SUBJECTS, _LABEL_LIKE = frozenset(("le", "que", "ta", "on", "tu")), ("on", "tu"), ("le", "son", "ton")
_HALVES = frozenset("la le du ma ta sa vu he oh lu su vo ha mi mai man an son ton to tri sang long ravi".split())  # noqa: SIM905
_NO_NOUN = frozenset(
    """
a alors apres au aux avant avec car chez contre dans de depuis derriere des devant donc durant en entre est et hors lors
mais malgre moyennant ne ni ou par parmi pendant pour puis qui sans se selon sera sous sur vers
""".split()  # noqa: SIM905
)
"""Before these an article or a possessive has no noun."""
_VERBS = FOLLOWERS - {"ne", "nee", "epouse", "veuve", "age", "agee", "joignable", "celibataire", "dit"}


def is_alone(words: Sequence[Word], index: int, accept: float) -> bool:
    """Say whether one short word with a capital is a name by its place: "famille TON,", "Mandataire Que.", "Q. Le,".

    Args:
        words: the words of the text, scored.
        index: the word.
        accept: score from which a word beside it is a name.
    """
    word = words[index]
    if _is_half(words, index, accept):
        return True
    if word.casing not in CAPITALISED:
        return _is_small(words, index, accept)
    if len(word.folded) == 1 or _is_barred(words, index):
        return False
    if _is_item(words, index, accept) or _is_bare_capital(words, index):
        return True
    if len(word.folded) > _LONGEST or not (is_one_syllable(word.folded) or word.folded in _GRAMMAR):
        return False
    return _is_stranded(words, index) or _fills_a_phrase(words, index) or _heads_a_sentence(words, index)


def may_be_alone(word: Word) -> bool:
    """Say whether `is_alone` may hold of a word at all; any with a capital may be an item: "Radu, Bonbon, Bacar"."""
    return _may_be_name(word.folded) or (word.casing is Casing.TITLE and word.gap.endswith(", "))


@lru_cache(maxsize=50_000)
def _may_be_name(word: str) -> bool:
    return is_name(word) or is_one_syllable(word) or word in _HALVES or word in _GRAMMAR


def _is_half(words: Sequence[Word], index: int, accept: float) -> bool:
    """Say whether a word of grammar is the other half of a name: "la anjali", "DOSSIER DU LAKSHMI", "lin he,"."""
    word = words[index]
    if word.folded not in _HALVES:
        return False
    previous = words[index - 1] if index and word.gap == " " else None
    following = words[index + 1] if index + 1 < len(words) else None
    if following is not None and following.gap == " " and _draws(following, word, accept):
        return True
    is_cut = following is None or _ENDS.match(following.gap) or (following.gap == " " and following.folded in _NO_NOUN)
    # Within a sentence an article has a capital only in the name of a place, and a capital follows: "vers La Ciotat".
    is_capital = word.casing in (Casing.TITLE, Casing.UPPER) and not (following and following.casing in CAPITALISED)
    return previous is not None and bool(is_cut or is_capital) and _draws(previous, word, accept)


def _draws(name: Word, half: Word, accept: float) -> bool:
    """Say whether a name of the same casing is one that French text puts no article before: not "la Julie"."""
    if name.casing is half.casing is Casing.UPPER and is_one_syllable(name.folded) and is_name(name.folded):
        return (name.odds or 0.0) > _LEAST_HEAD
    if name.score < accept or (name.casing in CAPITALISED) != (half.casing in CAPITALISED):
        return False
    is_listed = is_name(name.folded) and (name.odds or 0.0) > _SURE_NAME and not is_first_name(name.folded, FREQUENT)
    return is_syllable_name(name.folded) or is_listed


def _is_barred(words: Sequence[Word], index: int) -> bool:
    word = words[index]
    if (
        word.folded in TITLES
        or word.folded == "co"
        or word.gap.endswith("l'")
        or (word.folded == "mai" and is_dated(words, index))
    ):
        return True
    return word.folded in _NO_NAMES and not word.is_beside_value


def _is_stranded(words: Sequence[Word], index: int) -> bool:
    """Say whether a word of grammar with a capital has nothing to bear on: "dont Munteanu, Le et Toihir"."""
    word = words[index]
    if word.folded not in _GRAMMAR and word.folded != "vu":
        return False
    if word.casing is Casing.UPPER and word.folded not in _NO_ACRONYM:
        return False
    following = words[index + 1] if index + 1 < len(words) else None
    if word.casing is Casing.START:
        is_cut = (
            following is None
            or bool(_ENDS.match(following.gap))
            or (following.gap == " " and following.folded in ("et", "est"))
        )
        is_led = bool(word.gap) and (":" in word.gap or following is None or following.gap.strip() != ",")
        return is_cut and is_led and word.folded not in ("vu", "on", "tu", "la")
    if word.folded in _SUBJECTS and following is not None and following.gap == " ":
        return word.is_beside_value
    return closes(words, index) or word.is_beside_value


def _is_titled_grammar(words: Sequence[Word], index: int) -> bool:
    """Say whether a small word of grammar between a title and a sign is a name: "classe de Mme ton, CP"."""
    following = words[index + 1] if index + 1 < len(words) else None
    is_cut = following is None or _ENDS.match(following.gap)
    if not index or not is_cut:
        return False
    title = words[index - 1]
    is_title = title.folded in TITLES and (title.folded not in AMBIGUOUS_TITLES or words[index].gap.startswith("."))
    return is_title and words[index].gap in (" ", ". ")


def _is_small(words: Sequence[Word], index: int, accept: float) -> bool:
    """Say the same where capitals tell nothing, of listed syllables that are no frequent words: "gardien ta,"."""
    word = words[index]
    if word.folded in _GRAMMAR:
        return _is_titled_grammar(words, index)
    if not (is_one_syllable(word.folded) and is_name(word.folded) and _is_likely(word)) or word.folded in _ACRONYMS:
        return False
    if _is_barred(words, index):
        return False
    if _is_item(words, index, accept) or _is_scarce(words, index):
        return True
    is_led = opens(words, index) or (index > 0 and words[index - 1].folded in _LINKS and word.gap == " ")
    is_likely = word.casing is not Casing.LOWER or (word.odds or 0.0) > _LEAST_SMALL
    return closes(words, index) and (_is_somebody(words, index) or (is_led and is_likely))


def _is_scarce(words: Sequence[Word], index: int) -> bool:
    """Say whether a name is seldom a word of French, and no thing is announced: "PC pour ding", but not "le yuan"."""
    word = words[index]
    if (word.odds or 0.0) <= _LEAST_SCARCE[word.casing] or word.folded == "mai" or word.gap.rstrip()[-1:].isdigit():
        return False
    previous = words[index - 1].folded if index and word.gap == " " else ""
    if previous in DETERMINERS:
        return previous in _HALVES and (word.odds or 0.0) > _LEAST_AFTER_ARTICLE and closes(words, index)
    return previous not in PLACE_PREPOSITIONS


def _fills_a_phrase(words: Sequence[Word], index: int) -> bool:
    """Say whether a syllable fills a phrase that a name opens: "famille TON,", "ayants droit PAN et"."""
    word = words[index]
    if index and is_initial(words[index - 1]) and word.gap in (". ", "."):
        return closes(words, index) and opens(words, index - 1) and words[index - 1].casing in CAPITALISED
    is_led = index > 0 and words[index - 1].folded in BEFORE_PARTICLE and word.gap == " "
    if _is_somebody(words, index) and word.casing is Casing.UPPER and is_name(word.folded) and _is_likely(word):
        return True
    if not closes(words, index):
        return False
    if word.casing is Casing.START:
        return index > 0 and words[index - 1].folded in _LABELS_AND_ROLES and is_syllable_name(word.folded)
    return (is_led or opens(words, index)) and (word.casing is Casing.UPPER or is_syllable_name(word.folded))


def _is_somebody(words: Sequence[Word], index: int) -> bool:
    """Say whether a role stands before a word ("gardien TO"), or what is somebody's ("arrivée de FAN")."""
    if not index or words[index].gap != " ":
        return False
    previous = words[index - 1].folded
    return previous in _LABELS_AND_ROLES or (index > 1 and previous == "de" and words[index - 2].folded in OF_A_PERSON)


def _heads_a_sentence(words: Sequence[Word], index: int) -> bool:
    """Say whether a word begins a sentence as no other word could: "; Fan : félicitations", "Que succède à"."""
    word = words[index]
    is_grammar = word.folded in _NO_ARTICLE
    if word.casing is not Casing.START or index + 1 == len(words) or not _HEADS.fullmatch(word.gap):
        return False
    if not is_grammar and not (_is_likely(word) and is_name(word.folded)):
        return False
    following = words[index + 1]
    if following.gap == " ":
        return following.folded in _VERBS and word.folded not in _SUBJECTS
    is_head = following.gap.strip() in (":", ": «") and not _VALUE.match(following.gap)
    return is_head and word.folded not in _LABEL_LIKE


def _is_bare_capital(words: Sequence[Word], index: int) -> bool:
    """Say whether a listed name has a capital for no other reason: "avant que Do n'égalise", not "le Pin", "Do It"."""
    word = words[index]
    if not is_name(word.folded) or word.odds is None:
        return False
    is_likely = word.casing is Casing.TITLE and word.odds > _LEAST_TITLE and word.folded not in _PLACES_AND_BRANDS
    is_short = is_one_syllable(word.folded) and is_syllable_name(word.folded)
    if not is_likely and not (is_short and word.odds > _LEAST_BARE[word.casing]):
        return False
    if word.casing is Casing.UPPER and word.folded in _ACRONYMS:
        return False
    previous, following = words[index - 1] if index else None, words[index + 1] if index + 1 < len(words) else None
    if previous is not None and word.gap == " ":
        is_place = previous.folded in DETERMINERS or previous.folded in PLACE_PREPOSITIONS
        if is_place or (previous.casing in CAPITALISED and previous.casing is not Casing.START):
            return False
    if following is None or not following.gap:
        return following is None
    return not following.gap[0].isdigit() and (following.gap not in (" ", "-") or following.casing not in CAPITALISED)


def _is_item(words: Sequence[Word], index: int, accept: float) -> bool:
    """Say whether a listed name stands in a list between names: "Présents : Greco, Pin, Bacar"."""
    word = words[index]
    may_name = is_name(word.folded) or is_one_syllable(word.folded) or word.casing is Casing.TITLE
    if not may_name or word.casing is Casing.START:
        return _begins_list(words, index, accept)
    before = index - 2 if index > 1 and words[index - 1].folded == "et" and word.gap == " " else index - 1
    is_next = before < index - 1 or _NEXT_ITEM.fullmatch(word.gap)
    if before < 0 or not is_next or not _is_name_item(words, before, accept):
        return False
    return _is_before_name(words, index, accept) or _ends_list(words, before, index, accept)


def _ends_list(words: Sequence[Word], before: int, index: int, accept: float) -> bool:
    """Say whether a listed name with a capital ends a list of two names or more: "Gomes T., Zemmouri, Loyal."."""
    word = words[index]
    if word.casing is not Casing.TITLE or not is_name(word.folded) or not closes(words, index) or not before:
        return False
    other = before - 1 if not is_initial(words[before - 1]) else before - 2
    return other >= 0 and bool(_NEXT_ITEM.match(words[before].gap.lstrip("."))) and _is_name_item(words, other, accept)


def _begins_list(words: Sequence[Word], index: int, accept: float) -> bool:
    word = words[index]
    if not index or words[index - 1].folded not in LABELS or word.gap.strip() != ":" or not is_name(word.folded):
        return False
    return _is_before_name(words, index, accept)


def _is_before_name(words: Sequence[Word], index: int, accept: float) -> bool:
    """Say whether the next item of a list is a name."""
    after = index + 1
    if after >= len(words):
        return False
    if words[after].folded == "et" and words[after].gap == " ":
        after += 1
    elif not _NEXT_ITEM.fullmatch(words[after].gap):
        return False
    if after < len(words) and (is_initial(words[after]) or words[after].folded in FOREIGN_PARTICLES):
        after += 1
    return after < len(words) and _is_name_item(words, after, accept)


def _is_name_item(words: Sequence[Word], index: int, accept: float) -> bool:
    return words[index].score >= accept


def _is_likely(word: Word) -> bool:
    return word.odds is None or word.odds > _LEAST_HEAD
