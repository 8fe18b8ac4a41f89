"""A drop feed of its own for a fault test: contract, gate and folders, erased afterwards."""

import multiprocessing
import shutil
import uuid
from collections.abc import Iterator
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from calanque.contracts import Folders
from calanque.settings import Settings

ROOT = Path(__file__).parents[1]
HEADER = "event_id,happened_on,kind,lon,lat\n"
KINDS = ("noise", "waste")


def vacuumed_at_once(table: str, patch: pytest.MonkeyPatch) -> bool:
    """Let VACUUM take what left a table just now; says whether it ran."""
    from calanque.engines import spark
    from calanque.governance import maintain

    patch.setattr(maintain, "KEPT_HOURS", 0)
    spark.session().conf.set(key := "spark.databricks.delta.retentionDurationCheck.enabled", "false")
    try:
        return maintain.vacuum(table)
    finally:
        spark.session().conf.unset(key)


class Feed(NamedTuple):
    """A drop feed of its own, with its folders."""

    name: str
    folders: Folders

    @property
    def path(self) -> Path:
        """The file of its contract."""
        return self.folders.contracts / f"{self.name}.odcs.yaml"

    def said(self) -> dict[str, Any]:
        """Return what the contract says."""
        content: dict[str, Any] = yaml.safe_load(self.path.read_text(encoding="utf-8"))
        return content

    def say(self, content: dict[str, Any] | None = None, version: str | None = None, **properties: Any) -> None:
        """Let the contract say something else, and have other custom properties, None for none."""
        content = content or self.said()
        kept = [item for item in content["customProperties"] if item["property"] not in properties]
        new = [{"property": name, "value": value} for name, value in properties.items() if value is not None]
        content |= {"id": self.name, "version": version or content["version"], "customProperties": kept + new}
        self.path.write_text(yaml.safe_dump(content), encoding="utf-8")

    def like(self, known: str, **properties: Any) -> None:
        """Let the contract say what a feed's of the project says, but for some custom properties."""
        text = (Folders().contracts / f"{known}.odcs.yaml").read_text(encoding="utf-8")
        self.say(yaml.safe_load(text), **properties)

    def staged(self, *steps: str) -> dict[str, Any]:
        """Land the batch and bring it through some steps; returns its reference."""
        from calanque.ingest import batch

        ref: dict[str, Any] = batch.land_batch(self.name, folders=self.folders)
        for step in steps:
            ref = getattr(batch, f"{step}_batch")(ref, self.folders)
        return ref

    def send(self, text: str | bytes, name: str = "a.csv") -> None:
        """Leave exactly one file in the drop folder, as if nothing had ever been sent."""
        shutil.rmtree(self.folders.drop)
        self.folders.drop.mkdir()
        (self.folders.drop / name).write_bytes(text.encode() if isinstance(text, str) else text)

    def run(self, run_id: str = "test") -> Any:
        """Run the whole way."""
        from calanque.ingest.batch import run_batch

        return run_batch(self.name, run_id=run_id, folders=self.folders)

    def refused(self) -> str:
        """Run the whole way, which must refuse the batch; returns the sentence."""
        from calanque.ingest.records import RefusedBatchError

        with pytest.raises(RefusedBatchError) as raised:
            self.run()
        return str(raised.value)

    def forget(self, batch_id: str | None = None) -> None:
        """Lose the reports of the feed, or those of one batch."""
        from calanque.engines import spark

        within = f" AND batch_id = '{batch_id}'" if batch_id else ""
        spark.rows(f"DELETE FROM governance.batch WHERE feed = '{self.name}'{within}")

    def bronze(self) -> list[dict[str, Any]]:
        """Return the rows of bronze, as another reader than the engine sees them."""
        return self.bronze_by("event_id")

    def bronze_by(self, key: str) -> list[dict[str, Any]]:
        """Return the rows of bronze in the order of a column."""
        return self._held("bronze", key)

    def quarantine(self) -> list[dict[str, Any]]:
        """Return the rows of quarantine."""
        return self._held("quarantine", "payload")

    def _held(self, tier: str, order: str) -> list[dict[str, Any]]:
        from calanque.engines import deltars

        return sorted(deltars.read_rows(f"{tier}.{self.name}", []), key=lambda row: row[order])

    def versions(self) -> tuple[int, int]:
        """Return the versions of both tables."""
        from calanque.engines import deltars

        bronze, quarantine = (deltars.open_table(f"{tier}.{self.name}") for tier in ("bronze", "quarantine"))
        return bronze.version(), quarantine.version()


def processes() -> ForkServerContext:
    """Return a context whose processes, which a test kills, do not import everything anew."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["calanque.ingest.batch", "calanque.ingest.publish", "calanque.ingest.gate"])
    return context


def empty_tables(names: list[str]) -> None:
    """Take all that the lake holds of some feeds."""
    from calanque.engines import spark
    from calanque.engines.hdfs import lake

    for name in names:
        for tier in ("bronze", "quarantine"):
            spark.rows(f"DROP TABLE IF EXISTS {tier}.{name}")
        for place in ("landing", "staging", "bronze", "quarantine"):
            lake().delete(f"/lake/{place}/{name}")


def contract_of(name: str) -> dict[str, Any]:
    def landing(column: str) -> dict[str, Any]:
        return {"name": column, "logicalType": "string", "classification": "open", "description": column}

    def bronze(column: str, logical: str, physical: str, source: str, **more: Any) -> dict[str, Any]:
        return {
            "name": column,
            "description": column,
            "logicalType": logical,
            "physicalType": physical,
            "required": True,
            "classification": "open",
            "transformSourceObjects": [source],
            **more,
        }

    toronto = yaml.safe_load((ROOT / "dags/feeds/toronto_incidents.odcs.yaml").read_text(encoding="utf-8"))
    changed = {
        "source": {"kind": "drop", "pattern": "*.csv"},
        "duplicates": {"key": ["event_id"], "action": "keep"},
        "isSynthetic": True,
    }
    # It fills no shape: what is tried with it ends in bronze.
    toronto["customProperties"] = [item for item in toronto["customProperties"] if item["property"] != "shape"]
    for item in toronto["customProperties"]:
        item["value"] = changed.get(item["property"], item["value"])
    toronto["customProperties"].append({"property": "gates", "value": ["events"]})
    kinds = [{"metric": "invalidValues", "arguments": {"validValues": list(KINDS)}, "mustBe": 0}]
    columns = [
        bronze("event_id", "string", "string", "event_id"),
        bronze("happened_on", "date", "date", "happened_on"),
        bronze("kind", "string", "string", "kind", quality=kinds),
        bronze("lon", "number", "double", "lon"),
        bronze("lat", "number", "double", "lat"),
    ]
    schema = [
        {"name": "landing", "properties": [landing(column) for column in HEADER.strip().split(",")]},
        {"name": "bronze", "properties": columns},
    ]
    return {**toronto, "id": name, "version": "1.0.0", "schema": schema}


def lines(count: int, first: int = 0) -> str:
    """Return rows of places in Toronto, however many."""
    return "".join(
        f"E{n:06d},2026-01-{n % 28 + 1:02d},{KINDS[n % 2]},{-79.4 + n % 25_000 / 1e5:.5f},43.7\n"
        for n in range(first, first + count)
    )


def give_persons(feed: Feed, version: str = "1.0.0") -> None:
    """Let the feed have a reporter, whose name becomes a token."""
    content = feed.said()
    for item in content["slaProperties"]:
        if item.get("element") == "landing":
            item["value"] = 30
    landing, bronze = (item["properties"] for item in content["schema"])
    purpose = next(item["value"] for item in content["customProperties"] if item["property"] == "purpose")
    if all(column["name"] != "reporter" for column in landing):
        landing.append(
            {"name": "reporter", "logicalType": "string", "classification": "identifier", "description": "Who."}
        )
        bronze.append(
            {
                "name": "reporter_token",
                "description": "Token.",
                "logicalType": "string",
                "physicalType": "string",
                "classification": "identifier",
                "transformSourceObjects": ["reporter"],
                "customProperties": [
                    {"property": "protection", "value": "token"},
                    {"property": "tokenKind", "value": "person"},
                    {"property": "tokenPurpose", "value": purpose},
                ],
            }
        )
    feed.say(content, version, isPersonal=True)


@pytest.fixture
def feed(stack: Settings, tmp_path: Path) -> Iterator[Feed]:
    """A new feed, erased afterwards."""
    name = f"test_{uuid.uuid4().hex[:8]}"
    folders = Folders(contracts=tmp_path / "feeds", expectations=tmp_path / "expectations", drop=tmp_path / "drop")
    for folder in (folders.contracts, folders.expectations / "landing", folders.drop):
        folder.mkdir(parents=True)
    (folders.contracts / f"{name}.odcs.yaml").write_text(yaml.safe_dump(contract_of(name)), encoding="utf-8")
    gate = {"expectation": "expect_column_values_to_be_between", "column": "lat", "severity": "critical"}
    (folders.expectations / "landing" / "events.yml").write_text(
        yaml.safe_dump({"expectations": [{**gate, "kwargs": {"min_value": 43, "max_value": 44}}]}), encoding="utf-8"
    )
    yield Feed(name, folders)
    empty_tables([name])
