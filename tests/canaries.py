"""Planted personal values: each is invented, looks like what its column holds, and is found wherever it leaks.

What is planted by feed and label is kept in `PLANTED`: the byte scan at the end of a lake looks for all of it.
"""

import csv
import gzip
import io
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import postgres
import pyarrow as pa
from bytescan import ScanReport
from pyarrow import parquet

from calanque.contracts import FeedContract
from calanque.engines import hdfs
from calanque.ingest.fetch import fetch_batch
from calanque.settings import Settings
from calanque.sources import Errand

PLANTED: dict[str, dict[str, str]] = defaultdict(dict)
# One value for each place where a leak could hide, planted there on purpose: the scan must see it.
CONTROLS = {"control/parquet": "Bricquebecq", "control/database": "Chateaugiron", "control/log": "Dampierrou"}
FILE_NAME = "file name"
# Feeds in other formats are sent as this too: what a format tells of a row that it can not read, its own tests ask.
SENT_AS: dict[str, Any] = {"type": "csv", "delimiter": ";", "encoding": "UTF-8", "multiline": True}
# fmt: off
SURNAMES = (
    "Quatrebarbes", "Vandermeulen", "Ouédraogo", "Larrouturou", "Guilloteau", "Szczepański", "Tchoumitcheva",
    "Archambeaud", "Benmokhtar", "Delagardère", "Fontvieille", "Castelnaudet", "Rocheblave", "Malaussène",
    "Peyrebrune", "Zimmerlin", "Haudricourt", "Boisgontier", "Lestringant", "Cazeneuvette", "Dhermilly", "Ettouhami",
    "Gourvennec", "Hallouard", "Ibarrondo", "Jaubertie", "Kouyatémba", "Lavergnolle", "Mouranchon", "Nadaillac",
    "Oustalet", "Pontcharra", "Quéméneur", "Rastignol", "Sarrazinet", "Trébuchon", "Urruticoechea", "Vaucresson",
    "Wattrelot",
)
# fmt: on
FIRST_NAMES = ("Zéphyrine", "Anatole", "Théodora", "Barthélemy", "Eulalie", "Célestin", "Ombeline")
POSITIONS = ("lon", "lat", "geo_point_2d")


class Planter:
    """Makes canaries for a feed, each planted once.

    What is looked for is the part that says who it is: the surname alone, since a half-masked name is a leak.
    """

    def __init__(self, contract: FeedContract) -> None:
        self.contract = contract
        self.planted = PLANTED[contract.feed]
        self._surnames = iter(SURNAMES)
        self._numbers = iter(range(1, 800))

    def row(self, case: str, row: dict[str, str]) -> dict[str, str]:
        """Return the row with a canary in each of its personal columns."""
        personal = [column for column in self.contract.landing if column.classification != "open"]
        return row | {column.name: self._cell(case, column.name, column.classification) for column in personal}

    def text(self, case: str) -> str:
        """Return free text with one canary of each type."""
        values = {
            kind: self.value(f"{case}/text.{kind}", kind) for kind in ("person", "phone", "email", "plate", "nir")
        }
        return (
            "Mon voisin M. {person} gare toujours sa voiture immatriculée {plate} sur le trottoir. "
            "Vous pouvez me joindre au {phone} ou écrire à {email}. Mon numéro de sécurité sociale est le {nir}."
        ).format(**values)

    def file_name(self) -> str:
        """Return a file's name with a person in it: what is looked for must not even be in landing."""
        self.planted[FILE_NAME] = "Trégomeur"
        return f"plainte_{self.planted[FILE_NAME]}.csv"

    def _cell(self, case: str, column: str, classification: str) -> str:
        if classification == "free_text":
            return self.text(case)
        kinds = [made.token_kind for made in self.contract.bronze if column in made.sources and made.token_kind]
        return self.value(f"{case}/{column}", column if column in POSITIONS else (kinds or ["identifier"])[0])

    def value(self, label: str, kind: str) -> str:
        """Return one canary, remembered under its label."""
        n = next(self._numbers)
        if kind == "person":
            self.planted[label] = next(self._surnames)
            return f"{FIRST_NAMES[n % len(FIRST_NAMES)]} {self.planted[label]}"
        nir = f"2 85 05 13 {n + 100:03d} {n + 200:03d}"
        value = {
            "lon": f"5.38{n:03d}{7_193_000 + n * 7}",
            "lat": f"43.30{n:03d}{7_193_000 + n * 7}",
            "geo_point_2d": f"43.30{n:03d}{7_193_000 + n * 7}, 5.38{n:03d}{7_193_000 + n * 7}",
            "phone": f"05 36 49 {n // 100 + 40} {n % 100:02d}",
            "email": f"corbeau.{n:03d}.marin@example.org",
            "plate": f"VX-{n + 100}-ZW",
            "nir": f"{nir} {97 - int(nir.replace(' ', '')) % 97:02d}",
            "identifier": f"KZQ-{n:03d}-DOSSIER",
        }[kind]
        self.planted[label] = value
        if kind == "phone":
            self.planted[f"{label}, abroad"] = f"+33 {value[1:]}"
        return value


class Sent(NamedTuple):
    """A personal feed whose files a test writes: who plants in it, and rows that are not wrong."""

    planter: Planter
    rows: list[dict[str, str]]

    @property
    def contract(self) -> FeedContract:
        """Its contract, as it is in the project."""
        return self.planter.contract

    def file(self, rows: list[dict[str, str]], more_columns: tuple[str, ...] = ()) -> bytes:
        """Return rows as a file of the feed."""
        return written(self.contract, rows, more_columns).encode()


def prepared(contract: FeedContract, count: int, work_dir: Path) -> Sent:
    """Return a feed with rows of its own generator, none of them wrong."""
    return Sent(Planter(contract), clean_rows(contract, count, work_dir))


def clean_rows(contract: FeedContract, count: int, work_dir: Path) -> list[dict[str, str]]:
    """Return rows of the feed's own generator, none of them wrong."""
    source = contract.source
    assert source.kind == "twin", f"Say here how to get valid rows of {contract.feed}: its source is no generator."
    clean = {name: 0 for name in ("bad_rows", "dirt") if name in source.arguments}
    arguments = source.arguments | ({"count": count} if "count" in source.arguments else {}) | clean
    ample = contract.model_copy(update={"source": source.model_copy(update={"arguments": arguments})})
    work_dir.mkdir(parents=True, exist_ok=True)
    (file,) = fetch_batch(ample, Errand(ample.feed, None, work_dir, work_dir)).files
    with file.path.open("rb") as stream:
        rows = [row for row in ample.file_format.parse(stream) if not isinstance(row, str)]
    return [{column.name: row.get(column.name) or "" for column in contract.landing} for row in rows[:count]]


def written(contract: FeedContract, rows: list[dict[str, str]], more_columns: tuple[str, ...] = ()) -> str:
    """Return rows as a file of the feed."""
    stream = io.StringIO()
    names = [column.name for column in contract.landing] + list(more_columns)
    writer = csv.DictWriter(stream, names, delimiter=delimiter_of(contract), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


def sent_as(contract: FeedContract) -> dict[str, Any]:
    """Return the format in which a test writes the feed."""
    options = contract.file_format.model_dump(mode="json") if contract.file_format.type == "csv" else SENT_AS
    return options | {"encoding": "UTF-8"}


def delimiter_of(contract: FeedContract) -> str:
    """Return what stands between two fields where the feed is sent as CSV."""
    return str(sent_as(contract)["delimiter"])


def good_and_bad_rows(sent: Sent) -> bytes:
    """Return a batch that loads, with canaries in a good row and in rows that go to quarantine, each for its reason."""
    contract, planter, rows = sent.contract, sent.planter, sent.rows
    opened = [column.name for column in contract.landing if column.classification == "open"]
    placed = [planter.row("good", rows[0]), planter.row("wrong type", rows[1]) | {timed(contract): "hier soir"}]
    for at, column in enumerate(opened, start=2):
        placed.append(rows[at] | {column: planter.value(f"misplaced/{column}", "person")})
    at = len(placed)
    shifted = {"": "x", **planter.row("shifted", rows[at])}
    line = io.StringIO()
    csv.writer(line, delimiter=delimiter_of(contract), lineterminator="\n").writerow(shifted.values())
    foreign = written(contract, [planter.row("bad encoding", rows[at + 1])]).split("\n", 1)[1]
    return sent.file(placed + rows[at + 2 :]) + line.getvalue().encode() + foreign.encode("cp1252", "replace")


def timed(contract: FeedContract) -> str:
    """Return the source column of a time that the contract reads."""
    made = (column for column in contract.bronze if column.physical_type == "timestamp")
    return next(column for column in made if column.classification == "open").sources[0]


def unknown_column(sent: Sent) -> bytes:
    column = f"note {sent.planter.value('unknown column, its name', 'person')}"
    wide = [sent.planter.row("unknown column", sent.rows[0]) | {column: sent.planter.text("unknown column's")}]
    return sent.file(wide, (column,))


def no_header(sent: Sent) -> bytes:
    return sent.file([sent.planter.row("no header", sent.rows[0]), *sent.rows[1:5]]).split(b"\n", 1)[1]


def too_many_wrong(sent: Sent) -> bytes:
    wrong = [sent.planter.row("too many", sent.rows[0]), *sent.rows[1:20]]
    return sent.file([row | {timed(sent.contract): "hier"} for row in wrong])


def truncated(sent: Sent) -> bytes:
    """Return a file whose last row stops before its last column, which is then not planted."""
    contract, planter, rows = sent.contract, sent.planter, sent.rows
    text, _, _ = written(contract, [*rows[:9], planter.row("truncated", rows[10])]).rpartition(delimiter_of(contract))
    last = contract.landing[-1]
    cut = "text." if last.classification == "free_text" else last.name
    for label in [label for label in planter.planted if label.startswith(f"truncated/{cut}")]:
        del planter.planted[label]
    return text.encode()


# What refuses a batch whole, by the words of its refusal: it knows no feed.
REFUSED = {
    "unknown to the contract": unknown_column,
    "of the contract": no_header,
    "did the source change": too_many_wrong,
    "is truncated": truncated,
}


def plant_controls(settings: Settings, database: str) -> None:
    """Leave a value in a compressed file of HDFS, one in a database, and one in an old log."""
    in_hdfs, in_database, in_log = CONTROLS.values()
    sink = io.BytesIO()
    table = pa.table({"who": [f"nobody {n}" for n in range(5_000)] + [in_hdfs]})
    parquet.write_table(table, sink, compression="zstd", write_statistics=False)
    hdfs.Lake(settings).write("/lake/bronze/_control/part-0.parquet", sink.getvalue(), overwrite=True)
    postgres.execute(settings, database, "create table if not exists control (who text)")
    postgres.execute(settings, database, "insert into control values (%s)", (in_database,))
    line = f"2026-11-24 INFO nothing {in_log.upper()} nothing\n" * 3
    (settings.logs / "control.log.1.gz").write_bytes(gzip.compress(line.encode()))


def sought() -> dict[str, str]:
    """Return what a scan looks for, by label: all that was planted, and the controls."""
    planted = {f"{feed}/{label}": value for feed, values in PLANTED.items() for label, value in values.items()}
    return planted | CONTROLS


def controls_unseen(report: ScanReport, settings: Settings, database: str) -> set[str]:
    """Return the controls that a scan has not found where they are."""
    log = f"file:{settings.home.name}/logs/control.log.1.gz"
    places = ("hdfs:/lake/bronze/_control/part-0.parquet", f"database:{database}.public.control", log)
    return {label for label, place in zip(CONTROLS, places, strict=True) if place not in report.places(label)}
