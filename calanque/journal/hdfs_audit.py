"""What others than the lake's own steps did on HDFS, from the NameNode's audit log, minute by minute.

The query door reads as whoever asks it, and tells of that itself; the steps are the lake's. What is left are people and
programs that go to HDFS by themselves, the operator's superuser among them; who says there that they are the lake is
taken for it, as everybody is for whom they say they are.
"""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SOURCE = "hdfs"
# A tab in a path is escaped by Hadoop: what stands behind one is the field that it says.
OWN = b"\tugi=lake ("
PROXIED = "(auth:PROXY) via trino"
LINE = re.compile(
    r"(?P<at>\S+) allowed=(?P<allowed>true|false)\tugi=(?P<who>\S+)(?P<how>[^\t]*)\tip=\S*"
    r"\tcmd=(?P<command>\w+)[^\t]*\tsrc=(?P<path>[^\t]*)\tdst=(?P<target>[^\t]*)\t"
)
READS = re.compile(r"open|list|get|content|check|quota", re.IGNORECASE)
DELETES = frozenset({"delete"})
# A folder of the lake is named by it; what lies deeper are files of it.
PARTS = 4


def acts(logs: Path, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Return acts of whole minutes, one for each account, kind and outcome.

    Args:
        logs: folder with the audit log and those that were full before it.
        since: end of the last minute that was told, UTC.
        until: end of the last minute to tell, UTC: a later one may still go on.
    """
    found: dict[tuple[datetime, str, str, str], set[str]] = defaultdict(set)
    counts: dict[tuple[datetime, str, str, str], int] = defaultdict(int)
    for line in _lines(logs, since):
        said = LINE.match(line)
        if not said or PROXIED in said["how"]:
            continue
        at = datetime.fromisoformat(said["at"].replace(",", "."))  # the log is written in UTC
        minute = at.replace(second=0, microsecond=0, tzinfo=UTC)
        if not since <= minute < until:
            continue
        outcome = "done" if said["allowed"] == "true" else "PERMISSION_DENIED"
        key = (minute, said["who"], _kind(said["command"]), outcome)
        paths = [said["path"], *([said["target"]] if said["target"] != "null" else [])]
        found[key].update("/".join(path.split("/")[:PARTS]) or "/" for path in paths)
        counts[key] += 1
    return [
        {
            "event_id": f"{minute:%Y-%m-%dT%H:%M} {who} {kind} {outcome}",
            "source": SOURCE,
            "acted_at": minute.isoformat(),
            "who": who,
            "action": kind,
            "objects": sorted(found[minute, who, kind, outcome]),
            "outcome": outcome,
            "client": f"{count} calls",
        }
        for (minute, who, kind, outcome), count in counts.items()
    ]


def _lines(logs: Path, since: datetime) -> Iterator[str]:
    paths = [path for path in logs.glob("hdfs-audit.log*") if path.stat().st_mtime >= since.timestamp()]
    for path in sorted(paths, key=lambda path: path.stat().st_mtime):
        with path.open("rb") as file:
            for line in file:
                if OWN not in line:
                    yield line.decode(errors="replace")


def _kind(command: str) -> str:
    if command in DELETES:
        return "erasure"
    return "consultation" if READS.match(command) else "modification"


def whole_minutes(now: datetime) -> datetime:
    """Return the end of the last minute of which nothing more is written: the log is behind by seconds at most."""
    return (now - timedelta(seconds=30)).replace(second=0, microsecond=0)
