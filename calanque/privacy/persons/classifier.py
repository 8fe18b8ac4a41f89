"""Which words of a text are names: a logistic regression on their attributes, its weights shipped as sorted text.

`weights.tsv` is made by `calanque train-persons` and read here without scikit-learn. The score of a word is the sum of
the weights of its attributes, in natural logarithms of odds; it is a name from the threshold on.
"""

import math
import re
import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from calanque.privacy.lexicon.odds import is_first_name
from calanque.privacy.lexicon.vocabulary import word_frequencies
from calanque.privacy.persons.attributes import (
    FIRST,
    LAST,
    View,
    attributes,
    edge,
    of_gap,
    of_neighbour,
    of_pair,
    of_run,
    of_word,
)
from calanque.privacy.persons.cues import TITLES
from calanque.privacy.persons.kinds import Key, kind
from calanque.privacy.persons.words import Word
from calanque.privacy.spans import MASK_SCORE, Span
from calanque.privacy.text import Prepared

ENTITY, RULE = "PERSON", "person.words"
WEIGHTS = Path(__file__).with_name("weights.tsv")
THRESHOLD = "(threshold)"
_MOST_KEPT = 100_000
_STEPS = (-1, -2, -3, 1, 2, 3)
_JOINS = re.compile(r"-|['\u2019]|[ \u00a0]{0,2}(?:[dDlL]['\u2019])?")
_MOST_SCORE, _LONGEST_INITIAL, _SHORTEST_SPELT, _SHORTEST_LOGIN = 0.49, 2, 5, 3
_TO_VALUE = (":·", "·:·", ":", ":⇥")
_FIELDS = ("nom", "prenom", "prenoms")
_OF_NAMES = {*((field,) for field in _FIELDS), *(("nom", "de", kind) for kind in ("famille", "naissance"))}
_NO_NAMES = frozenset(
    """
    nom prenom prenoms date adresse tel telephone naissance inconnu inconnue inconnus neant idem voir non aucun aucune
    sans illisible anonyme x xx xxx nc vide association societe entreprise collectif
    """.split()  # noqa: SIM905  (a word list reads as words)
)
"""What stands behind "nom :" where no name does: the next field, and that there is none."""
_GLUE, _ELIDED = "_", ("d'", "l'")


class _Kept(dict[Any, Any]):
    """Values made at their first use and kept; all are forgotten when they grow too many."""

    def __init__(self, make: Callable[[Any], Any]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: Any) -> Any:
        if len(self) >= _MOST_KEPT:
            self.clear()
        value = self[key] = self._make(key)
        return value


class Classifier:
    """Weights of attributes, and the sums of those that belong together."""

    def __init__(self, weights: Mapping[str, float], threshold: float) -> None:
        """Take the weight of each attribute, and the score from which a word is a name."""
        self.weights, self.threshold = weights, threshold
        self._words = _Kept(self._of_word)
        self._gaps = _Kept(lambda gap: tuple(self._sum(of_gap(gap, side)) for side in "<>"))
        self._pairs = _Kept(self._of_pair)
        self._runs = _Kept(lambda run: self._sum(of_run(*run)))
        self._edges = {step: self._sum([edge(step)]) for step in (-2, -1, 1, 2)}

    def _sum(self, found: Sequence[str]) -> float:
        return sum(self.weights.get(attribute, 0.0) for attribute in found)

    def _of_word(self, key: Key) -> tuple[str, float, tuple[float, ...]]:
        """Return a word's kind, its own score, and what it lends to the words 1, 2, 3 after and 1, 2, 3 before it."""
        return kind(key), self._sum(of_word(key)), tuple(self._sum(of_neighbour(key, step)) for step in _STEPS)

    def _of_pair(self, pair: tuple[str, str, str]) -> tuple[float, float]:
        """Return what a pair adds to its second word, and to its first."""
        one, gap, two = pair
        return self._sum(of_pair(one, gap, two, "<")), self._sum(of_pair(two, gap, one, ">"))

    def scores(self, seen: View) -> list[float]:
        """Return the score of each word; the cost is linear in their number."""
        count = len(seen.keys)
        # Three places more at each end take what words lend beyond it.
        scores = [0.0] * (count + 6)
        before, two, one = self._gaps[seen.gaps[0]], FIRST, FIRST
        get, pairs, runs, gaps = self.weights.get, self._pairs, self._runs, self._gaps
        for index, (key, note) in enumerate(zip(seen.keys, seen.notes, strict=True), start=3):
            own, score, (after_1, after_2, after_3, before_1, before_2, before_3) = self._words[key]
            pair, after = pairs[one, seen.gaps[index - 3], own], gaps[seen.gaps[index - 2]]
            score += before[0] + after[1] + pair[0] + runs[two, one, own]
            for name in note:
                score += get(name, 0.0)
            scores[index] += score
            scores[index - 1] += before_1 + pair[1]
            scores[index - 2] += before_2
            scores[index - 3] += before_3
            scores[index + 1] += after_1
            scores[index + 2] += after_2
            scores[index + 3] += after_3
            before, two, one = after, one, own
        if count:
            scores[count + 2] += pairs[one, seen.gaps[count], LAST][1]
        for step, weight in self._edges.items():
            for index in range(min(abs(step), count)):
                scores[3 + index if step < 0 else count + 2 - index] += weight
        return scores[3 : count + 3]

    def terms(self, seen: View, index: int) -> Iterator[tuple[str, float]]:
        """Yield the attributes that make the score of a word, each with its weight."""
        for attribute in attributes(seen, index):
            if weight := self.weights.get(attribute):
                yield attribute, weight


@cache
def classifier() -> Classifier:
    """Return the classifier of the shipped weights."""
    rows = (line.split("\t") for line in WEIGHTS.read_text("utf-8").split("\n") if line and line[0] != "#")
    weights = {attribute: float(weight) for attribute, weight in rows}
    return Classifier(weights, weights.pop(THRESHOLD))


def names(text: Prepared, seen: View, scores: Sequence[float], threshold: float) -> list[Span]:
    """Return the names of a text: runs of words whose scores reach the threshold."""
    spans: list[Span] = []
    last, best = -2, 0.0
    for index in _accepted(text, seen, scores, threshold):
        start, end = seen.words[index].start, _end(text, seen.words[index])
        is_same = last == index - 1 and _is_joined(text, seen.words[last], spans[-1].end, start)
        best = max(best, scores[index]) if is_same else scores[index]
        begin = spans.pop().start if is_same else _start(text, seen, index)
        spans.append(Span(begin, end, ENTITY, _confidence(best), RULE))
        last = index
    return spans


def _accepted(text: Prepared, seen: View, scores: Sequence[float], threshold: float) -> Iterator[int]:
    """Yield the words of names, in order; the particles of a listed surname ("de la Tour") belong to it."""
    accepted = [score >= threshold and not _is_verb(seen, index) for index, score in enumerate(scores)]
    for index in range(1, len(accepted)):
        accepted[index] = accepted[index] or (seen.gaps[index] in _TO_VALUE and _is_field(seen, index))
    if text.origins:
        accepted = [one or _is_spelt(text.origins, word) for one, word in zip(accepted, seen.words, strict=True)]
    for index, word in enumerate(seen.words):
        if not accepted[index] and index and accepted[index - 1]:
            accepted[index] = _is_initial(seen, index)
        if accepted[index] and word.name_start < word.start:
            other = index - 1
            while other >= 0 and seen.words[other].start >= word.name_start:
                accepted[other] = True
                other -= 1
        elif accepted[index] and index > 2 and accepted[index - 3]:
            first, *particles = (key[0] for key in seen.keys[index - 3 : index])
            if particles == ["de", "la"] and is_first_name(first) and seen.gaps[index - 2 : index + 1] == ["·"] * 3:
                accepted[index - 2] = accepted[index - 1] = True
    return (index for index, is_name in enumerate(accepted) if is_name)


def _is_spelt(origins: Sequence[int], word: Word) -> bool:
    """Say whether a word was written letter by letter, and is none of French: it is a name that somebody spells."""
    last, length = word.end - 1, word.end - word.start
    is_apart = length >= _SHORTEST_SPELT and origins[last] - origins[word.start] == 2 * (length - 1)
    return is_apart and word.folded not in word_frequencies()


def _is_field(seen: View, index: int) -> bool:
    """Say whether a word with a capital is all that follows "nom :", whatever it means: "Nom de famille : Rue"."""
    folded, casing, _ = seen.keys[index]
    label = tuple(key[0] for key in seen.keys[max(0, index - 3) : index])
    is_label = label[-1:] in _OF_NAMES or label in _OF_NAMES
    after = seen.gaps[index + 1]
    is_whole = not after.startswith("·") or (index + 1 < len(seen.keys) and seen.keys[index + 1][0] in _FIELDS)
    return is_label and casing in "TSUA" and is_whole and folded not in _NO_NAMES


def _is_initial(seen: View, index: int) -> bool:
    """Say whether a letter with its dot right after a name is of it: "COLONNA A.", but "Duval c. Morel", "p. 3"."""
    folded, after = seen.keys[index][0], seen.gaps[index + 1]
    is_letter = len(folded) == 1 and seen.gaps[index] == "·" and seen.words[index].is_dotted and folded not in "cnpv"
    return is_letter and after != "." and "0" not in after


def _is_verb(seen: View, index: int) -> bool:
    """Say whether a word is the small "a" of "Mme Martin a appelé": no initial, and no letter of a name spelt out."""
    folded, casing, _ = seen.keys[index]
    beside = (key[0] for key in seen.keys[max(index - 1, 0) : index + 2 : 2])
    is_small = folded == "a" and casing in "lb" and not seen.words[index].is_dotted
    return is_small and all(len(other) > 1 for other in beside)


def _start(text: Prepared, seen: View, index: int) -> int:
    """Return where a name begins, with the "D'" that is of it and what is glued to it: "M. d'Astier", "anc_dupont"."""
    word, start = seen.words[index], seen.words[index].start
    is_titled = index > 0 and word.gap.lstrip(". ") in _ELIDED and seen.keys[index - 1][0] in TITLES
    if word.has_capital_elision or is_titled:
        return start - 2
    while start and text.original[start - 1] in _GLUE + string.digits:
        start -= 1
    return start if text.original[start : word.start].strip(string.digits) else word.start


def _end(text: Prepared, word: Word) -> int:
    """Return where a word ends, with an initial's dot and what is glued to it: "P.", "p.garrigue", "dupont_13"."""
    end = word.end
    if len(word.folded) == 1 and text.original.startswith(".", end):
        end += 1
        if not (text.original[word.start].islower() and text.folded[end : end + _SHORTEST_LOGIN].isalpha()):
            return end
    while text.original[end : end + 1].isalnum() or text.original[end : end + 1] == _GLUE:
        end += 1
    return end


def _is_joined(text: Prepared, before: Word, end: int, start: int) -> bool:
    """Say whether two words are of one name: a blank, a hyphen or "d'" between, or the dot of "J.-Ph. Dupont"."""
    is_short = len(before.folded) <= _LONGEST_INITIAL and text.original.startswith(".", end)
    return _JOINS.fullmatch(text.original, end + is_short, start) is not None


def _confidence(score: float) -> float:
    """Return the score of a span: from `MASK_SCORE` up by half of the probability."""
    return round(MASK_SCORE + _MOST_SCORE / (1.0 + math.exp(-max(-30.0, min(30.0, score)))), 2)
