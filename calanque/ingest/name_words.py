"""Names among the few values of a column, without a sentence around them: "Karim Benali", and not "theft" or "m³"."""

import itertools
import re
from collections.abc import Sequence

from calanque.contracts.forbidden import words_of

GUESSED = "person.words"
"""The rule that weighs words by their casing and neighbours: of a word that stands alone it knows little."""
KIND_WORDS = frozenset(
    {"type", "subtype", "kind", "category", "categorie", "subcategory", "class", "classe", "group", "nature", "status"}
    | {"statut", "offence", "offense", "infraction", "crime", "incident", "indicator", "indicateur", "unit", "unite"}
    | {"units", "mci", "measure", "mesure", "quantity", "grandeur", "motif", "reason", "mode", "service"}
)
LISTED_SHARE = 0.5
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")


def hold_names(values: Sequence[str], name: str) -> bool:
    """Return whether distinct values of a column are, or hold, names of persons.

    They do if in one of them two listed names stand side by side ("karim benali"); if half of them hold a listed name
    ("Arson" among other words is a surname by chance). Unless the column's name says that these are kinds ("type":
    "Motor Vehicle Theft"), they do too if one of them is a well-known first name ("Karim"), or if two capitalised words
    that French does not have stand side by side.

    Args:
        values: distinct values.
        name: that of the column.
    """
    texts = [_WORD.findall(value) for value in values]
    if sum(any(_is_listed(word) for word in words) for words in texts) >= LISTED_SHARE * len(texts) > 0:
        return True
    pairs = [pair for words in texts for pair in itertools.pairwise(words)]
    if any(all(map(_is_listed, pair)) for pair in pairs):
        return True
    if not KIND_WORDS.isdisjoint(words_of(name)):
        return False
    return any(len(words) == 1 and _is_first_name(words[0]) for words in texts) or any(
        all(map(_is_strange, pair)) for pair in pairs
    )


def _is_listed(word: str) -> bool:
    """Say whether a word is a listed name, and no commoner as a word of French: "Karim", "Petit", but not "vol"."""
    from calanque.privacy.lexicon.odds import is_name, name_odds
    from calanque.privacy.text import prepare

    folded = prepare(word).folded
    return len(word) > 1 and is_name(folded) and (name_odds(folded) or 0) > -1


def _is_first_name(word: str) -> bool:
    from calanque.privacy.lexicon.names import first_name_ranks
    from calanque.privacy.lexicon.odds import FREQUENT, name_odds
    from calanque.privacy.text import prepare

    folded = prepare(word).folded
    return first_name_ranks().get(folded, FREQUENT) < FREQUENT and (name_odds(folded) or 0) > 1


def _is_strange(word: str) -> bool:
    from calanque.privacy.lexicon.odds import name_odds
    from calanque.privacy.text import prepare

    odds = name_odds(prepare(word).folded)
    return len(word) > 1 and word[0].isupper() and (odds is None or odds > -1)
