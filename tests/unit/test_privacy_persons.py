"""Names by their words: casings, origins, what a first mention gives away, and what only looks like a name.

All persons are invented.
"""

import unicodedata
from typing import Any

import pytest
from privacy_texts import cases, masked, plain

from calanque.privacy.lexicon.odds import name_odds
from calanque.privacy.redact import redact

NAMES = [
    name.split(" ", 1)
    for name in (
        *("Jean Dupont", "Aïcha Benali", "Boubacar Traoré", "Emre Y\u0131lmaz", "Linh Nguyen", "Araksi Manoukian"),
        *("Rita Ferreira", "Yann Le Goff", "Kinga Kowalski", "Saïd Abdallah"),
    )
]
CASINGS = {
    "First Last": lambda first, last: f"{first} {last}",
    "LAST First": lambda first, last: f"{last.upper()} {first}",
    "First LAST": lambda first, last: f"{first} {last.upper()}",
    "LAST FIRST": lambda first, last: f"{last} {first}".upper(),
    "LAST": lambda _, last: last.upper(),
    "Last": lambda _, last: last,
    "F. Last": lambda first, last: f"{first[0]}. {last}",
    "first last": lambda first, last: f"{first} {last}".lower(),
}
KNOWN = pytest.mark.xfail(strict=True, reason="known, and waiting for sentences and a training")
FRAMES = (
    "Hier soir {} criait dans la cage d'escalier.",
    "La voisine dit que {} a cassé la porte du local.",
    "Vu avec {} ce matin au sujet des poubelles.",
)


def left(text: str, name: str) -> list[str]:
    """Return the letters of the name that stay readable once the text is redacted."""
    start = text.index(name)
    [done] = redact([text])
    covered = {i for span in done.spans for i in range(span.start, span.end)}
    return [text[i] for i in range(start, start + len(name)) if text[i].isalpha() and i not in covered]


@pytest.mark.parametrize("casing", CASINGS)
@pytest.mark.parametrize("person", NAMES, ids=lambda person: person[1])
def test_a_name_is_masked_whole_in_each_casing(person: tuple[str, str], casing: str) -> None:
    name = CASINGS[casing](*person)
    for frame in FRAMES:
        assert not left(frame.format(name), name)


@pytest.mark.parametrize("shape", [str.upper, str.lower, lambda t: unicodedata.normalize("NFD", t)])
def test_the_whole_text_may_be_in_capitals_in_lower_case_or_decomposed(shape: object) -> None:
    texts = [shape(FRAMES[1].format(f"{first} {last}")) for first, last in NAMES]  # type: ignore[operator]
    names = [shape(f"{first} {last}") for first, last in NAMES]  # type: ignore[operator]
    for text, name in zip(texts, names, strict=True):
        assert not left(text, name)


def params(name: str, *marks: pytest.MarkDecorator) -> list[Any]:
    return [pytest.param(text, id=case, marks=marks) for case, text in cases(f"whole/{name}.txt")]


@pytest.mark.parametrize("text", [*params("masked"), *params("kept"), *params("weak", KNOWN)])
def test_the_values_of_a_whole_text_are_masked_and_nothing_else(text: str) -> None:
    """Names by what stands around them, types by their cue, cells below the head of a table."""
    assert redact([plain(text)])[0].text == masked(text)
    assert redact([masked(text)])[0].text == masked(text)


@pytest.mark.parametrize(("name", "word"), [("dupont", "police"), ("karim", "poubelle"), ("martin", "lundi")])
def test_odds_tell_names_from_words(name: str, word: str) -> None:
    known, common = name_odds(name), name_odds(word)
    assert known is not None
    assert common is not None
    assert known > 2 > -1 > common


def test_odds_of_a_form_are_those_of_its_base() -> None:
    assert name_odds("recontactez") == name_odds("recontacter")
    assert name_odds("xqzt") is None


def test_letters_that_nobody_can_say_are_no_half_of_a_name() -> None:
    club = name_odds("om-psg")
    assert club is not None
    assert club < -1
