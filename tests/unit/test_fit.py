"""The fit of a deployment: a plan is read or refused in a sentence, and what it covers is counted by hand."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from calanque.cli.main import app
from calanque.effect import fit as room
from calanque.effect.fit import SLOTS, NothingForecastError, fit, likely, sentences, spread
from calanque.effect.plan import PlanError, read_plan
from calanque.engines import trino

HEAD = "place;starts_at;ends_at;units\n"
MONDAY = date(2026, 6, 29)
WEEKS = [
    ("toronto:1", "old town", "theft", MONDAY, 28.0),
    ("toronto:2", "old town", "theft", MONDAY, 14.0),
    ("toronto:3", None, "theft", MONDAY, 2.8),
]
# The one flagged cell has all of its incidents on Monday evening; the others follow its hours.
SLOT_ROWS = [("toronto:1", "theft", 3, 21.0), ("toronto:1", "theft", 0, 7.0)]
CITY = spread("toronto", WEEKS, SLOT_ROWS)


def plan(*lines: str) -> Any:
    return fit(read_plan(HEAD + "\n".join(lines) + "\n"), CITY)


def test_a_week_is_shared_out_as_its_flagged_cells_are_and_nothing_is_lost() -> None:
    assert CITY.expected.shape == (3, SLOTS) and CITY.expected.sum() == pytest.approx(44.8)
    assert CITY.expected[1, 3] == pytest.approx(14 * 0.75)
    for rows in ([], [("toronto:1", "theft", 0, 0.0)]):
        assert spread("toronto", WEEKS[1:], rows).expected[0] == pytest.approx(np.full(SLOTS, 0.5))


@pytest.mark.parametrize(
    ("lines", "hours", "covered"),
    [
        pytest.param(["toronto:1;2026-06-29 18:00;2026-06-30 00:00;1"], 6, 21.0, id="the right cell and slot"),
        pytest.param(["toronto:1;2026-06-29 18:00;2026-06-29 21:00;1"], 3, 10.5, id="half of it"),
        pytest.param(["toronto:1;2026-06-29 17:30;2026-06-29 18:30;1"], 1, 1.75, id="half an hour of it"),
        pytest.param(["toronto:1;2026-06-29 18:00;2026-06-30 00:00;4"], 24, 21.0, id="more units cover no more"),
        pytest.param(["old town;2026-06-29 18:00;2026-06-30 00:00;1"], 6, 21.0, id="an area: its fullest cell"),
        pytest.param(["old town;2026-06-29 18:00;2026-06-30 00:00;2"], 12, 31.5, id="two units: its two cells"),
        pytest.param(
            ["toronto:1;2026-06-29 18:00;2026-06-30 00:00;1", "old town;2026-06-29 18:00;2026-06-30 00:00;1"],
            12,
            31.5,
            id="the second goes where nobody is",
        ),
        pytest.param(["toronto:3;2026-07-05 12:00;2026-07-06 00:00;1"], 12, 0.0, id="where nothing is likely"),
    ],
)
def test_what_a_plan_covers(lines: list[str], hours: float, covered: float) -> None:
    found = plan(*lines)
    assert (found.unit_hours, found.covered_count) == (hours, pytest.approx(covered))
    assert (
        found.covered_count <= found.best_places_count + 1e-9 <= found.best_count + 2e-9 <= found.expected_count + 3e-9
    )
    assert found.covered_low <= found.covered_count <= found.covered_high
    assert found.spread_count == pytest.approx(44.8 * hours / (3 * 168))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        pytest.param("", "no column 'place'", id="empty"),
        pytest.param("place;units\n", "no column 'starts_at'", id="a column is missing"),
        pytest.param(HEAD, "no shift", id="a header alone"),
        pytest.param(f'{HEAD}"a"b;2026-06-29 18:00;2026-06-30 00:00;1', "no CSV", id="a quote amid a field"),
        pytest.param(f"{HEAD}a;yesterday;2026-06-30 00:00;1", "Line 2 .* can not be read", id="no time"),
        pytest.param(f"{HEAD}a;2026-06-29 18:00;2026-06-30 00:00", "Line 2 .* can not be read", id="a short line"),
        pytest.param(f"{HEAD}a;2026-06-29 18:00;2026-06-30 00:00;1.5", "a whole number", id="half a unit"),
        pytest.param(f"{HEAD}a;2026-06-29 18:00;2026-06-29 18:00;1", "ends before it begins", id="no time at all"),
        pytest.param(f"{HEAD}a;2026-06-29 18:00Z;2026-06-30 00:00Z;1", "a zone of time", id="a zone"),
        pytest.param(f"{HEAD}a;2026-06-29 18:00;2026-06-30 00:00;0", "from 1 to 500 units", id="no unit"),
        pytest.param(f"{HEAD};2026-06-29 18:00;2026-06-30 00:00;1", "needs a place", id="nowhere"),
        pytest.param(HEAD + "a;2026-06-29 18:00;2026-06-30 00:00;1\n" * 2001, "2001 shifts", id="too many"),
        pytest.param(f"{HEAD}a;2026-06-29 18:00;2026-06-30 00:00;1", "no area and no cell", id="unknown place"),
        pytest.param(f"{HEAD}old town;2026-07-05 18:00;2026-07-06 00:01;1", "outside of the week", id="next week"),
        pytest.param(f"{HEAD}old town;2026-06-28 23:59;2026-06-29 06:00;1", "outside of the week", id="last week"),
    ],
)
def test_a_plan_that_can_not_be_read_is_refused_in_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(PlanError, match=sentence):
        fit(read_plan(text), CITY)


def test_commas_and_a_mark_of_order_are_read_too() -> None:
    (shift,) = read_plan("\ufeffplace,starts_at,ends_at,units\nold town,2026-06-29T18:00,2026-06-30T00:00,2\n")
    assert (shift.units, shift.ends_at.hour) == (2, 0)


def test_nothing_is_said_of_an_effect_and_nobody_is_ranked() -> None:
    text = " ".join(sentences(plan("old town;2026-06-29 18:00;2026-06-30 00:00;1")))
    assert "21.0 of them" in text and "not preventing" in text
    assert not {"because", "prevents", "reduces", "old town", "toronto:1"} & set(text.replace(",", "").split(" "))


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[Any]], None]:
    def answers(weeks: list[Any]) -> None:
        def query(sql: str, user: str, motif: str) -> list[Any]:
            assert (user, motif) == ("analyst", "fit of a deployment")
            return SLOT_ROWS if "fct_forecast_slot" in sql else weeks

        monkeypatch.setattr(trino, "query_if_made", query)

    return answers


def test_the_command_line_says_it(door: Callable[[list[Any]], None], tmp_path: Path) -> None:
    door(WEEKS)
    path = tmp_path / "plan.csv"
    path.write_text(f"{HEAD}old town;2026-06-29 18:00;2026-06-30 00:00;1\n", encoding="utf-8")
    shown = CliRunner().invoke(app, ["fit", str(path), "--city", "toronto"])
    assert shown.exit_code == 0 and "21.0 of them" in shown.output.replace("\n", " ")


@pytest.mark.parametrize("city", ["atlantis", "toronto"])
def test_a_city_without_a_forecast_is_a_sentence(door: Callable[[list[Any]], None], city: str) -> None:
    door([])
    with pytest.raises(NothingForecastError, match="forecast"):
        likely(city, "analyst", "fit of a deployment")
    assert room.SLOTS == 28
