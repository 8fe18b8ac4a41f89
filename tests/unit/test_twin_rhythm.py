"""When the twin's incidents happen: what is planted in time is found by those who look, what is not is not."""

import io
from datetime import date, timedelta

import pandas as pd
import pytest
from holidays import country_holidays

from calanque.places.territory import load_territory
from calanque.twin.main_courante import DEMO_SEED, generate_main_courante
from calanque.twin.rhythm import MORE, Rhythm, Rise, day_weights
from ml.factor.rows import factor_rows
from ml.trend.rows import trend_rows

FIRST, LAST = date(2024, 7, 1), date(2026, 6, 30)
# The newest whole week: two days after its end, all but a few of its facts are known.
RISEN_WEEK = date(2026, 6, 22)
# More or fewer on the days of a rhythm, by how much each kind of that day stands out.
PLANTED = {
    ("noise", "saturday"): 1,
    ("noise", "sunday"): 1,
    ("traffic", "sunday"): 1,
    ("break_and_enter", "saturday"): -1,
}
EVEN = {"auto_theft", "robbery", "theft_from_vehicle", "damage", "waste", "other"}
NOTHING = {
    "weather": pd.DataFrame({"date": [], "temperature": [], "rain": [], "wind_speed": []}),
    "events": pd.DataFrame({"date": [], "cell_id": [], "kind": []}),
}


@pytest.fixture(scope="module", params=[DEMO_SEED, 6])
def incidents(request: pytest.FixtureRequest) -> pd.DataFrame:
    """The file of one seed as the marts would hold it."""
    sent = pd.read_csv(io.BytesIO(generate_main_courante(seed=request.param, dirt=0.0)), sep=";", dtype=str)
    begun, codes = pd.to_datetime(sent["DEBUT"], format="%d/%m/%Y %H:%M"), load_territory("marseille").codes
    known = pd.to_datetime(sent["SAISIE"], format="%d/%m/%Y %H:%M").dt.tz_localize("UTC")
    kinds = sent["CODE_FAIT"].str.strip().str.upper().map(lambda code: codes.get(code, "other"))
    rows = {"type": kinds, "occurred_local_date": begun.dt.date, "occurred_local_hour": begun.dt.hour}
    return pd.DataFrame(rows).assign(premises=sent["LIEU"], known_at=known, cell_id=None, area_id=None)


@pytest.fixture(scope="module")
def factors(incidents: pd.DataFrame) -> pd.DataFrame:
    """With what they go, but for the part of the day and premises."""
    public = [day for day in country_holidays("FR", years=range(2024, 2027)) if FIRST <= day <= LAST]
    summers = [date(year, 7, 6) + timedelta(days=number) for year in (2024, 2025) for number in range(57)]
    kinds = ["public_holiday"] * len(public) + ["school_holiday"] * len(summers)
    holidays = pd.DataFrame({"date": public + summers, "kind": kinds})
    rows = factor_rows("marseille", "Marseille", incidents, holidays, until=LAST, valid_from=FIRST, **NOTHING)
    return rows[~rows["factor"].isin(["part_of_day", "premises"])].set_index(["type", "category"])


def test_what_is_planted_in_days_is_found_on_its_side(factors: pd.DataFrame) -> None:
    found = factors[factors["is_found"]]
    assert not set(PLANTED) - set(found.index)
    assert all((found.loc[one, "effect_ratio"] > 1) == (side > 0) for one, side in PLANTED.items())


def test_where_nothing_is_planted_nothing_is_found(factors: pd.DataFrame) -> None:
    looked = factors[factors.index.get_level_values("type").isin(EVEN)]
    assert len(looked) > 30 and not looked["is_found"].any()
    school = factors[factors["factor"] == "school_holiday"]
    assert len(school) > 5 and not school["is_found"].any()


def test_the_rise_is_the_week_s_alarm_and_no_even_kind_is(incidents: pd.DataFrame) -> None:
    nowhere = pd.DataFrame({"area_id": [], "area_name": []})
    rows = trend_rows("marseille", "Marseille", incidents, nowhere, LAST)
    weeks = rows[rows["span"] == "week"]
    assert weeks["period_start_date"].max() == RISEN_WEEK
    newest = weeks[weeks["period_start_date"] == RISEN_WEEK].set_index("type")
    assert newest.loc["traffic", "is_alarm"] and newest.loc["traffic", "is_above"]
    assert not set(newest.index[newest["is_alarm"].eq(True)]) - {"traffic", "all"}


def test_days_weigh_by_rhythm_season_and_rise() -> None:
    """From Monday 10 November 2025: the day after is free."""

    def weights(rhythm: Rhythm, days: int = 6, summer: float = 0, rise: Rise | None = None) -> list[float]:
        sums = day_weights(date(2025, 11, 10), days, rhythm, summer, rise)
        return [later - before for before, later in zip([0, *sums], sums, strict=False)]

    assert weights(Rhythm.EVEN) == [1] * 6
    assert weights(Rhythm.EVES) == [MORE, 1, 1, 1, MORE, MORE]
    assert weights(Rhythm.FREE_DAYS) == [1, MORE, 1, 1, 1, MORE]
    assert weights(Rhythm.WORKING_DAYS) == [MORE, 1, MORE, MORE, MORE, 1]
    assert weights(Rhythm.EVEN, rise=Rise(date(2025, 11, 11), date(2025, 11, 12), 3.0)) == [1, 3, 3, 1, 1, 1]
    year = weights(Rhythm.EVEN, 365, summer=0.3)
    assert max(year) == pytest.approx(1.3, abs=1e-3) and min(year) == pytest.approx(0.7, abs=1e-3)
