"""The twin day by day: one city, numbers that go on, and files that fit in memory."""

import csv
import io
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from calanque.cli.main import app
from calanque.contracts import FeedContract, load_contract, load_contracts
from calanque.errors import CalanqueError
from calanque.twin import daily
from calanque.twin.streets import LAT_RANGE, LON_RANGE

DAY = date(2026, 6, 1)
# Of photos some are no picture, and no row.
COUNTED = [
    contract.feed
    for contract in load_contracts().values()
    if contract.source.kind == "twin"
    and "count" in contract.source.arguments
    and daily.is_daily(contract)
    and contract.file_format.type != "media"
]


def rows_of(contract: FeedContract, *paths: Path) -> list[dict[str, str | None]]:
    found = []
    for path in paths:
        with path.open("rb") as stream:
            found += [row for row in contract.file_format.parse(stream) if not isinstance(row, str)]
    return found


def key_of(contract: FeedContract, row: dict[str, str | None]) -> str | None:
    (key,) = contract.duplicates.key  # type: ignore[union-attr]
    (source,) = next(column.sources for column in contract.bronze if column.name == key)
    return row[source]


@pytest.mark.parametrize("feed", COUNTED)
def test_numbers_go_on_from_day_to_day_and_from_file_to_file(
    feed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contract = load_contract(feed)
    per_day = round(contract.source.arguments["count"] / contract.source.arguments["days"] * 4)  # type: ignore[union-attr]
    monkeypatch.setattr(daily, "ROWS_A_FILE", per_day // 2 + 1)
    days = [daily.write_day(contract, DAY + timedelta(days=number), 4, tmp_path) for number in range(3)]
    assert [len(files) for files in days] == [2, 2, 2]
    keys = [Counter(key_of(contract, row) for row in rows_of(contract, *files)) for files in days]
    assert [len(day) for day in keys] == [per_day] * 3
    assert not (keys[0] & keys[1] or keys[1] & keys[2])
    again = daily.write_day(contract, DAY, 4, tmp_path / "..")
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in days[0]]


def test_things_happen_where_they_did_the_day_before(tmp_path: Path) -> None:
    """Spots of a city stay: squares that are full on one day are full on the next, of another seed they are not."""
    contract = load_contract("marseille_fines")

    def squares(day: date, seed: int) -> Counter[tuple[int, int]]:
        source = contract.source.model_copy(update={"arguments": contract.source.arguments | {"seed": seed}})
        files = daily.write_day(contract.model_copy(update={"source": source}), day, 40, tmp_path)
        places = [(row["LON"], row["LAT"]) for row in rows_of(contract, *files)]
        numbers = [(float(lon.replace(",", ".")), float(lat.replace(",", "."))) for lon, lat in places if lon and lat]
        return Counter((int((lon - LON_RANGE[0]) * 100), int((lat - LAT_RANGE[0]) * 100)) for lon, lat in numbers)

    full, next_day, elsewhere = squares(DAY, 1), squares(DAY + timedelta(days=1), 1), squares(DAY, 2)
    shared = [sum((full & other).values()) / sum(full.values()) for other in (next_day, elsewhere)]
    assert shared[0] > 0.75 > 0.6 > shared[1]


def test_a_register_is_one_file_whatever_the_day(tmp_path: Path) -> None:
    contract = load_contract("marseille_cameras")
    first, second = (daily.write_day(contract, day, 3, tmp_path)[0] for day in (DAY, DAY + timedelta(days=1)))
    assert first == second == tmp_path / "marseille_cameras.csv"


def test_the_command_writes_every_feed_of_the_twin(tmp_path: Path) -> None:
    arguments = ["twin", "generate", "--from", "2026-06-01", "--to", "2026-06-02", "--out", str(tmp_path)]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    of_twin = {contract.feed for contract in load_contracts().values() if contract.source.kind == "twin"}
    assert {folder.name for folder in tmp_path.iterdir()} == of_twin
    assert len(of_twin) == done.output.count("│ marseille_") + done.output.count("│ citizen_reports")
    text = (tmp_path / "marseille_weather" / "marseille_weather_2026-06-02.csv").read_text(encoding="utf-8")
    assert {row["AAAAMMJJHH"][:8] for row in csv.DictReader(io.StringIO(text), delimiter=";")} == {"20260602"}


@pytest.mark.parametrize(
    ("feed", "day", "scale", "words"),
    [
        pytest.param("toronto_incidents", DAY, 1, "is not of the twin", id="other-source"),
        pytest.param("marseille_fines", date(2019, 12, 31), 1, "begins in 2020", id="too-early"),
        pytest.param("marseille_fines", DAY, 0, "a scale is over 0", id="no-scale"),
    ],
)
def test_what_can_not_be_written_is_said(feed: str, day: date, scale: float, words: str, tmp_path: Path) -> None:
    with pytest.raises(CalanqueError, match=words):
        daily.write_day(load_contract(feed), day, scale, tmp_path)


def test_days_in_the_wrong_order_are_refused() -> None:
    done = CliRunner().invoke(app, ["twin", "generate", "--from", "2026-06-02", "--to", "2026-06-01"])
    assert isinstance(done.exception, CalanqueError) and "--to is before --from" in str(done.exception)
