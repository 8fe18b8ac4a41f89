"""What kind of word a word is: how likely a name, and in which lists of cues."""

from calanque.privacy.lexicon.odds import is_first_name
from calanque.privacy.lexicon.places import LINK_WORDS, NEUTRAL, PLACE_WORDS
from calanque.privacy.lexicon.shape import name_shape
from calanque.privacy.lexicon.towns import PLACES
from calanque.privacy.lexicon.word_lists import BRANDS, COMMON_WORDS
from calanque.privacy.persons import cues

Key = tuple[str, str, float | None]
"""A word without its place: folded, the letter of its casing, its odds of being a name."""

LISTS = {
    "title": cues.TITLES,
    "label": cues.LABELS,
    "job": cues.OCCUPATIONS,
    "role": cues.ROLES,
    "determiner": cues.DETERMINERS,
    "namesake": cues.NAMESAKES,
    "place": PLACE_WORDS,
    "neutral": NEUTRAL,
    "brand": BRANDS,
    "follower": cues.FOLLOWERS,
    "saying": cues.SAYING,
    "greeting": cues.GREETINGS,
    "addressed": cues.ADDRESSED,
    "link": cues.LINKS_TO_NAME,
    "owned": cues.OF_A_PERSON,
    "particle": cues.PARTICLES,
    "preposition": cues.PLACE_PREPOSITIONS,
    "common": COMMON_WORDS,
    "title?": cues.AMBIGUOUS_TITLES,
    "label?": cues.AMBIGUOUS_LABELS,
    "foreign": cues.FOREIGN_PARTICLES,
    "namesake~": cues.NAMESAKES_LINKED,
    "street~": LINK_WORDS,
}
_KINDS = tuple(LISTS)[:17]
"""Lists that tell the kind of a word in a pair; the first that holds it does."""
_COARSE_ODDS = (-2.0, -0.7, 0.7, 2.0)
_NO_INITIALS = ("a", "y", "l", "d")


def kind(key: Key) -> str:
    """Return the kind of a word in a pair: its casing, how likely a name it is, and the first list that holds it."""
    folded, casing, odds = key
    if len(folded) == 1 and folded not in _NO_INITIALS:
        return f"{casing}.x"
    name = next((name for name in _KINDS if folded in LISTS[name]), "")
    if not name and (odds or 0) > 0 and is_first_name(folded):
        name = "fn"
    return f"{casing}{coarse(odds, folded)}{name}"


def lists_of(folded: str) -> list[str]:
    """Return the names of the lists that hold a folded word."""
    found = [name for name, words in LISTS.items() if folded in words]
    if folded.replace("-", " ") in PLACES:
        found.append("geo")
    return found


def fine(odds: float | None, folded: str) -> str:
    """Return the odds of a word in steps of a half; of one that no list holds, what its letters look like."""
    if odds is None:
        return f"?{round(2 * name_shape(folded)) / 2:+.1f}"
    return f"{max(-4.0, min(5.0, round(2 * odds) / 2)):+.1f}"


def coarse(odds: float | None, folded: str) -> str:
    """Return the class of the odds of a word, 0 to 4, or of what its letters look like."""
    if odds is None:
        return "?" if name_shape(folded) > 0 else "?-"
    return str(sum(odds >= bound for bound in _COARSE_ODDS))
