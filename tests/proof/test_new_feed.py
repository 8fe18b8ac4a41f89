"""Cities reach bronze by a contract, one with its territory: the walks of `dags/README.md` as they stand, by pandas."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from drop_feed import empty_tables

from calanque.settings import Settings

ROOT = Path(__file__).parents[2]
LIMIT_S = 15 * 60


class Clone(NamedTuple):
    """A clone of the project as a new user has it: its own contracts, the real data beside it."""

    folder: Path
    environment: dict[str, str]

    def walk(self, number: int) -> str:
        """Run the commands of a walk and return what they said."""
        text = (ROOT / "dags" / "README.md").read_text(encoding="utf-8")
        (section,) = re.findall(rf"^## Walk {number}: .*?(?=^## )", text, re.MULTILINE | re.DOTALL)
        commands = "\n".join(re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL))
        started = time.monotonic()
        done = subprocess.run(
            ["bash", "-e", "-c", commands],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        assert time.monotonic() - started < LIMIT_S
        return " ".join(f"{done.stdout}\n{done.stderr}".split())


def link(path: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / path.name).symlink_to(path)


@pytest.fixture
def clone(stack: Settings, shared: Path, tmp_path: Path) -> Iterator[Clone]:
    from calanque.engines import spark
    from calanque.engines.hdfs import lake

    folder = tmp_path / "clone"
    own = {"dags": "feeds", "infra": "territories"}
    for path in ROOT.iterdir():
        if path.name not in (*own, ".git") and not path.name.startswith(".calanque"):
            link(path, folder)
    for room, written in own.items():
        for path in (ROOT / room).iterdir():
            if path.name != written:
                link(path, folder / room)
        shutil.copytree(ROOT / room / written, folder / room / written)
    (tmp_path / "shared").symlink_to(shared.parent)
    tools = tmp_path / "bin"
    tools.mkdir()
    command = tools / "calanque"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m calanque "$@"\n', encoding="utf-8")
    command.chmod(0o755)
    environment = {
        **os.environ,
        "CALANQUE_HOME": str(stack.home),
        "CALANQUE_ROOT": str(folder),
        "PYTHONPATH": str(ROOT),
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
    }
    yield Clone(folder, environment)
    feeds = ["sf_requests", "akl_counts", "calgary_traffic"]
    empty_tables(feeds)
    for feed in feeds:
        lake().delete(f"/lake/governance/contracts/{feed}")
        spark.rows(f"DELETE FROM governance.batch WHERE feed = '{feed}'")
        for place in (feed, f"taking/{feed}", f"archive/{feed}"):
            shutil.rmtree(stack.home / "drop" / place, ignore_errors=True)


def in_utc(local: pd.Series, zone: str) -> pd.Series:
    """As Java reads a local time: the earlier of two, and an hour later where the clock skipped it."""
    certain = np.ones(len(local), dtype=bool)
    return local.dt.tz_localize(zone, ambiguous=certain, nonexistent=pd.Timedelta("1h")).dt.tz_convert("UTC")


def of_bronze(query: str) -> pd.DataFrame:
    from calanque.engines import spark

    return spark.sql(query).toPandas()


def test_requests_of_san_francisco(clone: Clone, shared: Path) -> None:
    said = clone.walk(1)
    frame = pd.read_csv(shared / "sf-311-sample" / "cases_sample.csv", dtype=str, keep_default_na=False)
    from calanque.places.grid import project, territory_grid
    from calanque.places.territory import load_territory

    grid = territory_grid(load_territory("san_francisco"))
    x, y = project(grid.crs, frame["Long"].astype(float).to_numpy(), frame["Lat"].astype(float).to_numpy())
    inside = grid.cell_index(x, y) >= 0
    good = frame[inside]
    assert f"4,984 landed = {len(good):,} loaded + {len(frame) - len(good):,} quarantined" in said
    rows = of_bronze("SELECT * FROM bronze.sf_requests ORDER BY case_id")
    want = good.assign(case_id=good["CaseID"].astype(int)).sort_values("case_id").reset_index(drop=True)
    assert rows["case_id"].tolist() == want["case_id"].tolist()
    zone = "America/Los_Angeles"
    for name, source, form in (
        ("opened_at", "Opened", "%Y-%m-%d %H:%M:%S"),
        ("closed_at", "Closed", "%Y-%m-%d %H:%M:%S"),
        ("updated_at", "Updated", "%m/%d/%Y %I:%M:%S %p"),
    ):
        local = pd.to_datetime(want[source].replace("NA", None), format=form)
        found = pd.to_datetime(rows[name]).astype("datetime64[ns]")
        pd.testing.assert_series_equal(
            found, in_utc(local, zone).dt.tz_localize(None).astype("datetime64[ns]"), check_names=False
        )
    assert rows["closed_at"].isna().sum() == (want["Closed"] == "NA").sum() > 200
    assert rows["category"].tolist() == want["Category"].tolist()
    assert rows["neighborhood"].isna().sum() == (want["Neighborhood"] == "NA").sum()
    assert not {"lat", "long", "address", "point", "map_url", "status_notes"} & set(rows.columns)
    assert not [name for name in rows.columns if "redacted" in name], "what is redacted here is English"


def test_counters_of_auckland(clone: Clone, shared: Path) -> None:
    said = clone.walk(2)
    frame = pd.read_csv(shared / "akl-pedestrian" / "hourly_counts.csv.gz", dtype=str, keep_default_na=False)
    long = frame.melt(["date", "hour", "year"], var_name="counter", value_name="value")
    assert f"{len(long):,} landed = {len(long):,} loaded + 0 quarantined" in said
    rows = of_bronze(
        "SELECT counter, count(*) AS n, count(value) AS known, sum(value) AS total, min(observed_at) AS first, "
        "max(observed_at) AS last, count(distinct observed_at) AS hours FROM bronze.akl_counts GROUP BY counter"
    ).set_index("counter")
    start = frame["date"] + " " + frame["hour"].str.split(":").str[0].str.zfill(2)
    hours = in_utc(pd.to_datetime(start, format="%Y-%m-%d %H"), "Pacific/Auckland").dt.tz_localize(None)
    assert set(rows.index) == set(frame.columns[3:])
    for counter, row in rows.iterrows():
        numbers = pd.to_numeric(frame[str(counter)].replace("", None))
        assert (row["n"], row["known"], row["total"]) == (len(frame), numbers.count(), numbers.sum())
        assert (row["first"], row["last"], row["hours"]) == (hours.min(), hours.max(), hours.nunique())


def test_a_new_city_of_traffic_incidents(clone: Clone, shared: Path) -> None:
    said = clone.walk(3)
    frame = pd.read_csv(shared / "calgary-traffic" / "traffic.csv.gz", dtype=str, keep_default_na=False)
    key = ["start_dt", "longitude", "latitude"]
    kept = frame.drop_duplicates(key)
    assert f"{len(frame):,} landed = {len(kept):,} loaded + {len(frame) - len(kept):,} quarantined" in said
    rows = of_bronze("SELECT * FROM bronze.calgary_traffic ORDER BY occurred_at, lon, lat")
    at = in_utc(pd.to_datetime(kept["start_dt"]), "America/Edmonton").dt.tz_localize(None)
    places = kept[["longitude", "latitude"]].astype(float).set_axis(["lon", "lat"], axis=1)
    want = places.assign(occurred_at=at).sort_values(["occurred_at", "lon", "lat"]).reset_index(drop=True)
    assert pd.to_datetime(rows["occurred_at"]).tolist() == want["occurred_at"].tolist()
    assert rows["lon"].tolist() == want["lon"].tolist() and rows["lat"].tolist() == want["lat"].tolist()
    assert set(rows["type"]) == {"traffic"}
    assert not {"incident_info", "description"} & set(rows.columns)
