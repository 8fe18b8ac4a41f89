"""Whether those who tell the journal can still be heard: one that fell silent is an alarm that says since when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import httpx

from calanque.settings import settings

if TYPE_CHECKING:
    from pathlib import Path

ANSWER_S = 5
# The lake's own steps, this one among them, leave lines in the audit log every few minutes.
QUIET = timedelta(minutes=30)


def silent(now: datetime | None = None) -> list[str]:
    """Return a sentence for each source that can not tell anything now, with the last time it did."""
    here, now = settings(), now or datetime.now(UTC)
    found = []
    try:
        httpx.get(f"http://{here.address('journal')}/", timeout=ANSWER_S).raise_for_status()
    except httpx.HTTPError:
        last = _last(*(here.home / "journal").glob("*.jsonl"))
        found.append(
            f"The query door's events are taken by nobody (the last came {_moment(last)}): 'calanque stack restart "
            "journal'. The door keeps them for some six hours."
        )
    last = _last(*here.logs.glob("hdfs-audit.log*"))
    if last is None or now - last > QUIET:
        found.append(
            f"HDFS' audit log has no line since {_moment(last)}, and who reads files there is not known: see its "
            "log4j2.properties, then 'calanque stack restart namenode'."
        )
    return found


def _last(*paths: Path) -> datetime | None:
    times = [path.stat().st_mtime for path in paths]
    return datetime.fromtimestamp(max(times), UTC) if times else None


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else "at an unknown time"
