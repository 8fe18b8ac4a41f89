"""Synthetic counts of public posts about Marseille, as a listening service delivers them: aggregates, and no post.

One record a zone, hour and topic, in JSON: how many posts. Who wrote, whom they name, to whom they answer and what they
say stays at the service: no field of the file has room for it. A count under eleven is left out, as null.
"""

import json
import math
import random
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from calanque.twin.days import local_hours
from calanque.twin.dirt import no_time, soiled
from calanque.twin.phone_flows import ZONES

TOPICS = {"bruit": 0.008, "proprete": 0.006, "rassemblement": 0.004}
"""Posts an hour for each person who is in a zone at its busiest, by topic."""
LEAST_COUNT = 11
"""The service gives no count under this one."""
GATHERING = "rassemblement"
GATHERING_ZONES, GATHERING_HOURS, GATHERING_FACTOR = ("132010101", "132060101"), range(20, 24), 12
"""Planted: on Saturday evenings people gather in two zones and are talked of, and nowhere else."""
_SATURDAY = 5
_NOISE = 0.15


def generate_posts(last_day: str, days: int, seed: int, dirt: float = 0.0) -> bytes:
    """Return hourly counts as JSON in UTF-8.

    Spoilt are records without a readable hour, and counts of 1 to 10, which the service should have left out.
    Arguments are those of `calanque.twin.days`.
    """
    draw = random.Random(f"posts/{seed}/{last_day}/{days}")  # noqa: S311  (reproducible rows, not secrets)
    rows = [row for at in local_hours(last_day, days, dirt) for row in _rows(draw, at)]

    def is_too_small(row: dict[str, Any]) -> None:
        row["posts"] = draw.randrange(1, LEAST_COUNT)

    sent = soiled(rows, round(dirt * len(rows)), draw, no_time("hour", draw), is_too_small)
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in sent)
    return f'{{"service": "synthetic", "counts": [\n{lines}\n]}}\n'.encode()


def _rows(draw: random.Random, at: datetime) -> Iterator[dict[str, Any]]:
    """Yield the counts of an hour: most are written late in the evening, where people are."""
    by_hour = 0.5 - 0.5 * math.cos((at.hour - 9) / 24 * math.tau)
    is_gathering = at.weekday() == _SATURDAY and at.hour in GATHERING_HOURS
    for zone in ZONES:
        present = zone.home_count + zone.tourist_count + zone.visitor_count
        for topic, rate in TOPICS.items():
            gathers = is_gathering and topic == GATHERING and zone.code in GATHERING_ZONES
            count = present * rate * by_hour * (GATHERING_FACTOR if gathers else 1) * math.exp(draw.gauss(0, _NOISE))
            yield {
                "hour": at.isoformat(),
                "zone": zone.code,
                "location": {"lat": zone.lat, "lon": zone.lon},
                "topic": topic,
                "posts": round(count) if count >= LEAST_COUNT else None,
            }
