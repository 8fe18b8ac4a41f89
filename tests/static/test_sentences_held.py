"""A sentence of a contract or of the register that says never, only, all or none has its test, or it goes."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from calanque.contracts import load_contracts
from calanque.contracts.model import in_language

ROOT = Path(__file__).parents[2]
ABSOLUTE = re.compile(r"\b(never|only|all|none of)\b", re.IGNORECASE)
TABLE = [
    line.split("\t")
    for line in (ROOT / "tests" / "sentences.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


def texts() -> Iterator[str]:
    for contract in load_contracts().values():
        columns = (column.description for column in (*contract.landing, *contract.bronze))
        own = (contract.description, contract.usage, contract.limitations, contract.grain, contract.legal_basis)
        yield from (in_language(text, "en") for text in (*own, *columns) if text)
    yield from english(yaml.safe_load((ROOT / "infra/governance/register.yml").read_text(encoding="utf-8")))


def english(said: Any) -> Iterator[str]:
    if isinstance(said, dict):
        for key, value in said.items():
            yield from [value] if key == "en" else english(value)
    elif isinstance(said, list):
        for value in said:
            yield from english(value)


def absolute(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"(?<=[.;])\s+", text) if ABSOLUTE.search(part)]


def test_each_such_sentence_is_in_the_table_and_the_table_has_no_other() -> None:
    said = {sentence for text in texts() for sentence in absolute(text)}
    told = {sentence for sentence, _ in TABLE}
    assert (sorted(said - told), sorted(told - said)) == ([], [])


def test_each_test_of_the_table_is_there() -> None:
    lost = []
    for sentence, test in TABLE:
        if test == "describes":
            assert not re.search(r"\bnever\b", sentence)
            continue
        path, _, name = test.partition("::")
        if not re.search(rf"^def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE):
            lost.append(test)
    assert lost == []
