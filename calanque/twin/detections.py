"""Synthetic detections of Marseille's cameras and drones: what their own analytics saw, as an ONVIF metadata stream.

One XML file as a recorder would export it: a `VideoAnalytics` a camera, a `Frame` every some minutes, in it an `Object`
for all that is in view, with its class and its box in the picture, and nothing else of it: no image, no colour, no
plate, no face. A frame in which nothing is seen is sent too. Cameras, drones and objects are made up.
"""

import math
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from calanque.twin.days import PARIS, hours
from calanque.twin.dirt import soiled
from calanque.twin.street_sensors import SITES, WRONG_TIME, Site, day_curve, night_curve

# Where firefighters look from the air in summer: beaches, and the paths to the calanques.
BEACHES = (
    Site("prado", 5.3715, 43.2600, 0.5),
    Site("catalans", 5.3547, 43.2905, 0.4),
    Site("pointe_rouge", 5.3712, 43.2445, 0.6),
    Site("callelongue", 5.3540, 43.2125, 0.1),
)
FLIGHT_MINUTES, FLIGHT_HOURS = 25, (9, 11, 14, 16, 18)
# ONVIF has no attribute for the place of a camera, and leaves room on a frame for those of others.
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<tt:MetadataStream xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:recorder="urn:calanque:recorder">\n'
)


class _Kind(NamedTuple):
    """A class of objects: how often one stays in view until the next frame, and its width and height in the picture."""

    name: str
    staying: float
    width: float
    height: float


_HUMAN, _VEHICLE = _Kind("Human", 0.05, 0.04, 0.16), _Kind("Vehicle", 0.3, 0.2, 0.15)
_BICYCLE, _ANIMAL, _BAG = (
    _Kind("Bicycle", 0.05, 0.06, 0.1),
    _Kind("Animal", 0.05, 0.05, 0.05),
    _Kind("Bag", 0.4, 0.03, 0.04),
)


class _Object(NamedTuple):
    number: int
    kind: _Kind
    x: float
    y: float


class _Frame:
    """What a camera sends of one moment; `at` may be spoilt."""

    def __init__(self, source: str, site: Site, at: datetime, objects: list[str]) -> None:
        self.source, self.site, self.objects = source, site, objects
        self.at = f"{at:%Y-%m-%dT%H:%M:%S}.000Z"

    def written(self) -> str:
        place = f'recorder:lon="{self.site.lon:.4f}" recorder:lat="{self.site.lat:.4f}"'
        return f'<tt:Frame UtcTime="{self.at}" Source="{self.source}" {place}>\n{"".join(self.objects)}</tt:Frame>\n'


def generate_detections(last_day: str, days: int, seed: int, dirt: float = 0.0, minutes: int = 10) -> bytes:
    """Return the objects that cameras saw, frame by frame, as an ONVIF metadata stream in UTF-8, times in UTC.

    Spoilt are frames without a readable time. Days are of UTC. Arguments are those of `calanque.twin.days`, and the
    `minutes` between two frames of a camera, 1 to 60.
    """
    draw = random.Random(f"detections/{seed}/{last_day}/{days}")  # noqa: S311  (reproducible rows, not secrets)
    begins = hours(last_day, days, dirt)
    moments = [begin + timedelta(minutes=minute) for begin in begins for minute in range(0, 60, minutes)]
    cameras = ((f"cam-{site.name.replace('_', '-')}", site) for site in SITES)
    return _stream(draw, [frame for name, site in cameras for frame in _frames(draw, name, site, moments)], dirt)


def generate_drone_detections(last_day: str, days: int, seed: int, dirt: float = 0.0) -> bytes:
    """Return the objects that two drones saw, a frame a minute of each flight; see `generate_detections`.

    A drone stands still over one place while it looks, and flies at most once in an hour.
    """
    draw = random.Random(f"drones/{seed}/{last_day}/{days}")  # noqa: S311  (reproducible rows, not secrets)
    midnights = [begin for begin in hours(last_day, days, dirt) if begin.hour == 0]
    frames: list[_Frame] = []
    for midnight in midnights:
        for drone in ("drone-1", "drone-2"):
            for hour in sorted(draw.sample(FLIGHT_HOURS, 2)):
                start = midnight + timedelta(hours=hour, minutes=draw.randrange(60 - FLIGHT_MINUTES))
                moments = [start + timedelta(minutes=minute) for minute in range(FLIGHT_MINUTES)]
                frames += _frames(draw, drone, draw.choice(BEACHES), moments)
    return _stream(draw, sorted(frames, key=lambda frame: frame.source), dirt)


def _stream(draw: random.Random, frames: list[_Frame], dirt: float) -> bytes:
    def has_no_time(frame: _Frame) -> None:
        frame.at = WRONG_TIME

    text = [HEAD]
    for _, some in groupby(soiled(frames, round(dirt * len(frames)), draw, has_no_time), lambda frame: frame.source):
        text += ["<tt:VideoAnalytics>\n", *(frame.written() for frame in some), "</tt:VideoAnalytics>\n"]
    return "".join([*text, "</tt:MetadataStream>\n"]).encode()


def _frames(draw: random.Random, source: str, site: Site, moments: list[datetime]) -> Iterator[_Frame]:
    seen: list[_Object] = []
    number, day = 0, None
    for at in moments:
        if at.date() != day:
            number, day = 0, at.date()  # cameras number anew each day
        seen = [one for one in seen if draw.random() < one.kind.staying]
        for kind, mean in _means(site, at.astimezone(PARIS)).items():
            for _ in range(_count(draw, mean * (1 - kind.staying))):
                number += 1
                seen.append(_Object(number, kind, draw.uniform(-0.8, 0.8), draw.uniform(-0.8, 0.8)))
        yield _Frame(source, site, at, [_object(draw, one) for one in seen])


def _means(site: Site, local: datetime) -> dict[_Kind, float]:
    """Return how many objects of a class are in view at once, as a mean, at a wall-clock time."""
    day = day_curve(local.hour)
    return {
        _HUMAN: (3 + 7 * site.night_life) * day**2 + 10 * site.night_life * night_curve(local),
        _VEHICLE: 0.2 + 2.5 * day * (1.2 - site.night_life),
        _BICYCLE: 0.4 * day,
        _ANIMAL: 0.05,
        _BAG: 0.1 * day,
    }


def _count(draw: random.Random, mean: float) -> int:
    """Return a draw of the Poisson distribution (Knuth's way, for small means)."""
    count, left, least = 0, draw.random(), math.exp(-mean)
    while left > least:
        count, left = count + 1, left * draw.random()
    return count


def _object(draw: random.Random, one: _Object) -> str:
    # One that stays moves a little, as a box around something does.
    x, y = one.x + draw.gauss(0, 0.01), one.y + draw.gauss(0, 0.01)
    left, right = x - one.kind.width / 2, x + one.kind.width / 2
    bottom, top = y - one.kind.height / 2, y + one.kind.height / 2
    return (
        f'<tt:Object ObjectId="{one.number}"><tt:Appearance><tt:Shape>'
        f'<tt:BoundingBox left="{left:.4f}" top="{top:.4f}" right="{right:.4f}" bottom="{bottom:.4f}"/>'
        f'<tt:CenterOfGravity x="{x:.4f}" y="{y:.4f}"/></tt:Shape>'
        f'<tt:Class><tt:Type Likelihood="{draw.uniform(0.55, 0.99):.2f}">{one.kind.name}</tt:Type></tt:Class>'
        "</tt:Appearance></tt:Object>\n"
    )
