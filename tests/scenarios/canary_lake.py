"""A lake of its own for the canary proof: a copy of the project, one personal feed fed by drops, planted rows.

It has its own home, temporary folder and ports, so that all it ever wrote can be read to the last byte.
"""

import csv
import io
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from calanque.contracts import FeedContract, Folders, load_contract
from calanque.engines.airflow import Orchestrator, Run
from calanque.ingest.fetch import fetch_batch
from calanque.privacy.protect import kind_of
from calanque.settings import Settings

ROOT = Path(__file__).parents[2]
PORTS_BESIDE_THE_TESTS = 500
GOOD_ROWS = 400
GATE_ROWS_MAX = 1_000
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
FIRST_NAMES = ("Zéphyrine", "Anatole", "Théodora", "Barthélemy", "Eulalie", "Célestin", "Ombeline")


@dataclass
class Lake:
    """The copy, where it runs, and every value planted, by label."""

    folder: Path
    settings: Settings
    contract: FeedContract
    environment: dict[str, str]
    planted: dict[str, str] = field(default_factory=dict)

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
        self._python("-m", "calanque", *arguments)

    def sql(self, *statements: str) -> None:
        """Run statements on its engine, in a process of its own: this one may hold another lake's session."""
        code = f"from calanque.engines import spark\nfor text in {statements!r}: spark.rows(text)\nspark.stop_session()"
        self._python("-c", code)

    def _python(self, *arguments: str) -> None:
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

    def send(self, data: bytes) -> None:
        """Leave one file in the drop folder."""
        drop = self.settings.home / "drop"
        drop.mkdir(exist_ok=True)
        (drop / "batch.csv").write_bytes(data)

    def run(self, dag_id: str, within_s: int = 300) -> Run:
        """Run one DAG, wait for it and for what follows from it, and return its run."""
        started = self.orchestrator.trigger(dag_id)
        self.wait(within_s)
        return self.orchestrator.run(dag_id, started.dag_run_id)

    def wait(self, within_s: int = 300) -> None:
        """Wait until nothing goes on."""
        from datetime import UTC, datetime

        self.orchestrator.wait(datetime.now(UTC), lambda run: None, within_s)


def make(feed: str, offset: int) -> Lake:
    """Copy the project and make the feed one that takes files from the drop folder, with a gate that can be failed."""
    folder = ROOT / ".calanque-canary"
    lake = _lake(folder, feed, offset)
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
    contract = lake.root / "dags" / "feeds" / f"{feed}.odcs.yaml"
    text = yaml.safe_load(contract.read_text(encoding="utf-8"))
    for item in text["customProperties"]:
        if item["property"] == "source":
            item["value"] = {"kind": "drop", "pattern": "*.csv"}
    contract.write_text(yaml.safe_dump(text, allow_unicode=True, sort_keys=False), encoding="utf-8")
    gate = lake.root / "expectations" / "landing" / f"{lake.contract.gates[0]}.yml"
    rule = "{expectation: expect_table_row_count_to_be_between, kwargs: {max_value: %d}, severity: critical}"
    gate.write_text(f"{gate.read_text(encoding='utf-8')}\n  - {rule % GATE_ROWS_MAX}\n", encoding="utf-8")
    return lake


def _lake(folder: Path, feed: str, offset: int) -> Lake:
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
    return Lake(folder, settings, load_contract(feed), environment)


def _tracked() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return [name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


class Planter:
    """Makes canaries: each is invented, looks like what its column holds, and is planted once.

    What is looked for is the part that says who it is: the surname alone, since a half-masked name is a leak.
    """

    def __init__(self, lake: Lake) -> None:
        self.contract = lake.contract
        self.planted = lake.planted
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
        return self.value(f"{case}/{column}", column if column in ("lon", "lat") else kind_of(column))

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
    arguments = source.arguments | {"count": count, "bad_rows": 0}
    ample = contract.model_copy(update={"source": source.model_copy(update={"arguments": arguments})})
    work_dir.mkdir(exist_ok=True)
    (file,) = fetch_batch(ample, work_dir, None, Folders()).files
    text = file.path.read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text), delimiter=contract.file_format.delimiter))


def written(contract: FeedContract, rows: list[dict[str, str]], more_columns: tuple[str, ...] = ()) -> str:
    """Return rows as a file of the feed."""
    stream = io.StringIO()
    names = [column.name for column in contract.landing] + list(more_columns)
    writer = csv.DictWriter(stream, names, delimiter=contract.file_format.delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()
