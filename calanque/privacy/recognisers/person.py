"""Names of persons: after a cue, by their first name, or as the language model sees them, in any casing.

The model's own findings arrive through `accept_model_name`, which drops places and neutral words.
"""

import re
from collections.abc import Iterator

from calanque.privacy.lexicon.common_words import COMMON_WORDS
from calanque.privacy.lexicon.first_names import FIRST_NAMES
from calanque.privacy.lexicon.places import LINK_WORDS, NEUTRAL, PLACE_WORDS
from calanque.privacy.spans import Span
from calanque.privacy.text import Prepared, is_shouting, sentences

ENTITY = "PERSON"

STRONG_CUES = re.compile(
    r"(?<!\w)(?:(?:mrs?|mmes?|mlles?|melles?)\.?|(?<!\d)(?<!\d\s)m\.|monsieur|madame|mademoiselle|"
    r"docteur|maitre|capitaine|lieutenant|brigadier(?:-chef)?|adjudant"
    r"|(?:le|la|un|une|du|les|au|(?:de|a)\s+la)\s+(?:de)?nomm[e]{1,2}s?|(?:de)?nommee?s?|"
    r"prenommee?s?|surnommee?s?|sieur|s'appel(?:le|ait|lent)|m'appelle|se\s+nomm(?:e|ait)"
    r"|(?:noms?(?:\s+de\s+famille|\s+et\s+prenoms?|\s+prenoms?)?|prenoms?|identite|signe(?:e|"
    r"ataire)?|signature|contact|patiente?|declarante?|plaignante?|requerante?|"
    r"interlocuteur)\s*:)\s*"
)
WEAK_CUES = re.compile(
    r"(?<!\w)(?:me|pr|dr|m|mm|pere|frere|soeur|mere|fils|fille|ami|amie|oncle|tante|abbe|agent|"
    r"proprietaires?|locataires?|gardien(?:ne)?|voisine?s?|conduct(?:eur|rice)|victime|temoin"
    r"|auteur|plaignante?|contrevenante?|usager|riveraine?|mise?\s+en\s+cause|suspect|"
    r"patron(?:ne)?|gerante?|un\s+certain|une\s+certaine|cordialement|salutations|chez|appelee?|"
    r"prenom|nom"
    r"|famille|epou(?:x|se)|compagn(?:on|e)|mari|femme|signe|par|avec|interpelle|entendu)\s*[.,:]?\s+"
)
PERSON_CUE = re.compile(f"{STRONG_CUES.pattern}|{WEAK_CUES.pattern}")
"""Where the language model should look even if no capital is left."""

_TRAILING_CUE = re.compile(r"\s*,?\s+(?:demeurant|domiciliee?|nee?\s+le|nee?\s+a|nee?\s+en|residant|joignable)(?!\w)")
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|(?<=\w)['\u2019\-](?=[^\W\d_]))*")
_PARTICLE = re.compile(r"(?:d'|(?:de|du|des|la|le|ben|bin|el|al|von|van|der|den|da|dos|di|della|abou|ait|mc|st)[ \-])+")
_GAP = re.compile(r"(?:\.?-?[ \t\u00a0\u202f]{1,2}|\.-|\.)")
_INITIAL = re.compile(r"[A-Z](?:\.-?[A-Z])*\.[ ]?")
_LONGEST_NAME_WORD_COUNT = 5
_PREFIX_LENGTH = 40
_SHORTEST_NAME = 3


class PersonRecogniser:
    """Cue words and first names; what has neither is left to the language model."""

    entity = ENTITY

    def find(self, text: Prepared) -> list[Span]:
        """Return the names found, overlaps included, scores from `MASK_SCORE` on."""
        shouts = _shouting_spans(text)
        return [*_after_cues(text, shouts), *_before_cues(text, shouts), *_by_first_name(text, shouts)]


def _shouting_spans(text: Prepared) -> list[tuple[int, int]]:
    if not any(map(str.isupper, text.original)):
        return []
    return [(start, end) for start, end in sentences(text.folded) if is_shouting(text.original[start:end])]


def _is_informative_capital(text: Prepared, start: int, shouts: list[tuple[int, int]]) -> bool:
    return text.original[start].isupper() and not any(s <= start < e for s, e in shouts)


def _is_name_word(text: Prepared, match: re.Match[str]) -> bool:
    word = text.folded[match.start() : match.end()]
    return word not in COMMON_WORDS and word not in NEUTRAL and word not in PLACE_WORDS and len(word) > 1


def _after_cues(text: Prepared, shouts: list[tuple[int, int]]) -> Iterator[Span]:
    for pattern, is_strong in ((STRONG_CUES, True), (WEAK_CUES, False)):
        for cue in pattern.finditer(text.folded):
            end = _name_end(text, cue.end(), shouts, is_strong)
            if end:
                yield Span(cue.end(), end, ENTITY, 0.9 if is_strong else 0.7, "person.after_cue")


def _name_end(text: Prepared, start: int, shouts: list[tuple[int, int]], is_strong: bool) -> int:
    """Return where the name that starts here ends, 0 if none does."""
    initial = _INITIAL.match(text.original, start) if is_strong else None
    position = end = initial.end() if initial else start
    taken: list[re.Match[str]] = []
    while len(taken) < _LONGEST_NAME_WORD_COUNT:
        particle = _PARTICLE.match(text.folded, position)
        match = _WORD.match(text.original, particle.end() if particle else position)
        if not match or not _continues(text, match, shouts, is_strong, taken):
            break
        taken.append(match)
        end = match.end()
        gap = _GAP.match(text.original, end)
        if not gap or (gap.group().startswith(".") and match.end() - match.start() > 1):
            break
        position = gap.end()
    return end if taken or initial else 0


def _continues(
    text: Prepared, match: re.Match[str], shouts: list[tuple[int, int]], is_strong: bool, taken: list[re.Match[str]]
) -> bool:
    word = text.folded[match.start() : match.end()]
    previous = text.folded[taken[-1].start() : taken[-1].end()] if taken else ""
    if len(word) == 1:
        return match.group().isupper() and text.original[match.end() : match.end() + 1] == "."
    if _is_informative_capital(text, match.start(), shouts):
        if previous in FIRST_NAMES or any(t.group().isupper() for t in (*taken[-1:], *(match,) * is_strong)):
            return True
        return word not in COMMON_WORDS and (is_strong or _is_name_word(text, match) or _is_half_of_name(text, match))
    if not _is_name_word(text, match) or (
        taken and text.original[taken[0].start()].isupper() and match.group()[0].islower()
    ):
        return False
    if not taken:
        return is_strong or (word in FIRST_NAMES and _next_is_name(text, match))
    return word in FIRST_NAMES or previous in FIRST_NAMES


def _is_half_of_name(text: Prepared, match: re.Match[str]) -> bool:
    """Say whether a neutral word ("Noël", "Leclerc") is a name after all: a first name is in it or follows it."""
    gap = _GAP.match(text.original, match.end())
    following = _WORD.match(text.original, gap.end()) if gap else None
    if not following or not following.group()[0].isupper():
        return False
    return any(text.folded[m.start() : m.end()] in FIRST_NAMES for m in (match, following))


def _next_is_name(text: Prepared, match: re.Match[str]) -> bool:
    gap = _GAP.match(text.original, match.end())
    following = _WORD.match(text.original, gap.end()) if gap else None
    return bool(following and _is_name_word(text, following))


def _before_cues(text: Prepared, shouts: list[tuple[int, int]]) -> Iterator[Span]:
    for cue in _TRAILING_CUE.finditer(text.folded):
        found = list(_WORD.finditer(text.original, max(0, cue.start() - _PREFIX_LENGTH), cue.start()))[-2:]
        if not found or found[-1].end() != cue.start():
            continue
        named = [m for m in found if _is_name_word(text, m)]
        is_known = any(text.folded[m.start() : m.end()] in FIRST_NAMES for m in named)
        if named and named[-1] is found[-1] and (is_known or _is_informative_capital(text, found[-1].start(), shouts)):
            yield Span(named[0].start(), cue.start(), ENTITY, 0.8, "person.before_cue")


def _by_first_name(text: Prepared, shouts: list[tuple[int, int]]) -> Iterator[Span]:
    """Yield "Jean Dupont", "DUPONT Jean", "Jean-Pierre DUPONT": a first name beside a word that may be a surname."""
    tokens = list(_WORD.finditer(text.original))
    for index, token in enumerate(tokens):
        if (
            not text.original[token.start()].isupper()
            or not _is_first_name(text, token)
            or follows_place(text, token.start())
        ):
            continue
        end = _surname_end(text, tokens, index, shouts)
        if end:
            yield Span(token.start(), end, ENTITY, 0.75, "person.first_name")
        elif index and _joins(text, tokens[index - 1], token) and not follows_place(text, tokens[index - 1].start()):
            yield Span(tokens[index - 1].start(), token.end(), ENTITY, 0.7, "person.first_name")


def _is_first_name(text: Prepared, token: re.Match[str]) -> bool:
    word = text.folded[token.start() : token.end()]
    return word in FIRST_NAMES or (("-" in word) and word.split("-")[0] in FIRST_NAMES)


def _surname_end(text: Prepared, tokens: list[re.Match[str]], index: int, shouts: list[tuple[int, int]]) -> int:
    """Return where the surname after the first name `tokens[index]` ends, 0 if there is none."""
    end, previous = 0, tokens[index]
    is_informative = _is_informative_capital(text, previous.start(), shouts)
    for token in tokens[index + 1 : index + (4 if is_informative else 2)]:
        if text.folded[previous.end() : token.start()] != " ":
            break
        if is_informative and _PARTICLE.fullmatch(text.folded[token.start() : token.end()] + " "):
            previous = token
            continue
        if not token.group()[0].isupper() or not (_is_name_word(text, token) or (is_informative and not end)):
            break
        end, previous = token.end(), token
    return end


def _joins(text: Prepared, left: re.Match[str], right: re.Match[str]) -> bool:
    if text.folded[left.end() : right.start()] != " " or not left.group()[0].isupper():
        return False
    return _is_name_word(text, left) or _is_written_as_surname(text, left.start(), left.end(), right.start())


def _is_written_as_surname(text: Prepared, start: int, end: int, following: int) -> bool:
    """Say whether a word in capitals stands before one that is not: "FONTAINE Paul" is no fountain."""
    return end - start > 1 and text.original[start:end].isupper() and text.original[following + 1].islower()


_PLACE_PREFIX = re.compile(r"([^\W\d_][\w\-]*)['\s\-]+$")


def follows_place(text: Prepared, start: int) -> bool:
    """Say whether what starts here is the name of a place: "rue Jean Jaurès", "place de la Castellane"."""
    position = start
    for _ in range(4):
        match = _PLACE_PREFIX.search(text.folded, max(0, position - _PREFIX_LENGTH), position)
        if not match:
            return False
        word = match.group(1)
        if word in PLACE_WORDS or word.split("-")[0] in ("saint", "sainte"):
            return not _is_written_as_surname(text, match.start(1), match.end(1), position)
        if word not in LINK_WORDS and word not in FIRST_NAMES:
            return False
        position = match.start()
    return False


_TITLE_PREFIX = re.compile(
    r"^(?:mr?s?|mmes?|mlles?|monsieur|madame|mademoiselle|le|la|les|l'|un|une|bonjour|merci|nomme|nommee)\.?\s+"
)


def accept_model_name(text: Prepared, start: int, end: int) -> Span | None:
    """Return the span of a name the language model found, trimmed, or None if it is a place or a neutral word."""
    while match := _TITLE_PREFIX.match(text.folded[start:end]):
        start += match.end()
    tokens = [t for t in _WORD.finditer(text.original, start, end) if _is_name_word(text, t) or _is_first_name(text, t)]
    if not tokens or follows_place(text, tokens[0].start()):
        return None
    first, last = tokens[0], tokens[-1]
    found = text.original[first.start() : last.end()]
    is_odd = len(found) < _SHORTEST_NAME or any(map(str.isdigit, found))
    if is_odd or (found.islower() and not text.original.islower()):
        return None
    return Span(first.start(), last.end(), ENTITY, 0.7, "person.model")


PERSON = PersonRecogniser()
