"""No person that a generator planted is anywhere but in landing, when the demo has run."""

import csv
from collections.abc import Iterator
from io import StringIO

from calanque.contracts import FeedContract, load_contract
from calanque.demo.run import DemoRun
from calanque.engines import deltars
from calanque.engines.hdfs import lake
from calanque.privacy.recognisers import PACK_VERSION
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


VALUES = {"citizen_reports": report_values, "marseille_main_courante": main_courante_values}


def test_no_planted_person_is_anywhere_but_in_landing(stack: Settings, first: DemoRun) -> None:
    """Search the bytes of every tier and log for values the generators planted."""
    needles: list[bytes] = []
    for feed, values in VALUES.items():
        of_feed = sorted({value.encode() for value in values() if len(value) >= 10})[:400]
        raw = b"".join(content for path, content in _files(f"/lake/landing/{feed}"))
        assert sum(needle in raw for needle in of_feed) > 100, "the values are not the ones that were landed"
        needles += of_feed
    own = [f"{tier}/{feed}" for feed in VALUES for tier in ("bronze", "quarantine")]
    for place in (*own, "silver", "marts", "staging", "governance"):
        for path, content in _files(f"/lake/{place}"):
            assert not [needle for needle in needles if needle in content], path
    for log in stack.logs.rglob("*.log"):
        content = log.read_bytes()
        assert not [needle for needle in needles if needle in content], log.name


def test_what_protected_a_batch_stands_in_its_commit_and_by_what_it_was_read_beside_its_raw_files(
    first: DemoRun,
) -> None:
    contract = load_contract("citizen_reports")
    (batch,) = lake().list(f"/lake/landing/{contract.feed}")
    commit = next(one for one in deltars.history(contract.bronze_table, 9) if one["user_metadata"].get("batch"))
    said = commit["user_metadata"]
    assert (said["batch"], said["contract_version"]) == (batch, contract.version)
    assert (said["pack"], said["keys"]) == (PACK_VERSION, "v1")
    folder = f"/lake/landing/{contract.feed}/{batch}"
    beside = lake().read_json(f"{folder}/contract-{contract.version}.json")
    assert FeedContract.model_validate(beside) == contract
    manifest = lake().read_json(f"{folder}/manifest.json")
    assert manifest["accessed_at"] <= manifest["landed_at"]


def _files(folder: str) -> list[tuple[str, bytes]]:
    found = []
    for name in lake().list(folder):
        path = f"{folder}/{name}"
        if name.startswith("territory=") and name != "territory=marseille":
            continue  # both feeds are of Marseille
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
