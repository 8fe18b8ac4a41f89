"""A lake of its own for the canary proof: a copy of the project with its personal feeds alone, fed by drops.

It has its own home, temporary folder and ports, so that all it ever wrote can be read to the last byte.
"""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from calanque.contracts import FeedContract, load_contracts
from calanque.engines.airflow import Orchestrator, Run
from calanque.ingest.fetch import fetch_batch
from calanque.settings import Settings
from calanque.sources import Errand

ROOT = Path(__file__).parents[2]
PORTS_BESIDE_THE_TESTS = 500
PERSONAL = sorted(contract.feed for contract in load_contracts().values() if contract.is_personal)
GOOD_ROWS = 400
GATE_ROWS_MAX = 1_000
CANARY_GATE = "canary"
# Feeds in other formats are sent as this too: what a format tells of a row that it can not read, its own tests ask.
SENT_AS: dict[str, Any] = {"type": "csv", "delimiter": ";", "encoding": "UTF-8", "multiline": True}
SURNAMES = (
    *(
        "Kerguélec",
        "Quatrebarbes",
        "Vandermeulen",
        "Ouédraogo",
        "Larrouturou",
        "Guilloteau",
        "Szczepański",
        "Tchoumitcheva",
    ),
    *(
        "Archambeaud",
        "Benmokhtar",
        "Delagardère",
        "Fontvieille",
        "Castelnaudet",
        "Rocheblave",
        "Malaussène",
        "Peyrebrune",
    ),
    *("Zimmerlin", "Haudricourt", "Boisgontier", "Lestringant", "Cazeneuvette", "Dhermilly", "Ettouhami", "Gourvennec"),
    *("Hallouard", "Ibarrondo", "Jaubertie", "Kouyatémba", "Lavergnolle", "Mouranchon", "Nadaillac", "Oustalet"),
    *("Pontcharra", "Quéméneur", "Rastignol", "Sarrazinet", "Trébuchon", "Urruticoechea", "Vaucresson", "Wattrelot"),
)
POSITIONS = ("lon", "lat", "geo_point_2d")
FIRST_NAMES = ("Zéphyrine", "Anatole", "Théodora", "Barthélemy", "Eulalie", "Célestin", "Ombeline")


@dataclass
class Lake:
    """The copy, where it runs, and every value planted, by feed and label."""

    folder: Path
    settings: Settings
    environment: dict[str, str]
    planted: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))

    @property
    def root(self) -> Path:
        """Return the copy of the project."""
        return self.folder / "root"

    @property
    def orchestrator(self) -> Orchestrator:
        """Return its orchestrator's door."""
        return Orchestrator(self.settings)

    def command(self, *arguments: str) -> None:
        """Run `calanque` from the copy."""
        self.python("-m", "calanque", *arguments)

    def rows(self, text: str) -> list[dict[str, Any]]:
        """Return the rows of a query on its engine, as JSON can say them.

        Asked in a process of its own: this one may hold another lake's session.
        """
        code = (
            "import json\nfrom calanque.engines import spark\n"
            f"print(json.dumps([row.asDict() for row in spark.rows({text!r})], default=str))\nspark.stop_session()"
        )
        found: list[dict[str, Any]] = json.loads(self.python("-c", code).splitlines()[-1])
        return found

    def asked(self, query: str) -> list[list[Any]]:
        """Return the rows that the analyst reads through its query door, as JSON can say them."""
        code = (
            f"import json\nfrom calanque.engines import trino\nprint(json.dumps(trino.query({query!r}), default=str))"
        )
        found: list[list[Any]] = json.loads(self.python("-c", code).splitlines()[-1])
        return found

    def python(self, *arguments: str) -> str:
        """Run Python in the copy; returns what it prints."""
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, (done.stdout + done.stderr)[-2000:]
        return done.stdout

    def send(self, feed: str, data: bytes) -> None:
        """Leave one file of a feed in the drop folder."""
        drop = self.settings.home / "drop"
        drop.mkdir(exist_ok=True)
        (drop / f"{feed}.csv").write_bytes(data)

    def runs(self, dag_ids: Sequence[str], within_s: int = 600) -> list[Run]:
        """Run some DAGs, wait for them and for what follows from them, and return their runs."""
        started = [self.orchestrator.trigger(dag_id) for dag_id in dag_ids]
        self.wait(within_s)
        return [self.orchestrator.run(run.dag_id, run.dag_run_id) for run in started]

    def wake(self, dag_ids: Sequence[str]) -> None:
        """Let DAGs run for the first time: the scheduler starts them by itself. Wait for them and for what follows."""
        self.orchestrator.wake(list(dag_ids))
        limit = time.monotonic() + 60
        while not all(self.orchestrator.has_run(dag_id) for dag_id in dag_ids):
            assert time.monotonic() < limit, "the scheduler starts nothing"
            time.sleep(1)
        self.wait(1200)
        succeeded = {dag_id: self.orchestrator.has_succeeded(dag_id) for dag_id in dag_ids}
        assert succeeded == dict.fromkeys(dag_ids, True)

    def wait(self, within_s: int = 300) -> None:
        """Wait until nothing goes on."""
        from datetime import UTC, datetime

        self.orchestrator.wait(datetime.now(UTC), lambda run: None, within_s)


def make(offset: int) -> Lake:
    """Copy the project with its personal feeds, which take files from the drop folder and have a gate that can fail."""
    folder = ROOT / ".calanque-canary"
    lake = _lake(folder, offset)
    if folder.exists():
        if (folder / "home" / "supervisor.pid").exists():
            lake.command("stack", "down")
        shutil.rmtree(folder)
    for name in ("root", "home", "tmp"):
        (folder / name).mkdir(parents=True)
    for name in _tracked():
        target = lake.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    _write_checkpoints(lake.root)
    for feed, contract in load_contracts().items():
        if feed in PERSONAL:
            _take_drops(lake.root, feed)
            _take_its_box(lake.root, contract.territory)
        else:
            (lake.root / "dags" / "feeds" / f"{feed}.odcs.yaml").unlink()
    return lake


def _write_checkpoints(root: Path) -> None:
    """Let each commit of a new table write a checkpoint: what it holds is looked through too."""
    path = root / "infra" / "spark" / "spark-defaults.conf.j2"
    text = path.read_text(encoding="utf-8")
    path.write_text(f"{text}\nspark.databricks.delta.properties.defaults.checkpointInterval 1\n", encoding="utf-8")


def _take_its_box(root: Path, territory: str) -> None:
    """Let a city be its box: one drawn around some hundred rows would leave out too many of the others."""
    path = root / "infra" / "territories" / f"{territory}.yml"
    text = yaml.safe_load(path.read_text(encoding="utf-8"))
    path.write_text(yaml.safe_dump(text | {"boundary": {"rule": "box"}}, sort_keys=False), encoding="utf-8")


def _take_drops(root: Path, feed: str) -> None:
    contract = root / "dags" / "feeds" / f"{feed}.odcs.yaml"
    text = yaml.safe_load(contract.read_text(encoding="utf-8"))
    said = {item["property"]: item["value"] for item in text["customProperties"]}
    said["source"] = {"kind": "drop", "pattern": f"{feed}.csv"}
    said["gates"] = [*said.get("gates", []), CANARY_GATE]
    said["fileFormat"] = (said["fileFormat"] if said["fileFormat"]["type"] == "csv" else SENT_AS) | {
        "encoding": "UTF-8"
    }
    text["customProperties"] = [{"property": name, "value": value} for name, value in said.items()]
    contract.write_text(yaml.safe_dump(text, allow_unicode=True, sort_keys=False), encoding="utf-8")
    rule = {"expectation": "expect_table_row_count_to_be_between", "severity": "critical"}
    gate = {"expectations": [{**rule, "kwargs": {"max_value": GATE_ROWS_MAX}}]}
    path = root / "expectations" / "landing" / f"{CANARY_GATE}.yml"
    path.write_text(yaml.safe_dump(gate), encoding="utf-8")


def _lake(folder: Path, offset: int) -> Lake:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("CALANQUE_", "AIRFLOW_"))}
    temporary = folder / "tmp"
    environment = {
        **kept,
        "CALANQUE_HOME": str(folder / "home"),
        "CALANQUE_PORT_OFFSET": str(offset),
        "TMPDIR": str(temporary),
        # Java keeps to /tmp whatever TMPDIR says.
        "JAVA_TOOL_OPTIONS": f'"-Djava.io.tmpdir={temporary}" -XX:-UsePerfData',
    }
    settings = Settings(home=folder / "home", root=folder / "root", port_offset=offset)
    return Lake(folder, settings, environment)


def _tracked() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return [name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


@pytest.fixture(scope="session")
def lake(room: Callable[[Callable[[], None]], None]) -> Iterator[Lake]:
    """A lake of its own, in which every personal feed takes drops; stopped at the end."""
    offset = int(os.environ["CALANQUE_PORT_OFFSET"]) + PORTS_BESIDE_THE_TESTS
    made = make(offset)

    def stop() -> None:
        made.command("stack", "down")

    room(stop)
    try:
        made.command("stack", "up")
        yield made
    finally:
        stop()


class Planter:
    """Makes canaries: each is invented, looks like what its column holds, and is planted once.

    What is looked for is the part that says who it is: the surname alone, since a half-masked name is a leak.
    """

    def __init__(self, lake: Lake, contract: FeedContract) -> None:
        self.contract = contract
        self.planted = lake.planted[contract.feed]
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


def delimiter_of(contract: FeedContract) -> str:
    """Return what stands between two fields where the feed is sent as CSV."""
    return str(getattr(contract.file_format, "delimiter", SENT_AS["delimiter"]))
