"""What cameras of Marseille see, from their metadata stream to the hours that analysts read: counts, nothing else."""

from collections import Counter, defaultdict
from typing import Any
from xml.etree import ElementTree

import pytest

from calanque.contracts import load_contract
from calanque.demo.run import DemoRun
from calanque.engines import spark
from calanque.runs.batches import read_reports
from calanque.twin.detections import generate_detections
from calanque.twin.street_sensors import SITES, WRONG_TIME

TT = "{http://www.onvif.org/ver10/schema}"
CLASSES = {"Human": "human", "Vehicle": "vehicle", "Bicycle": "bicycle", "Animal": "animal", "Bag": "bag"}
Frames = dict[tuple[str, str], list[str]]


def sent() -> list[tuple[str, str, list[str]]]:
    """Return camera, moment and classes of each frame of the file, those without time and those sent twice too."""
    arguments: Any = load_contract("marseille_detections").source.arguments  # type: ignore[union-attr]
    root = ElementTree.fromstring(generate_detections(**arguments))
    return [
        (frame.attrib["Source"], frame.attrib["UtcTime"], [kind.text or "" for kind in frame.iter(f"{TT}Type")])
        for frame in root.iter(f"{TT}Frame")
    ]


def good() -> Frames:
    return {(camera, at): kinds for camera, at, kinds in sent() if at != WRONG_TIME}


def count(frames: list[list[str]]) -> int:
    return sum(max(1, len(kinds)) for kinds in frames)


@pytest.fixture(scope="module")
def loaded(first: DemoRun) -> Any:
    (report,) = read_reports("marseille_detections")
    return report


def test_objects_are_loaded_without_their_dirt_and_empty_frames_with_them(loaded: Any) -> None:
    wrong = count([kinds for _, at, kinds in sent() if at == WRONG_TIME])
    twice = count([kinds for _, at, kinds in sent() if at != WRONG_TIME]) - count(list(good().values()))
    assert wrong and twice
    assert loaded.reasons == {"wrong_type:detected_at": wrong, "duplicate:detection_id": twice}
    assert loaded.loaded_count == count(list(good().values()))
    found = spark.rows("select object_class, count(*) as n from bronze.marseille_detections group by object_class")
    wanted = Counter(CLASSES[kind] for kinds in good().values() for kind in kinds)
    wanted["none"] = sum(not kinds for kinds in good().values())
    assert wanted["none"] > 100
    assert {row.object_class: row.n for row in found} == wanted


def test_nothing_in_bronze_follows_an_object(loaded: Any) -> None:
    """The number that a camera gives an object is in no column, and no other value is the same from frame to frame."""
    names = [name for name, _, _ in spark.columns("bronze.marseille_detections") if not name.startswith("_")]
    assert names == [
        *("detection_id", "detected_at", "sensor_id", "object_class", "object_count", "lon", "lat", "cell_id")
    ]
    (row,) = spark.rows(
        "select count(*) as n, count(distinct detection_id) as ids from bronze.marseille_detections "
        "where object_class = 'vehicle'"
    )
    assert row.n == row.ids > 1000


def hours() -> dict[tuple[str, str, str], list[int]]:
    """Return how many of each class that a camera ever saw were in view, frame by frame, by camera, class and hour."""
    seen, found = defaultdict(set), defaultdict(list)
    for (camera, _), kinds in good().items():
        seen[camera].update(kinds)
    for (camera, at), kinds in good().items():
        for kind in seen[camera]:
            found[camera, CLASSES[kind], at[:13]].append(kinds.count(kind))
    return found


def test_hours_are_the_mean_in_view_and_few_persons_are_not_told(loaded: Any) -> None:
    wanted = hours()
    rows = spark.rows(
        "select * from marts.fct_observation_hour where territory = 'marseille' and quantity like 'detected_%'"
    )
    assert len(rows) == len(wanted) > 2000
    told = 0
    for row in rows:
        kind = row.quantity.removeprefix("detected_")
        figures = wanted[row.sensor_id, kind, f"{row.observed_hour_at:%Y-%m-%dT%H}"]
        assert row.unit == ("persons" if kind == "human" else "objects")
        assert row.observation_count == len(figures) <= 6
        assert row.is_suppressed == (kind == "human" and 0 < max(figures) < 11)
        mean = None if row.is_suppressed else pytest.approx(sum(figures) / len(figures))
        assert (row.mean_value, row.cell_id is None, row.area_id is None) == (mean, False, False)
        told += kind == "human" and not row.is_suppressed and max(figures) > 0
    assert told > 10
    assert len({row.cell_id for row in rows}) == len(SITES)
