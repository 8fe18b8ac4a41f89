"""The terms of a word's score in words a reader knows: "role before +1.3, comma after +1.0"."""

from collections.abc import Iterable

_PLACES = {
    "-1": "before",
    "+1": "after",
    "-2": "two words before",
    "+2": "two words after",
    "-3": "three words before",
    "+3": "three words after",
}
_OWN = {
    "bias": "any word",
    "c": "casing",
    "o": "odds of its being a name",
    "co": "odds of its being a name",
    "r": "rank among names",
    "cr": "rank among names",
    "n": "length",
    "cn": "length",
    "f": "frequency in French",
    "s": "syllable of names",
    "s1": "syllable of names",
    "L0": "in no list of cues",
    "e": "ending",
    "e?": "ending",
    "b": "beginning",
    "h": "hyphen",
    "a": "apostrophe",
    "line": "line of few words",
    "lineA": "first of its line",
    "lineZ": "last of its line",
    "small": "elsewhere in small letters",
    "capital": "elsewhere with a capital",
    "beside": "value of a person beside",
    "handle": "in an address or handle of the text",
    "titled": "elsewhere behind a title",
    "named": "elsewhere behind a first name",
    "placed": "elsewhere behind a word of places",
    "dot": "dot after",
    "elision": "capital elision",
    "compound": "surname of several words",
    "in": "particle of a surname",
}
_LISTS = {
    "owned": "thing of a person",
    "link": "link to a name",
    "job": "trade",
    "place": "kind of place",
    "namesake": "thing named after persons",
    "namesake~": "thing named after persons",
    "street~": "link in the name of a street",
    "addressed": "verb of addressing",
    "saying": "verb of saying",
    "neutral": "name of no person",
    "preposition": "preposition of place",
    "common": "common word",
    "follower": "word that follows names",
    "foreign": "foreign particle",
    "geo": "town or land",
    "title?": "title",
    "label?": "label",
}
_SIGNS = {
    "·": "blank",
    ",": "comma",
    ":": "colon",
    ".": "dot",
    ";": "semicolon",
    "(": "bracket",
    ")": "bracket",
    "¶": "end of line",
    "⇥": "tab",
    "$": "end of text",
    "^": "start of text",
    "0": "number",
}
_SIDES = {"<": "before", ">": "after"}


def grouped(terms: Iterable[tuple[str, float]]) -> list[tuple[str, float]]:
    """Return the terms that say the same thing added up under its name, the biggest first."""
    sums: dict[str, float] = {}
    for attribute, weight in terms:
        name = readable(attribute)
        sums[name] = sums.get(name, 0.0) + weight
    return sorted(sums.items(), key=lambda term: (-abs(term[1]), term[0]))


def readable(attribute: str) -> str:
    """Return what an attribute is about: "role before" of "-1L=role"."""
    if attribute.startswith("<<"):
        return "kinds of the two words before"
    if attribute[0] in _SIDES:
        return _between(attribute[1:], _SIDES[attribute[0]])
    where = _PLACES.get(attribute[:2], "")
    name, _, value = (attribute[2:] if where else attribute).partition("=")
    return f"{_of_other(name, value)} {where}" if where else _of_word(name, value)


def _of_word(name: str, value: str) -> str:
    if name in ("w", "cw"):
        return f"the word “{value[1:] if name == 'cw' else value}”"
    if name in ("L", "cL"):
        return _list(value if name == "L" else value[1:])
    return _OWN[name]


def _of_other(name: str, value: str) -> str:
    if name == "L":
        return _list(value)
    if name == "w":
        return f"“{value}”"
    return {"fn": "first name", "x": "initial", "^": "nothing", "$": "nothing"}.get(name, "casing and odds")


def _list(name: str) -> str:
    return _LISTS.get(name, name)


def _between(attribute: str, side: str) -> str:
    name, _, value = attribute.partition("=")
    if name in ("p", "q", "pq", "k"):
        return f"pair with the word {side}"
    if name == "gH" or "<" in value:
        return f"value of another kind {side}"
    if name in ("gN", "gL"):
        return f"{'number' if name == 'gN' else 'end of line'} {side}"
    signs = value.strip("·") if name == "g" else value
    sign = signs[-1:] if side == "before" else signs[:1]
    return f"{_SIGNS.get(sign, f'“{sign}”') if sign else 'blank'} {side}"
