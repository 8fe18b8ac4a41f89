"""Feeds of the twin switched to their real source: an address that answers with what is published, other towns and all.

The files of `published/` have the columns, the quotes and the marks of the published ones, and made-up figures.
"""

import gzip
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from drop_feed import ROOT, Feed

from calanque.contracts import load_contract, load_contracts
from calanque.engines import spark

LIVE = [name for name, contract in load_contracts().items() if contract.live]
PUBLISHED = Path(__file__).with_name("published")
QUARTIERS = ROOT.parent / "shared" / "data" / "marseille-quartiers" / "marseille_quartiers_111.geojson"
# Of each feed the rows of its file: its own that are loaded, its own that are refused, the others'.
COUNTS = {
    "marseille_accidents": (2, 1, 1),
    "marseille_areas": (111, 0, 0),
    "marseille_crime_figures": (2, 0, 3),
    "marseille_weather": (8, 0, 8),
}


def published(name: str) -> bytes:
    if name.endswith(".geojson"):
        return QUARTIERS.read_bytes()
    content = (PUBLISHED / name.removesuffix(".gz")).read_bytes()
    return gzip.compress(content) if name.endswith(".gz") else content


class Office(http.server.SimpleHTTPRequestHandler):
    """An office of statistics."""

    def do_GET(self) -> None:
        body = published(self.path.rsplit("/", 1)[-1])
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture(scope="module")
def office() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Office) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def switched(feed: Feed, name: str, office: str) -> None:
    """Let a feed be one of the project's with its live source switched on, at our office."""
    feed.like(name)
    (live,) = (item["value"] for item in feed.said()["customProperties"] if item["property"] == "live")
    source = {"kind": "http", "url": f"{office}/{live['source']['url'].rsplit('/', 1)[-1]}"}
    feed.say(live={**live, "isOn": True, "source": source}, maxRefusedRate=0.5, gates=None)


@pytest.mark.parametrize("name", [LIVE[0], *(pytest.param(name, marks=pytest.mark.full) for name in LIVE[1:])])
def test_what_the_office_publishes_is_loaded_without_the_other_towns(feed: Feed, name: str, office: str) -> None:
    if name == "marseille_areas" and not QUARTIERS.exists():
        pytest.skip("the city's own layer is not beside this clone")
    switched(feed, name, office)
    report = feed.run()
    assert (report.loaded_count, report.quarantined_count, report.left_out_count) == COUNTS[name]
    said = load_contract(feed.name, feed.folders)
    assert (said.is_synthetic, said.source.kind) == (False, "http")
    assert "ynthetic" not in f"{said.title} {said.limitations} {said.provenance}"
    assert feed.run("again") == report


def test_real_rows_do_not_come_beside_made_up_ones(feed: Feed, office: str) -> None:
    feed.like("marseille_accidents", source={"kind": "twin", "generator": "accidents.generate_accidents", "arguments": {
        "last_day": "2026-06-30", "days": 10, "count": 20, "seed": 1
    }})  # fmt: skip
    feed.run()
    switched(feed, "marseille_accidents", office)
    feed.say(version="9.0.0")
    assert "its table holds rows of the twin" in feed.refused()
    assert len(spark.rows(f"SELECT DISTINCT _batch_id FROM bronze.{feed.name}")) == 1
