"""Open text on its way to bronze: persons in it are told by column, type and share wherever they stand; no value is."""

import hashlib
import json
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, get_args

import pyarrow
import pytest
from planted import planted_values
from pyarrow import dataset, parquet

from calanque.contracts import FeedContract, load_contract
from calanque.contracts.allow_list import PersonalType, Resemblance
from calanque.contracts.gates import GateResult
from calanque.contracts.model import Severity, in_language
from calanque.engines import delta_files
from calanque.engines.gx import say
from calanque.ingest import staged_sample
from calanque.ingest.gate_open import RULE, check_open_text
from calanque.ingest.staged_sample import (
    CHARACTERS_LEAST,
    LONGEST,
    ROWS_A_CHARACTER,
    VALUES_MAX,
    sample_staged,
    stretch,
)
from calanque.privacy.spans import ENTITY_TYPES

SPEEDS = load_contract("marseille_speeds")
# Synthetic persons of the twin.
PLANTED = planted_values(count=600)
NAMES = sorted({one.value for one in PLANTED if one.type == "PERSON"})[:100]
PHONES = sorted({one.value for one in PLANTED if one.type == "PHONE_NUMBER"})[:100]
PLAIN = [f"voie {n} entre les poteaux {n % 7} et {n % 11}" for n in range(5_000)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of staged files, which lies here and not on HDFS."""

    def opened(path: str) -> Any:
        return dataset.dataset(path, format="parquet")

    monkeypatch.setattr(delta_files, "_dataset", opened)
    return tmp_path


def staged(folder: Path, **columns: Sequence[str | None]) -> str:
    parquet.write_table(pyarrow.table(dict(columns)), folder / "part-0.parquet", row_group_size=500)
    return str(folder)


def contract_with(*names: str, severity: Severity = "warning", **more: Any) -> FeedContract:
    """Return a contract whose columns are open text of one source each."""
    landing, bronze = SPEEDS.landing[0], SPEEDS.bronze[0]
    plain = {"physical_type": "string", "enum": (), "projected": None, "classification": "open", "expression": None}
    return SPEEDS.model_copy(
        update={
            "shape": None,
            "personal_in_open": severity,
            "landing": tuple(
                landing.model_copy(update={"name": name.upper(), "classification": "open", **more}) for name in names
            ),
            "bronze": tuple(
                bronze.model_copy(update={"name": name, "sources": (name.upper(),), **plain}) for name in names
            ),
        }
    )


def check(contract: FeedContract, path: str) -> GateResult:
    result = check_open_text(contract, path, "b1")
    assert result is not None
    return result


def test_names_and_phones_are_told_by_column_type_and_share(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = staged(folder, remark=[*NAMES, *PHONES], place=PLAIN[:10] * 20)
    result = check(contract_with("remark", "place"), path)
    (found,) = result.checks
    assert result.passed and not found.success
    assert (found.name, found.column, found.severity) == (RULE, "remark", "warning")
    said = {language: in_language(found.sentence, language) for language in ("en", "fr")}
    for sentence in said.values():
        assert "REMARK" in sentence and "PERSON" in sentence and "PHONE_NUMBER" in sentence and "50 %" in sentence
    assert said["fr"].startswith("La colonne ouverte remark") and said["en"].startswith(RULE)
    with caplog.at_level(logging.INFO):
        say("open_text", result)
    assert [record.levelname for record in caplog.records] == ["INFO", "WARNING"]
    for text in (caplog.text, result.model_dump_json()):
        assert not [value for value in (*NAMES, *PHONES) if value in text]


def test_a_contract_stops_the_batch(folder: Path) -> None:
    result = check(contract_with("remark", severity="critical"), staged(folder, remark=NAMES))
    assert not result.passed and [check.severity for check in result.failures] == ["critical"]


def test_what_holds_nobody_is_one_check_that_holds(folder: Path) -> None:
    result = check(contract_with("remark", severity="critical"), staged(folder, remark=[*PLAIN, None, " "]))
    assert result.passed and [(check.column, check.success) for check in result.checks] == [(None, True)]


def test_a_feed_without_open_text_is_not_read() -> None:
    assert check_open_text(contract_with("remark").model_copy(update={"bronze": ()}), "nowhere", "b1") is None


MET = {
    "in-the-last-tenth": [*PLAIN[:1_800], *NAMES, *PHONES],
    "in-every-second-row": [value for pair in zip(PLAIN, [*NAMES, *PHONES], strict=False) for value in pair],
    "among-few-values": [*["voirie", "bruit"] * 10_000, *NAMES, *PHONES],
    "in-long-texts": [f"{'chantier de voirie ' * 200}vu par M. {name}, {PHONES[0]}" for name in NAMES],
}


@pytest.mark.parametrize("values", MET.values(), ids=MET.keys())
def test_persons_are_met_wherever_they_stand(folder: Path, values: list[str]) -> None:
    result = check(contract_with("remark"), staged(folder, remark=values))
    assert not result.checks[0].success


def test_what_a_contract_says_of_its_source_is_heeded(folder: Path) -> None:
    path = staged(folder, remark=[*NAMES, *PHONES])
    alike = Resemblance(types=("PERSON", "PHONE_NUMBER"), because="Codes.")
    assert check(contract_with("remark", reads_like=alike), path).checks[0].success
    (named,) = check(contract_with("remark", names_places=True), path).checks
    assert str(named.observed).startswith("PHONE_NUMBER") and "PERSON" not in str(named.observed)


NOBODY = {
    "words-of-the-contract": ("case when REMARK = 1 then 'market' else 'noise_level' end", ["market", "noise_level"]),
    "outlines": (None, [json.dumps({"type": "Polygon", "coordinates": [[[5 + n / 1e4, 43]] * 90]}) for n in range(9)]),
    "digests": ("sha2(REMARK, 256)", [hashlib.sha256(name.encode()).hexdigest() for name in NAMES]),
}  # fmt: skip


@pytest.mark.parametrize(("expression", "values"), NOBODY.values(), ids=NOBODY.keys())
def test_what_names_nobody_is_not_taken_for_somebody(folder: Path, expression: str | None, values: list[str]) -> None:
    contract = contract_with("remark")
    made = contract.bronze[0].model_copy(update={"expression": expression})
    assert check(contract.model_copy(update={"bronze": (made,)}), staged(folder, remark=values)).checks[0].success


@pytest.fixture
def batch_reads(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Count how often the files are read."""
    reads: list[int] = []
    read = delta_files.read_batches

    def counted(*arguments: Any) -> Any:
        reads.append(1)
        return read(*arguments)

    monkeypatch.setattr(staged_sample.delta_files, "read_batches", counted)
    yield reads


def test_a_sample_is_bounded_and_the_same_for_the_same_rows(folder: Path, batch_reads: list[int]) -> None:
    many, long = [f"{n:06d}" for n in range(20_000)], ["mot " * 300 + str(n % 500) for n in range(20_000)]
    few = ["a", "b"] * 10_000
    sample = sample_staged(staged(folder, many=many, long=long, few=few), ["many", "long", "few"])
    assert batch_reads == [1]
    read = [len(stretch(value)) for values in sample.values.values() for value in values]
    assert sum(read) <= CHARACTERS_LEAST + 20_000 // ROWS_A_CHARACTER + LONGEST and max(read) == LONGEST
    assert (200 < len(sample.values["many"]) < VALUES_MAX, set(sample.values["few"])) == (True, {"a", "b"})
    assert sample.shares["few"] == 1
    assert sample.shares["many"] == pytest.approx(len(sample.values["many"]) / 20_000, rel=0.2)
    turned = sample_staged(staged(folder, many=many[::-1], long=long[::-1], few=few), ["many", "long", "few"])
    assert turned.values == sample.values


def test_types_that_a_contract_may_name_are_those_of_the_pack() -> None:
    assert get_args(PersonalType) == ENTITY_TYPES
