"""The twin's city day by day: what its sources send on a day, in files of bounded size, at any scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from calanque.errors import CalanqueError
from calanque.sources.twin import TwinSource
from calanque.twin.days import Part

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from calanque.contracts import FeedContract

ROWS_A_FILE = 50_000
"""What a generator holds at once; a day of more is several files."""
_FIRST_YEAR = 2020


def is_daily(contract: FeedContract) -> bool:
    """Whether a feed of the twin sends a file a day; a register and yearly or monthly figures are one file."""
    is_register = contract.write.mode == "snapshot" and contract.write.within is None
    return "days" in _source(contract).arguments and not is_register


def write_day(contract: FeedContract, day: date, scale: float, folder: Path) -> list[Path]:
    """Write what a feed sends on a day; days that are written one after the other are of one city.

    Args:
        contract: of a feed of the twin.
        day: the day, from 2020 on, in the time that the source counts in.
        scale: how many times the rows of an ordinary day; of sensors there are as many as there are.
        folder: gets the files, `<feed>_<day>` and `_<number>` where there are several.

    Raises:
        CalanqueError: if the feed is not of the twin, or the day or the scale is none that can be written.
    """
    source = _source(contract)
    if day.year < _FIRST_YEAR or scale <= 0:
        raise CalanqueError(f"The twin begins in {_FIRST_YEAR}, and a scale is over 0: correct --from or --scale.")
    if not is_daily(contract):
        return [_write(folder / f"{contract.feed}{source.suffix}", source.generate())]
    arguments = source.arguments
    named = {"day" if "day" in arguments else "last_day": day.isoformat(), "days": 1}
    if "count" not in arguments:
        return [_write(folder / f"{contract.feed}_{day}{source.suffix}", source.generate(**named))]
    count = max(1, round(int(arguments["count"]) / int(arguments["days"]) * scale))
    before = (day.toordinal() - day.replace(year=_FIRST_YEAR, month=1, day=1).toordinal()) * count
    written = []
    for number, start in enumerate(range(0, count, ROWS_A_FILE)):
        rows = min(ROWS_A_FILE, count - start)
        part = Part(before + start + 1, city=int(arguments["seed"]))
        wrong = (
            {"bad_rows": round(int(arguments["bad_rows"]) * rows / int(arguments["count"]))}
            if "bad_rows" in arguments
            else {}
        )
        content = source.generate(**named, **wrong, count=rows, seed=int(arguments["seed"]) + number, part=part)
        name = f"{contract.feed}_{day}{f'_{number + 1:05d}' if count > ROWS_A_FILE else ''}{source.suffix}"
        written.append(_write(folder / name, content))
    return written


def _source(contract: FeedContract) -> TwinSource:
    if not isinstance(contract.source, TwinSource):
        raise CalanqueError(f"{contract.feed} is not of the twin: its files come from {contract.source.kind}.")
    return contract.source


def _write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
