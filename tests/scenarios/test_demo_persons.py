"""No person that a generator planted is anywhere but in landing, when the demo has run."""

import csv
from collections.abc import Callable, Iterator
from io import StringIO

import pytest

from calanque.contracts import load_contract
from calanque.demo.run import DemoRun
from calanque.engines.hdfs import lake
from calanque.settings import Settings
from calanque.twin.citizen_reports import planted_values
from calanque.twin.main_courante import generate_main_courante


def report_values() -> Iterator[str]:
    """Yield what identifies the persons whom the generator planted in the citizen reports."""
    arguments = dict(load_contract("citizen_reports").source.arguments)
    arguments.pop("bad_rows")
    values = planted_values(**arguments)
    yield from (item.value for item in values if item.type in {"EMAIL_ADDRESS", "PHONE_NUMBER"})


def main_courante_values() -> Iterator[str]:
    """Yield the phones of the callers in the main courante, as their column writes them."""
    text = generate_main_courante(**load_contract("marseille_main_courante").source.arguments).decode()
    yield from (row["TEL_REQUERANT"] for row in csv.DictReader(StringIO(text), delimiter=";"))


@pytest.mark.parametrize(
    ("feed", "values"),
    [
        pytest.param("citizen_reports", report_values, id="citizen_reports"),
        pytest.param("marseille_main_courante", main_courante_values, id="marseille_main_courante"),
    ],
)
def test_no_planted_person_is_anywhere_but_in_landing(
    stack: Settings, first: DemoRun, feed: str, values: Callable[[], Iterator[str]]
) -> None:
    """Search the bytes of every tier and log for values the generators planted."""
    needles = sorted({value.encode() for value in values() if len(value) >= 10})[:400]
    assert len(needles) > 100
    raw = b"".join(content for path, content in _files(f"/lake/landing/{feed}"))
    assert sum(needle in raw for needle in needles) > 100, "the values are not the ones that were landed"
    for tier in ("bronze", "quarantine", "silver", "marts", "staging", "governance"):
        for path, content in _files(f"/lake/{tier}"):
            assert not [needle for needle in needles if needle in content], path
    for log in stack.logs.rglob("*.log"):
        content = log.read_bytes()
        assert not [needle for needle in needles if needle in content], log.name


def _files(folder: str) -> list[tuple[str, bytes]]:
    found = []
    for name in lake().list(folder):
        path = f"{folder}/{name}"
        if (lake().status(path) or {})["type"] == "DIRECTORY":
            found += _files(path)
        elif name.endswith(".parquet"):
            found.append((path, _plain(lake().read(path))))
        else:
            found.append((path, lake().read(path)))
    return found


def _plain(content: bytes) -> bytes:
    """Return a Parquet file's strings as bytes: pages are compressed, so a scan of the file would see nothing."""
    import io

    import pyarrow.parquet as parquet

    table = parquet.read_table(io.BytesIO(content))
    texts = [name for name in table.column_names if str(table.schema.field(name).type) in {"string", "large_string"}]
    return "\n".join(str(value) for name in texts for value in table[name].unique().to_pylist()).encode()
