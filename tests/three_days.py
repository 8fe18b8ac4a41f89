"""What a feed brings, counted by other readers: a file, three days of it, a correction, and a file that drifted."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from drop_feed import Feed

from calanque.contracts import FeedContract, Folders, load_contract
from calanque.engines import deltars
from calanque.twin.daily import is_daily, write_day

DAY = date(2026, 6, 1)


def _csv(content: bytes, options: Any) -> int:
    text = content.decode(options.encoding)
    count = sum(1 for _ in csv.reader(io.StringIO(text), delimiter=options.delimiter)) - 1
    return count * (len(options.unpivot.columns) if options.unpivot else 1)


def _xml(content: bytes, options: Any) -> int:
    *above, record = (f"{{*}}{name}" for name in options.record.split("/")[1:])
    counts = (len(parent.findall(record)) for parent in ElementTree.fromstring(content).findall("/".join(above)))
    return sum(max(count, int(options.keeps_empty_parents)) for count in counts)


def _shapefile(content: bytes, options: Any) -> int:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        (name,) = (name for name in parts.namelist() if name.endswith(".dbf"))
        return int.from_bytes(parts.read(name)[4:8], "little")


def _media(content: bytes, options: Any) -> int:
    with zipfile.ZipFile(io.BytesIO(content)) as photos:
        return len(photos.namelist())


def _array(content: Any, member: str | None) -> Any:
    return content[member] if member else content


# How many rows a file of each format has, as another reader counts them.
COUNTED: dict[str, Callable[[bytes, Any], int]] = {
    "csv": _csv,
    "xml": _xml,
    "json": lambda content, options: len(_array(json.loads(content), options.member)),
    "jsonl": lambda content, options: len(content.splitlines()),
    "geojson": lambda content, options: len(json.loads(content)["features"]),
    "shapefile": _shapefile,
    "media": _media,
}
# Of a feed whose files hold others' rows too, which lines are its own.
OWN = {"marseille_school_holidays": re.compile(rb"^20(1[5-9]|2.)-..-..,[^,]+,True,", re.MULTILINE)}


def counted(contract: FeedContract, content: bytes) -> int:
    return COUNTED[contract.file_format.type](content, contract.file_format)


def own(contract: FeedContract, content: bytes) -> int:
    """Return how many rows of a file are the feed's."""
    return len(OWN[contract.feed].findall(content)) if contract.keep_where else counted(contract, content)


def dropped(feed: Feed, name: str, **properties: Any) -> Feed:
    """Give a feed the contract and the gates of another, whose files are dropped."""
    # A small file has few rows beside the wrong ones.
    feed.like(name, source={"kind": "drop", "pattern": "*"}, maxRefusedRate=0.5, **properties)
    return feed._replace(folders=feed.folders.model_copy(update={"expectations": Folders().expectations}))


def held(feed: Feed, tier: str, batch_id: str | None = None, key: Iterable[str] = ("_batch_id",)) -> list[Any]:
    """Return the keys of the rows that a tier holds, of one batch or of all, as another reader than the engine sees."""
    rows = deltars.open_table(f"{tier}.{feed.name}").to_pyarrow_table(columns=sorted({*key, "_batch_id"})).to_pylist()
    return [tuple(row[name] for name in key) for row in rows if batch_id in (None, row["_batch_id"])]


def shorter(content: bytes, kind: str) -> bytes:
    """Return a file whose last record the source has taken back."""
    if kind in ("csv", "jsonl"):
        return content[: content.rstrip(b"\n").rindex(b"\n") + 1]
    if kind == "xml":
        end = content.rindex(close := b"</tt:Frame>") + len(close)
        return content[: content.rindex(b"<tt:Frame ")] + content[end:]
    if kind == "media":
        sink = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(content)) as sent, zipfile.ZipFile(sink, "w") as kept:
            for name in sent.namelist()[:-1]:
                kept.writestr(name, sent.read(name))
        return sink.getvalue()
    before, _, last = content.rpartition(b",\n")
    return before + last[last.rindex(b"\n]") :]


def drifted(content: bytes, contract: FeedContract) -> bytes:
    """Return a file in which a column that the contract asks for has another name; photos in no archive have none."""
    if contract.file_format.type == "media":
        return b"photos"
    name = next(column.sources[0] for column in contract.bronze if column.required)
    last = name.rpartition(".")[2].encode(getattr(contract.file_format, "encoding", "utf-8"))
    return content.replace(last, last + b"_new", 1 if contract.file_format.type == "csv" else -1)


def account_for_three_days(feed: Feed, name: str, folder: Path) -> None:
    """Send a feed three days, the first of them again without its last record, and a file with another column."""
    known, feed = load_contract(name), dropped(feed, name, gates=None)
    # A register and yearly figures are one file, whatever the day.
    numbers = range(3 if is_daily(known) else 1)
    files = (write_day(known, DAY + timedelta(days=number), 1, folder) for number in numbers)
    days = [first.read_bytes() for first, *_ in files]
    corrected = shorter(days[0], known.file_format.type)
    assert counted(known, corrected) < counted(known, days[0])
    for content in (*days, corrected):
        feed.send(content)
        report = feed.run()
        assert report.landed_count == counted(known, content) == report.loaded_count + report.quarantined_count
        assert len(held(feed, "quarantine", report.batch_id)) == report.quarantined_count
        same = report.changes.unchanged if report.changes else 0
        assert len(held(feed, "bronze", report.batch_id)) + same == report.loaded_count > 0
    before = feed.versions()[0]
    feed.send(corrected)
    assert feed.run("again") == report
    feed.send(drifted(days[-1], known))
    feed.refused()
    assert feed.versions()[0] == before
