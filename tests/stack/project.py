"""The whole stack on a copy of the project, with temporary folders of its own, on thin feeds.

A copy, so that a test writes a contract or a city where an engineer does; its own folders, so that the byte scan at the
end reads all that the stack ever wrote. Thin, since cells cost and rows hardly do: each city has cells of a kilometre.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from canaries import sent_as
from tree import files
from waiting import ENDED_S

from calanque.contracts import FeedContract, Folders, load_contract, load_contracts
from calanque.engines import spark
from calanque.places.territory import load_territory
from calanque.settings import Settings, settings

SOURCE = Path(__file__).parents[2]
# Open data as they come, and what a partner drops: a test writes its files, with planted persons.
OPEN, DROPPED = ("toronto_incidents",), ("citizen_reports", "marseille_main_courante")
FEEDS = (*OPEN, *DROPPED)
CITIES = ("marseille", "toronto")
CELL_M = 1000
# One city has all its years, and a model of them; the other is young: a training more costs more than it shows.
YOUNG, YOUNG_DAYS, YOUNG_FROM = "marseille_main_courante", 196, "2025-12-17"
# Rows cost a build: of the open feed one in three is its own, the same each time.
KEPT = "left(md5(concat_ws('|', occurrencedate, occurrencehour, Lat, Long)), 1) < '5'"
# An own rule of the dropped feeds, which a longer file breaks.
GATE, GATE_ROWS_MAX = "canary", 1_100


def folder() -> Path:
    """Return the folder of the copy, its home and its temporary files."""
    return settings().home.parent


def root() -> Path:
    """Return the copy of the project."""
    return folder() / "root"


def send(feed: str, data: bytes) -> None:
    """Leave one file of a feed in the drop folder."""
    drop = settings().home / "drop"
    drop.mkdir(exist_ok=True)
    (drop / f"{feed}.csv").write_bytes(data)


def dropped(feed: str) -> FeedContract:
    """Return the contract of a dropped feed as it is in the project, with the history that its city has here."""
    contract = load_contract(feed, Folders(contracts=SOURCE / "dags" / "feeds"))
    if feed != YOUNG or contract.source.kind != "twin":
        return contract
    arguments = contract.source.arguments | {"days": YOUNG_DAYS}
    return contract.model_copy(update={"source": contract.source.model_copy(update={"arguments": arguments})})


def send_again(feed: str) -> None:
    """Leave once more what came first: a run finds in the archive what came on its own day, and it may be the next."""
    archive = settings().home / "drop" / "archive" / feed
    first = min(archive.glob(f"*/*/{feed}.csv"), key=lambda path: path.stat().st_mtime_ns)
    send(feed, first.read_bytes())


def command(*arguments: str) -> str:
    """Run `calanque` from the copy; returns what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "calanque", *arguments],
        cwd=root(),
        env=_environment(),
        capture_output=True,
        text=True,
        timeout=3 * ENDED_S,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-2000:]
    return done.stdout


def started(home: Path, is_kept: bool) -> Iterator[Settings]:
    """Copy the project, start its stack and stop it at the end; this process reads the copy's contracts meanwhile."""
    if not is_kept:
        shutil.rmtree(home.parent, ignore_errors=True)
    for name in ("root", "home", "tmp"):
        (home.parent / name).mkdir(parents=True, exist_ok=True)
    _copy(home.parent / "root")
    os.environ["CALANQUE_ROOT"] = str(home.parent / "root")
    _forget()
    assert set(load_contracts()) == set(FEEDS)
    command("stack", "up")
    yield settings()
    spark.stop_session()
    if not is_kept:
        command("stack", "down")
    del os.environ["CALANQUE_ROOT"]
    _forget()


def _forget() -> None:
    settings.cache_clear()
    load_territory.cache_clear()


def _environment() -> dict[str, str]:
    temporary = folder() / "tmp"
    # Java keeps to /tmp whatever TMPDIR says.
    java = f'"-Djava.io.tmpdir={temporary}" -XX:-UsePerfData'
    # Where the keys are anyway: a test looks which services are told.
    keys = {"CALANQUE_TOKEN_KEY_FILE": str(settings().home / "secrets" / "token_key")}
    return os.environ | {"TMPDIR": str(temporary), "JAVA_TOOL_OPTIONS": java} | keys


def _copy(target: Path) -> None:
    for name in files(root=SOURCE):
        feed = Path(name).name.partition(".")[0] if name.endswith(".odcs.yaml") else FEEDS[0]
        if feed in FEEDS or not name.startswith("dags/feeds/"):
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(SOURCE / name, target / name)
    for feed in FEEDS:
        _come_once(target, feed)
    for feed in DROPPED:
        _take_drops(target, feed)
    for city in CITIES:
        # A hull around some hundred rows would leave out too many of the others.
        _change(
            target / "infra" / "territories" / f"{city}.yml",
            cell_m=CELL_M,
            **({"boundary": {"rule": "box"}} if city == "marseille" else {}),
        )


def _come_once(target: Path, feed: str) -> None:
    """Let the clock start a feed once, when it is woken: at midnight it would start it anew amid whatever is tested."""
    path = target / "dags" / "feeds" / f"{feed}.odcs.yaml"
    text = yaml.safe_load(path.read_text(encoding="utf-8"))
    promised, said = text["slaProperties"], text["customProperties"]
    yearly = [one | {"schedule": "@yearly"} if one["property"] == "frequency" else one for one in promised]
    kept = [{"property": "keepWhere", "value": KEPT}] if feed in OPEN else []
    _change(path, slaProperties=yearly, customProperties=said + kept)


def _take_drops(target: Path, feed: str) -> None:
    path = target / "dags" / "feeds" / f"{feed}.odcs.yaml"
    text = yaml.safe_load(path.read_text(encoding="utf-8"))
    said = {item["property"]: item["value"] for item in text["customProperties"]}
    said |= {"source": {"kind": "drop", "pattern": f"{feed}.csv"}, "gates": [*said.get("gates", []), GATE]}
    said["fileFormat"] = sent_as(load_contract(feed))
    said |= {"validFrom": YOUNG_FROM} if feed == YOUNG else {}
    _change(path, customProperties=[{"property": name, "value": value} for name, value in said.items()])
    rule = {"expectation": "expect_table_row_count_to_be_between", "severity": "critical"}
    gate = {"expectations": [{**rule, "kwargs": {"max_value": GATE_ROWS_MAX}}]}
    (target / "expectations" / "landing" / f"{GATE}.yml").write_text(yaml.safe_dump(gate), encoding="utf-8")


def _change(path: Path, **values: Any) -> None:
    text = yaml.safe_load(path.read_text(encoding="utf-8"))
    path.write_text(yaml.safe_dump(text | values, allow_unicode=True, sort_keys=False), encoding="utf-8")
