"""What the sources of the twin sent, line by line, as another reader than the engine's reads it."""

import csv
import hashlib
import importlib
import io
import json
import zipfile
from collections import Counter
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

from calanque.contracts import load_contract

Line = dict[str, Any]
TT = "{http://www.onvif.org/ver10/schema}"


def _table(content: bytes, options: Any) -> list[Line]:
    rows = csv.DictReader(io.StringIO(content.decode(options.encoding)), delimiter=";")
    if not options.unpivot:
        return list(rows)
    return [{**row, "quantity": name, "value": row[name]} for row in rows for name in options.unpivot.columns]


def _frames(content: bytes, _: Any) -> list[Line]:
    """Return a line of each object in view, numbered in its frame, and one of each frame in which there was none."""
    return [
        {"camera": frame.attrib["Source"], "at": frame.attrib["UtcTime"], "number": number, "kind": kind}
        for frame in ElementTree.fromstring(content).iter(f"{TT}Frame")
        for number, kind in enumerate([kind.text for kind in frame.iter(f"{TT}Type")] or [None])
    ]


def _photos(content: bytes, _: Any) -> list[Line]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [{"name": name, "sha256": hashlib.sha256(archive.read(name)).hexdigest()} for name in archive.namelist()]


READERS: dict[str, Callable[[bytes, Any], list[Line]]] = {
    "csv": _table,
    "json": lambda content, options: list(json.loads(content)[options.member]),
    "jsonl": lambda content, _: [json.loads(line) for line in content.splitlines()],
    "geojson": lambda content, _: [{**one, **one["properties"]} for one in json.loads(content)["features"]],
    "xml": _frames,
    "media": _photos,
}


def sent(feed: str, **otherwise: Any) -> list[Line]:
    """Return what the generator of a feed of the twin wrote for the demo, its dirt with it; or with other arguments."""
    contract: Any = load_contract(feed)
    module, _, function = contract.source.generator.partition(".")
    arguments = contract.source.arguments | otherwise
    content = getattr(importlib.import_module(f"calanque.twin.{module}"), function)(**arguments)
    return READERS[contract.file_format.type](content, contract.file_format)


def planted(feed: str) -> int:
    """Return how many rows of a feed of the twin are wrong on purpose: without its dirt it would not send them."""
    told: Any = load_contract(feed).source
    clean = sent(feed, **{name: 0 for name in ("bad_rows", "dirt", "repeated") if name in told.arguments})
    return sum((Counter(map(str, sent(feed))) - Counter(map(str, clean))).values())
