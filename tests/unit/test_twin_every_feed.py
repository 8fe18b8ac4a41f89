"""Every source of the twin, by its contract: the same bytes on every machine, as dirty as asked, nothing senseless."""

import hashlib
import importlib
import io
from pathlib import Path
from typing import Any

import pytest

from calanque.contracts import load_contracts
from calanque.errors import CalanqueError
from calanque.twin import accidents, cleanliness, dirt, public_space, traffic, weather, weather_warnings

FEEDS: dict[str, Any] = {one.feed: one for one in load_contracts().values() if one.source.kind == "twin"}
# Of each feed the beginning of the SHA-256 of what it gives.
DIGESTS = dict(
    line.split("\t") for line in Path(__file__).with_name("twin_digests.tsv").read_text(encoding="utf-8").splitlines()
)
SMALL = {"last_day": "2026-03-29", "day": "2026-03-29", "days": 2, "count": 200, "dirt": 0.1}  # clocks change at 2 a.m.
WRONG_TIMES = {*dirt.WRONG_TIMES, weather.WRONG_HOUR}
WRONG_TIMES |= {module.WRONG_TIME for module in (public_space, accidents, weather_warnings)}
NOWHERE = {
    **dict.fromkeys(("fines", "impounds", "main_courante", "occupations"), ("LON", "0,000")),
    "accidents": ("long", "0"),
    "cameras": ("lon", "0"),
    "places": ("LON", "0"),
    "cleanliness": ("geo_point_2d", cleanliness.NOWHERE),
    "traffic": ("geo_point_2d", traffic.NOWHERE),
}
# No time in them is required.
REGISTERS = {"marseille_cameras", "marseille_partners", "marseille_places"}
DIRTY = [feed for feed, contract in FEEDS.items() if "dirt" in contract.source.arguments]


def written(feed: str, **changes: Any) -> bytes:
    """Return what a feed's generator gives by its contract, a little of it."""
    source = FEEDS[feed].source
    module, _, function = source.generator.partition(".")
    less = {name: value for name, value in (SMALL | changes).items() if name in source.arguments}
    return bytes(getattr(importlib.import_module(f"calanque.twin.{module}"), function)(**source.arguments | less))


@pytest.mark.parametrize("feed", FEEDS)
def test_a_source_has_the_same_bytes_on_every_machine(feed: str) -> None:
    made = written(feed)
    assert made == written(feed) != written(feed, seed=FEEDS[feed].source.arguments["seed"] + 1)
    assert hashlib.sha256(made).hexdigest()[:16] == DIGESTS[feed]


# A frame of detections is as many rows as there are objects in it; photos are asked in their format's own tests.
@pytest.mark.parametrize("feed", [feed for feed in DIRTY if FEEDS[feed].file_format.type not in ("media", "xml")])
def test_a_source_is_as_dirty_as_asked(feed: str) -> None:
    form = FEEDS[feed].file_format
    clean, soiled = (list(form.parse(io.BytesIO(written(feed, dirt=share)))) for share in (0.0, 0.1))
    figures = len(form.unpivot.columns) if getattr(form, "unpivot", None) else 1
    wrong = figures * round(0.1 * len(clean) / figures)
    times = [c.sources[-1] for c in FEEDS[feed].bronze if c.physical_type == "timestamp" and c.required]
    good = [row for row in soiled if not times or row[times[0]] not in WRONG_TIMES]
    assert len(soiled) == len(clean) + wrong
    # Rows sent twice, and as many without a time or a place.
    assert len(good) - len({str(row) for row in good}) == wrong
    assert len(soiled) - len(good) == (0 if feed in REGISTERS else wrong)
    if place := NOWHERE.get(feed.removeprefix("marseille_")):
        assert sum(row[place[0]] == place[1] for row in soiled) == wrong
    assert not times or not WRONG_TIMES.intersection(row[times[0]] for row in clean)


SENSELESS = {
    "last_day": ("30/06/2026", "YYYY-MM-DD"),
    "first_month": ("juillet", "YYYY-MM-DD"),
    "day": ("demain", None),
    "days": (-1, None),
    "count": (-1, None),
    "dirt": (0.5, "a third at most"),
    "bad_rows": (13_000, None),
}


@pytest.mark.parametrize(
    ("feed", "argument"), [(feed, name) for feed in FEEDS for name in SENSELESS if name in FEEDS[feed].source.arguments]
)
def test_senseless_arguments_are_refused(feed: str, argument: str) -> None:
    value, told = SENSELESS[argument]
    with pytest.raises(CalanqueError, match=told):
        written(feed, **{argument: value})
