"""Each contract of the project says everything that people read of it in English and in French."""

import re
from collections.abc import Iterator

import pytest

from calanque.contracts import FeedContract, load_contracts
from calanque.contracts.model import in_language, is_in_both

CONTRACTS = load_contracts()


def texts(contract: FeedContract) -> Iterator[tuple[str, str]]:
    """Yield what a contract says in words of its own, by field."""
    for name in ("title", "description", "usage", "limitations", "grain", "legal_basis"):
        yield name, getattr(contract, name) or ""
    if contract.live:
        yield "live.title", contract.live.title
        if contract.live.limitations:
            yield "live.limitations", contract.live.limitations
    for tier in ("landing", "bronze"):
        yield from ((f"{tier}.{column.name}", column.description) for column in getattr(contract, tier))


def in_one(text: str) -> bool:
    """Whether a text lacks one of the languages, or has the same words in both."""
    return not is_in_both(text) or in_language(text, "en") == in_language(text, "fr")


@pytest.mark.parametrize("feed", list(CONTRACTS))
def test_a_contract_says_all_in_both_languages(feed: str) -> None:
    contract = CONTRACTS[feed]
    said = dict(texts(contract))
    assert len(said) >= 6 + len(contract.landing) + len(contract.bronze)
    assert [name for name, text in said.items() if in_one(text)] == []
    # As synthetic in one language as in the other.
    assert ("(synthetic" in contract.titled("en")) == ("ficti" in contract.titled("fr"))


ENGLISH = re.compile(r"\b(?:of|the|by|for|as|on|after|None|made|generated|packaged)\b")


@pytest.mark.parametrize("feed", list(CONTRACTS))
def test_what_is_english_of_a_provenance_is_in_french_too(feed: str) -> None:
    """What is left in one language is a name, as the producer's own: nobody translates `Météo-France` or `MIT`."""
    contract = CONTRACTS[feed]
    made = [contract.provenance, *([contract.live.provenance] if contract.live else [])]
    said = [getattr(one, name) for one in made for name in ("producer", "licence", "citation")]
    assert [text for text in said if ENGLISH.search(in_language(text, "fr")) and in_one(text)] == []


@pytest.mark.parametrize("text", ["Number.", "Number. / Number.", "Number. / ", "Number. / Nombre. / Zahl.", ""])
def test_a_text_in_one_language_is_found(text: str) -> None:
    assert in_one(text)
