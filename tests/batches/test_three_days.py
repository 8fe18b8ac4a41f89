"""Three days of a feed, one sent again, one corrected, one drifted: every row is accounted for."""

import csv
import io
import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from drop_feed import Feed

from calanque.contracts import Folders, load_contract
from calanque.contracts.odcs import SUFFIX
from calanque.engines import spark
from calanque.settings import Settings
from calanque.twin.daily import write_day

DAY = date(2026, 6, 1)
# Another format, and a wide table whose files are the state of their days: what feeds do beside is asked of the demo's
# lake, and of each way of writing by its own tests.
FEEDS = ["marseille_agenda", "marseille_traffic"]


def _csv(content: bytes, options: Any) -> int:
    text = content.decode(options.encoding)
    count = sum(1 for _ in csv.reader(io.StringIO(text), delimiter=options.delimiter)) - 1
    return count * (len(options.unpivot.columns) if options.unpivot else 1)


# How many rows a file of each format has, as another reader counts them.
COUNTED: dict[str, Callable[[bytes, Any], int]] = {
    "csv": _csv,
    "json": lambda content, options: len(json.loads(content)[options.member]),
}


def shorter(content: bytes, kind: str) -> bytes:
    """Return a file whose last record the source has taken back."""
    if kind == "csv":
        return content[: content.rstrip(b"\n").rindex(b"\n") + 1]
    before, _, last = content.rpartition(b",\n")
    return before + last[last.rindex(b"\n]") :]


def drifted(content: bytes, feed: str) -> bytes:
    """Return a file in which a column that the contract asks for has another name."""
    contract = load_contract(feed)
    name = next(column.sources[0] for column in contract.bronze if column.required)
    last = name.rpartition(".")[2].encode(getattr(contract.file_format, "encoding", "utf-8"))
    return content.replace(last, last + b"_new", 1 if contract.file_format.type == "csv" else -1)


@pytest.fixture
def days(feed: Feed, twin_feed: str, tmp_path: Path) -> list[bytes]:
    """The feed's contract under another name, whose files are dropped; returns what it sends on three days."""
    content = yaml.safe_load((Folders().contracts / f"{twin_feed}{SUFFIX}").read_text(encoding="utf-8"))
    for item in content["customProperties"]:
        if item["property"] == "source":
            item["value"] = {"kind": "drop", "pattern": "*"}
        if item["property"] == "maxRefusedRate":
            item["value"] = 0.5  # a day of a small feed has few rows
    content["customProperties"] = [item for item in content["customProperties"] if item["property"] != "gates"]
    (feed.folders.contracts / f"{feed.name}{SUFFIX}").write_text(
        yaml.safe_dump(content | {"id": feed.name}), encoding="utf-8"
    )
    written = (write_day(load_contract(twin_feed), DAY + timedelta(days=number), 2, tmp_path) for number in range(3))
    return [files[0].read_bytes() for files in written]


@pytest.mark.parametrize("twin_feed", FEEDS)
def test_every_row_of_three_days_is_accounted_for(
    stack: Settings, feed: Feed, twin_feed: str, days: list[bytes]
) -> None:
    options = load_contract(twin_feed).file_format
    corrected = shorter(days[0], options.type)
    assert COUNTED[options.type](corrected, options) < COUNTED[options.type](days[0], options)
    for number, content in enumerate((*days, corrected)):
        feed.send(content, f"{number}.dat")
        report = feed.run()
        assert report.landed_count == COUNTED[options.type](content, options)
        assert report.landed_count == report.loaded_count + report.quarantined_count
        in_batch = f"where _batch_id = '{report.batch_id}'"
        ((held,),) = (tuple(row) for row in spark.rows(f"select count(*) from quarantine.{feed.name} {in_batch}"))
        ((loaded,),) = (tuple(row) for row in spark.rows(f"select count(*) from bronze.{feed.name} {in_batch}"))
        assert held == report.quarantined_count
        same = report.changes.unchanged if report.changes else 0
        assert loaded + same == report.loaded_count > 0
    # The newest file under another name: of a list, an older one would be a return to what was.
    before = feed.versions()
    feed.send(corrected, "again.dat")
    feed.run()
    assert feed.versions() == before
    feed.send(drifted(days[2], twin_feed), "drifted.dat")
    feed.refused()
    assert feed.versions()[0] == before[0]
