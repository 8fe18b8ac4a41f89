"""The near-repeat layer as its two marts hold it: one row a type, and cells only where an alert speaks."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from calanque.errors import CalanqueError
from calanque.places.cells import cells_frame
from calanque.places.grid import territory_grid
from calanque.places.territory import load_territory
from calanque.twin.city import City
from calanque.twin.city_config import CityConfig, Contagion, IncidentType
from ml.marts import next_week
from ml.near_repeat.rows import LEAD_COLUMNS, near_repeat_tables
from ml.near_repeat.steps import ALERTS, FINDINGS

MARSEILLE = load_territory("marseille")
CELLS = cells_frame(territory_grid(MARSEILLE))
TESTED_AT = datetime(2024, 1, 3, tzinfo=UTC)
WEEKS = 104
NEAR = Contagion(branching_ratio=0.25, decay_days=5, distance_m=60)


def rows(**kinds) -> pd.DataFrame:
    """Two years of a simulated city as `marts.fct_incidents` holds them, one type a keyword: contagious or not."""
    types = tuple(
        IncidentType(name=name, weekly_total=30, contagion=NEAR if near else None) for name, near in kinds.items()
    )
    run = City(CityConfig(rows=40, cols=40, weeks=WEEKS, types=types)).run(1)
    day = run.incidents["occurred_at"].dt.date
    return run.incidents[["type", "lon", "lat"]].assign(occurred_local_date=day, origin="reported")


@pytest.fixture(scope="module")
def incidents() -> pd.DataFrame:
    return rows(burglary=True, arson=False)


@pytest.fixture(scope="module")
def tables(incidents):
    return near_repeat_tables(MARSEILLE, CELLS, incidents, TESTED_AT)


def test_one_row_a_type_with_the_columns_of_the_mart(tables) -> None:
    assert tables.findings["type"].tolist() == ["arson", "burglary"]
    assert set(tables.findings.columns) == set(FINDINGS.columns)
    assert set(tables.alerts.columns) == set(ALERTS.columns)
    assert (tables.findings["territory"] == "marseille").all()
    assert set(tables.findings["week_start_date"]) == {tables.first_day} == {date(2024, 1, 1)}
    assert not tables.findings[["finding_en", "finding_fr", "alert_en", "alert_fr", "tested_at"]].isna().any(axis=None)


def test_a_type_without_near_repeat_has_no_band_and_no_cell(tables) -> None:
    arson, burglary = (tables.findings.iloc[n] for n in (0, 1))
    assert (arson["is_found"], burglary["is_found"]) == (False, True)
    assert arson[list(LEAD_COLUMNS)].isna().all()
    assert burglary[list(LEAD_COLUMNS)].notna().all()
    assert burglary["ratio"] == pytest.approx(burglary["observed"] / burglary["expected"])
    assert (arson["expected_excess_14d"], arson["cell_count"]) == (0, 0)
    assert set(tables.alerts["type"]) == {"burglary"}


def test_days_of_which_too_little_is_known_are_not_tested_but_alert(incidents, tables) -> None:
    """The city of before as it was known on its last day, everything a week late: the test ends a week earlier."""
    happened = pd.to_datetime(incidents["occurred_local_date"])
    late = np.random.default_rng(1).integers(0, 8, len(incidents))
    told = incidents.assign(known_local_at=happened + pd.to_timedelta(late, "D") + pd.Timedelta(hours=12))
    until = incidents["occurred_local_date"].max()
    known = told[told["known_local_at"] < pd.Timestamp(until) + pd.Timedelta(days=1)]
    found = near_repeat_tables(MARSEILLE, CELLS, known, TESTED_AT).findings.set_index("type")
    whole = known[known["occurred_local_date"] <= until - timedelta(days=7)]
    assert found["event_count"].to_dict() == whole["type"].value_counts().to_dict()
    at_once = near_repeat_tables(MARSEILLE, CELLS, known.drop(columns="known_local_at"), TESTED_AT).findings
    assert at_once["event_count"].sum() == len(known) > len(whole)
    assert 0 < found.loc["burglary", "expected_excess_7d"] < tables.findings.iloc[1]["expected_excess_7d"]


def test_the_alerts_are_cells_of_the_territory_and_add_up(tables) -> None:
    alerts, burglary = tables.alerts, tables.findings.iloc[1]
    assert set(alerts["cell_id"]) <= set(CELLS["cell_id"])
    assert not alerts.duplicated(["territory", "type", "cell_id", "week_start_date"]).any()
    assert (alerts["expected_excess_7d"] <= alerts["expected_excess_14d"]).all()
    assert (alerts["expected_excess_14d"] > 0).all()
    for name in ("expected_excess_7d", "expected_excess_14d"):
        assert burglary[name] == pytest.approx(alerts[name].sum())
    assert f"over {burglary['cell_count']} cells" in burglary["alert_en"]
    assert f"sur {burglary['cell_count']} cellules" in burglary["alert_fr"]


def test_silent_tables_have_their_columns() -> None:
    tables = near_repeat_tables(MARSEILLE, CELLS, rows(arson=False), TESTED_AT)
    assert tables.alerts.empty
    assert set(tables.alerts.columns) == set(ALERTS.columns)
    (silent,) = tables.findings.to_dict("records")
    assert silent["alert_en"].startswith("No alert. arson: no near-repeat is shown among")
    assert silent["alert_fr"].startswith("Pas d’alerte. arson : aucune répétition proche n’est établie")
    assert tables.findings["observed"].dtype == tables.findings["last_day"].dtype == "Int32"


def test_the_days_of_the_week_to_forecast_and_enforced_rows_are_not_read(incidents, tables) -> None:
    last = incidents.iloc[[0] * 500]
    early = last.assign(occurred_local_date=tables.first_day + timedelta(days=2))
    enforced = last.assign(occurred_local_date=tables.first_day - timedelta(days=3), origin="enforced")
    again = near_repeat_tables(MARSEILLE, CELLS, pd.concat([incidents, early, enforced]), TESTED_AT)
    pd.testing.assert_frame_equal(again.findings, tables.findings)


def test_a_type_seen_in_the_running_week_only_has_its_row(incidents) -> None:
    new = incidents.iloc[:3].assign(type="robbery", occurred_local_date=date(2024, 1, 2))
    tables = near_repeat_tables(MARSEILLE, CELLS, pd.concat([incidents, new]), TESTED_AT)
    robbery = tables.findings.set_index("type").loc["robbery"]
    assert (robbery["event_count"], robbery["is_found"]) == (0, False)


def test_cells_of_another_grid_are_refused(incidents) -> None:
    with pytest.raises(CalanqueError, match="its grid has changed"):
        near_repeat_tables(MARSEILLE, CELLS.assign(row=CELLS["row"] + 10_000), incidents, TESTED_AT)


@pytest.mark.parametrize(
    ("until", "monday"),
    [
        pytest.param(date(2024, 1, 7), date(2024, 1, 8), id="sunday"),
        pytest.param(date(2024, 1, 6), date(2024, 1, 1), id="saturday"),
        pytest.param(date(2024, 1, 8), date(2024, 1, 8), id="monday"),
    ],
)
def test_the_week_to_forecast_is_the_first_that_is_not_whole(until, monday) -> None:
    assert next_week(until) == monday
