"""The rows of trends: what is counted, what has a limit, and the sentence where none can be."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from calanque.errors import CalanqueError
from ml.trend.config import TrendConfig, trend_config
from ml.trend.limits import month_limits, week_limits, year_limits
from ml.trend.rows import adjusted, trend_rows
from ml.trend.series import CitySeries, Reason
from ml.trend.table import TREND

UNTIL = date(2023, 12, 31)
FIRST = date(2016, 1, 1)
AREAS = pd.DataFrame({"area_id": ["north", "south"], "area_name": ["Nord", "Sud"]})


def drawn(kind="robbery", a_day=1.0, first=FIRST, last=UNTIL, area="north", seed=1) -> pd.DataFrame:
    """Incidents of one type in one area, Poisson."""
    days = (last - first).days + 1
    counts = np.random.default_rng(seed).poisson(a_day, days)
    day = [first + timedelta(days=int(number)) for number in np.repeat(np.arange(days), counts)]
    return pd.DataFrame({"type": kind, "occurred_local_date": day, "area_id": area})


# The last two weeks and months are what most tests read.
FEW = trend_config().model_copy(
    update={name: getattr(trend_config(), name).model_copy(update={"shown": 2}) for name in ("week", "month")}
)


def rows_of(*parts: pd.DataFrame, config: TrendConfig = FEW) -> pd.DataFrame:
    return trend_rows("toy", "Toy City", pd.concat(parts, ignore_index=True), AREAS, UNTIL, config)


def newest(rows: pd.DataFrame, span: str, kind: str = "all", area: str | None = None) -> pd.Series:
    place = rows["area_id"].isna() if area is None else rows["area_id"] == area
    return rows[(rows["span"] == span) & (rows["type"] == kind) & place].iloc[-1]


@pytest.fixture(scope="module")
def quiet() -> pd.DataFrame:
    south, nowhere = drawn("theft", 8, area="south", seed=2), drawn("theft", 1, area=None, seed=3)
    return rows_of(drawn(), south, nowhere, drawn("arson", 0.002), config=trend_config())


def test_one_row_an_area_type_span_and_period(quiet) -> None:
    assert quiet.dtypes.astype(str).to_dict() == TREND.held
    keys = ["territory", "area_id", "type", "span", "period_start_date"]
    assert not quiet[keys].duplicated().any()
    sizes = quiet.groupby([quiet["area_id"].fillna("city"), "type", "span"]).size()
    assert len(sizes) == 3 * 4 * 3 and (sizes["city"].unstack() == {"week": 52, "month": 13, "year": 1}).all(axis=None)
    # Of an area's type that never had a limit, the newest period is said, and nothing of the others.
    assert set(sizes["south"]["arson"]) == {1} and sizes["south"]["theft"]["week"] == 52
    spans = quiet.groupby("span")[["period_start_date", "period_end_date"]].agg(["min", "max"])
    assert spans.loc["week"].tolist() == [date(2023, 1, 2), date(2023, 12, 25), date(2023, 1, 8), UNTIL]
    assert spans.loc["month"].tolist() == [date(2023, 1, 2), date(2023, 12, 4), date(2023, 1, 29), UNTIL]
    assert set(spans.loc["year"]) == {date(2023, 1, 1), UNTIL}


def test_areas_and_types_add_up_and_rows_without_area_count_for_the_city(quiet) -> None:
    year = quiet[quiet["span"] == "year"].fillna({"area_id": "city"}).set_index(["area_id", "type"])["incident_count"]
    for place in ("city", "north", "south"):
        assert year[place, "all"] == year[place].drop("all").sum()
    assert year["city", "theft"] > year["north", "theft"] + year["south", "theft"]
    assert year["city", "theft"] == pytest.approx(9 * 365, rel=0.1)


def test_limits_and_flags_agree_and_null_is_null_in_all_of_them(quiet) -> None:
    limited = quiet[quiet["expected_count"].notna()]
    assert ((limited["incident_count"] > limited["upper_count"]) == limited["is_above"]).all()
    assert ((limited["incident_count"] < limited["lower_count"]) == limited["is_below"]).all()
    assert (limited["lower_count"] <= limited["upper_count"]).all()
    figures = quiet[["expected_count", "lower_count", "upper_count", "is_above", "is_below", "p_value"]].isna()
    assert figures.nunique(axis=1).eq(1).all()
    assert not quiet.select_dtypes("Float64").apply(lambda column: np.isnan(column.dropna())).any(axis=None)


def test_no_percentage_on_small_counts(quiet) -> None:
    shown = quiet[quiet["change_ratio"].notna()]
    assert shown[["incident_count", "expected_count"]].min(axis=None) >= 30
    assert len(shown) > 50
    small = quiet[quiet["change_ratio"].isna() & quiet["finding_en"].notna()]
    assert not small["finding_en"].str.contains("%").any()
    assert not small["finding_fr"].str.contains("%").any()


def test_only_the_newest_period_is_spoken_of(quiet) -> None:
    spoken = quiet[quiet["finding_en"].notna()]
    assert len(spoken) == 3 * 3 * 4 == quiet["finding_fr"].notna().sum()
    assert spoken["period_end_date"].eq(UNTIL).all()
    assert (quiet["is_alarm"].notna() == (quiet["finding_en"].notna() & quiet["is_above"].notna())).all()


def test_sentences_say_count_expectation_limits_and_verdict(quiet) -> None:
    row = newest(quiet, "week", "robbery", "north")
    assert row["finding_en"] == (
        f"Robbery, Nord, 2023-12-25 to 2023-12-31: {row['incident_count']} incidents (expected "
        f"{row['expected_count']:.1f}; limits {row['lower_count']} and {row['upper_count']}). Within noise. "
        "How late incidents are recorded is not known."
    )
    french = newest(quiet, "year", "theft")["finding_fr"]
    assert french.startswith("Vol, Toy City, du 2023-01-01 au 2023-12-31 : 3\u202f")
    assert "moyenne des mêmes jours des années précédentes, sans tendance : 3\u202f" in french
    assert "soit " in french
    year = newest(quiet, "year", "theft")["finding_en"]
    assert "(mean of the same days of earlier years, without a trend, 3," in year
    assert "Dans la marge du hasard." in french


def test_a_doubling_is_an_alarm_in_its_area_and_nowhere_else() -> None:
    busy = [drawn("theft", 3, area="north"), drawn("theft", 3, area="south", seed=2)]
    more = drawn("theft", 4, first=date(2023, 12, 4), area="south", seed=5)
    rows = rows_of(*busy, more)
    for span in ("week", "month"):
        assert newest(rows, span, "theft", "south")["is_alarm"]
        assert not newest(rows, span, "theft", "north")["is_alarm"]
    assert "Above the limit: beyond noise, also among all 6 figures looked at." in newest(rows, "month")["finding_en"]
    fewer = pd.concat(busy)
    fewer = fewer[(fewer["occurred_local_date"] < date(2023, 12, 4)) | (fewer["area_id"] == "north")]
    below = newest(rows_of(fewer), "month", "theft", "south")
    assert below["is_below"]
    assert below["is_alarm"]
    assert "Au-dessous de la limite : au-delà du hasard" in below["finding_fr"]


def test_among_many_series_a_limit_passed_by_one_is_no_alarm_yet() -> None:
    kinds = [drawn(f"kind {number}", 1, seed=number) for number in range(20)]
    before = newest(rows_of(*kinds), "week", "kind 3", "north")
    more = drawn("kind 3", 9, first=date(2023, 12, 27), last=date(2023, 12, 31))
    row = newest(rows_of(*kinds, more[: before["upper_count"] + 1 - before["incident_count"]]), "week", "kind 3")
    assert row["incident_count"] == row["upper_count"] + 1
    assert (row["is_above"], row["is_alarm"]) == (True, False)
    assert "among 42 figures looked at, some are so by chance alone" in row["finding_en"]


def test_p_values_pass_as_benjamini_and_hochberg_say_and_what_has_none_counts_for_nothing() -> None:
    """As they wrote it: of m values in order, all up to the last one that is at most rate times its place by m."""
    draw, rate = np.random.default_rng(8), trend_config().false_discovery_rate
    passing = 0
    for count in (0, 1, 2, 7, 60):
        for power in (1, 3, 8):
            p_values = draw.uniform(size=count) ** power
            ordered = np.sort(p_values)
            last = ordered[ordered <= rate * np.arange(1, count + 1) / max(count, 1)][-1:].max(initial=-1.0)
            mixed = pd.Series([*p_values, None, None], dtype="Float64").sample(frac=1, random_state=1)
            found = adjusted(mixed)
            assert found.index.equals(mixed.index) and found.isna().equals(mixed.isna())
            assert ((found <= rate) == (mixed <= last)).dropna().all()
            passing += int((found <= rate).sum())
    assert passing > 20


SILENT = [drawn(first=FIRST, last=date(2020, 12, 31)), drawn(first=date(2022, 7, 1), seed=2)]
LIVES = {
    # parts, newest week has a limit, newest month has one, the year has one, words of the first without one
    "eight months": ([drawn(first=date(2023, 5, 1))], False, False, False, "too short"),
    "fifteen months": ([drawn(first=date(2022, 9, 15))], True, False, False, "too short"),
    "two and a half years": ([drawn(first=date(2021, 6, 1))], True, True, False, "too short"),
    "eighteen months of silence": (SILENT, True, True, True, ""),
    "one type, eight years": ([drawn()], True, True, True, ""),
    "nothing since the summer": ([drawn(last=date(2023, 8, 1))], False, False, False, "silent"),
    "three incidents in all": (
        [drawn().iloc[[0, -1]], drawn().iloc[[100]]], False, False, False, "too few",
    ),
}  # fmt: skip


@pytest.mark.parametrize("life", LIVES)
def test_every_life_has_its_limit_or_its_sentence(life) -> None:
    parts, *has_limit, words = LIVES[life]
    rows = rows_of(*parts)
    found = [newest(rows, span) for span in ("week", "month", "year")]
    assert [pd.notna(row["upper_count"]) for row in found] == has_limit
    without = [row for row in found if pd.isna(row["upper_count"])]
    assert all("No limit" in row["finding_en"] and "Pas de limite" in row["finding_fr"] for row in without)
    assert all(pd.isna(row["is_alarm"]) for row in without)
    assert all(words in row["finding_en"] for row in without)


def test_two_weeks_of_data_have_weeks_and_a_year_and_no_month() -> None:
    rows = rows_of(drawn(a_day=5, first=date(2023, 12, 16)))
    assert rows.groupby("span")["period_start_date"].nunique().to_dict() == {"week": 2, "year": 1}
    assert newest(rows, "year")["finding_en"].endswith("too short. How late incidents are recorded is not known.")


def test_a_type_that_died_out_is_below_its_limit_and_then_has_a_low_one() -> None:
    last = date(2023, 10, 1)
    dead, alive = drawn("arson", 2, last=last), drawn("theft", 2, seed=2)
    row = newest(rows_of(dead, alive), "month", "arson")
    assert (row["incident_count"], row["is_below"], row["is_alarm"]) == (0, True, True)
    long_dead = newest(rows_of(drawn("arson", 2, last=date(2018, 10, 1)), alive), "month", "arson")
    assert long_dead["incident_count"] == 0
    assert not long_dead["is_below"] if pd.notna(long_dead["is_below"]) else "No limit" in long_dead["finding_en"]


def test_a_type_that_begins_late_is_judged_on_what_it_has_and_breaks_the_total() -> None:
    rows = rows_of(drawn("arson", 2), drawn("theft", 2, first=date(2023, 3, 1), seed=2))
    assert pd.notna(newest(rows, "week", "arson")["upper_count"])
    assert pd.isna(newest(rows, "week", "theft")["upper_count"])
    assert pd.isna(newest(rows, "week")["upper_count"])


def known(incidents: pd.DataFrame, weeks_late: float, until: date = UNTIL) -> pd.DataFrame:
    """Each incident known so many weeks after the end of its week at the latest; what is not known yet is absent."""
    late = np.random.default_rng(4).uniform(0, weeks_late, len(incidents))
    day = pd.to_datetime(incidents["occurred_local_date"])
    end = day + pd.to_timedelta(7 - day.dt.weekday, unit="D")
    known_at = end + pd.to_timedelta(late * 7 - 0.5, unit="D")
    return incidents.assign(known_local_at=known_at)[known_at < pd.Timestamp(until) + pd.Timedelta(days=1)]


def test_weeks_that_are_not_complete_are_left_out() -> None:
    rows = rows_of(known(drawn(a_day=10), 3.0))
    row = newest(rows, "week")
    assert row["period_end_date"] == UNTIL - timedelta(weeks=3)
    assert "The last 3 weeks are left out" in row["finding_en"]
    assert "Les 3 dernières semaines sont écartées : trop peu de leurs faits" in row["finding_fr"]
    one_week = newest(rows_of(known(drawn(a_day=10), 1.0)), "week")["finding_fr"]
    assert "La dernière semaine est écartée : trop peu de ses faits" in one_week
    assert not row["is_below"]
    at_once = newest(rows_of(known(drawn(a_day=10), 0.0)), "week")
    assert at_once["period_end_date"] == UNTIL
    assert "recorded" not in at_once["finding_en"]


@pytest.mark.parametrize(
    ("until", "last_known", "newest_end"),
    [
        pytest.param(date(2023, 12, 31), "2024-01-01", date(2023, 12, 24), id="Sunday: too few are known"),
        pytest.param(date(2024, 1, 1), "2024-01-01 01:00", date(2023, 12, 24), id="Monday at one in the morning"),
        pytest.param(date(2024, 1, 2), "2024-01-03", UNTIL, id="Tuesday: two days later, all are"),
    ],
)
def test_a_week_is_judged_at_the_age_it_has_when_the_data_end(until, last_known, newest_end) -> None:
    """Each incident is known within 33 hours: of a week at its end nine in ten, and all two days later."""
    incidents, draw = drawn(a_day=10, last=date(2024, 1, 2)), np.random.default_rng(4)
    hours = draw.uniform(0, 24, len(incidents)) + draw.uniform(0, 33, len(incidents))
    known_at = pd.to_datetime(incidents["occurred_local_date"]) + pd.to_timedelta(hours, unit="h")
    sent = incidents.assign(known_local_at=known_at)[known_at < pd.Timestamp(last_known)]
    row = newest(trend_rows("toy", "Toy City", sent, AREAS, until, FEW), "week")
    assert row["period_end_date"] == newest_end
    assert ("too few of the incidents are known yet" in row["finding_en"]) == (newest_end < UNTIL)


def test_a_type_that_is_recorded_late_is_not_judged_where_the_others_are() -> None:
    late = known(drawn("fraud", 1, seed=7), 4.0)
    rows = rows_of(known(drawn(a_day=40), 0.0), late)
    assert pd.notna(newest(rows, "week", "robbery")["upper_count"])
    row = newest(rows, "week", "fraud")
    assert pd.isna(row["is_below"])
    assert "usually recorded later" in row["finding_en"]


def test_a_year_of_which_more_will_be_known_is_not_held_against_whole_ones() -> None:
    """Nothing changed; of fraud, known up to eight weeks late, half of the first nine weeks of a year is known."""
    until = date(2023, 3, 5)
    at_once, late = known(drawn(a_day=40, last=until), 0.0, until), known(drawn("fraud", 2, last=until), 8.0, until)
    incidents = pd.concat([at_once, late], ignore_index=True)
    rows = trend_rows("toy", "Toy City", incidents, AREAS, until, FEW)
    row = newest(rows, "year", "fraud")
    assert row["incident_count"] < 0.6 * 2 * 64
    assert pd.isna(row["upper_count"]) and pd.isna(row["is_alarm"])
    assert "No limit: incidents of this type are usually recorded later, so the count will rise." in row["finding_en"]
    assert "souvent saisis plus tard, le nombre va augmenter." in row["finding_fr"]
    for kind in ("robbery", "all"):
        assert pd.notna(newest(rows, "year", kind)["upper_count"]) and not newest(rows, "year", kind)["is_alarm"]


def test_data_loaded_in_bulk_say_nothing_about_delays() -> None:
    rows = rows_of(drawn().assign(known_local_at=pd.Timestamp("2024-01-01")))
    assert newest(rows, "week")["period_end_date"] == UNTIL
    assert "How late incidents are recorded is not known." in newest(rows, "week")["finding_en"]


@pytest.mark.parametrize(
    ("incidents", "words"),
    [
        (drawn().iloc[:0], "no incident"),
        (drawn().assign(area_id="west"), "not in the areas"),
        (drawn().assign(occurred_local_date=None), "no local date"),
        (drawn(first=date(2023, 12, 27), last=date(2023, 12, 30)), "no whole week"),
    ],
    ids=["none", "strange area", "no date", "half a week"],
)
def test_what_can_not_be_counted_is_refused_with_advice(incidents, words) -> None:
    with pytest.raises(CalanqueError, match=words):
        trend_rows("toy", "Toy City", incidents, AREAS, UNTIL)


@pytest.mark.parametrize(
    "change",
    [{"week": {"left_out": 50}}, {"month": {"season_groups": 12}}, {"year": {"min_years": 9}}, {"weeks": {}}],
    ids=["nothing left", "too many seasons", "more years than are read", "typo"],
)
def test_a_configuration_that_can_not_work_is_refused(change) -> None:
    base = trend_config().model_dump()
    with pytest.raises(ValueError, match=r"."):
        TrendConfig.model_validate(base | {name: base.get(name, {}) | part for name, part in change.items()})


# --- The promise -----------------------------------------------------------------------------------------------------

WEEKS = 7 * 52


def null_city(series: int, seed: int, *, has_outbreaks: bool = False) -> CitySeries:
    """Series in which nothing changes but season and trend: negative binomial, means 1 to 100 a week."""
    draw, week = np.random.default_rng(seed), np.arange(WEEKS)
    level = np.exp(draw.uniform(0, np.log(100), (series, 1)))
    wave = draw.uniform(0, 0.4, (series, 1)) * np.cos(2 * np.pi * (week / 52.18 + draw.uniform(0, 1, (series, 1))))
    mean = level * np.exp(wave + draw.normal(0, 0.03, (series, 1)) * (week / 52 - 7))
    if has_outbreaks:
        for start in draw.integers(0, WEEKS - 40, 4):
            mean[:, start : start + 4] *= 3
    spread = draw.uniform(1.05, 2.5, (series, 1))
    counts = draw.negative_binomial(mean / (spread - 1), 1 / spread).astype(float)
    keys = pd.DataFrame({"area_id": None, "area_name": None, "type": np.arange(series)})
    monday, nothing = date(2017, 1, 2), np.zeros(0, dtype=int)
    state = np.zeros(counts.shape, dtype=np.int8)
    day = nothing.astype("datetime64[D]")
    return CitySeries(keys, monday, counts, state, 0, False, nothing, nothing, day)


@pytest.mark.parametrize(
    "has_outbreaks",
    [pytest.param(False, id="no outbreak", marks=pytest.mark.full), pytest.param(True, id="four outbreaks")],
)
def test_false_alarms_are_within_the_promise_on_a_thousand_null_series(has_outbreaks) -> None:
    config = trend_config()
    city = null_city(1000, 5, has_outbreaks=has_outbreaks)
    most = config.false_alarm_rate + 2.6 * np.sqrt(config.false_alarm_rate / 1000)
    for limits in (*week_limits(city, FEW), month_limits(city, FEW)[-1]):
        judged = limits.reason == Reason.NONE
        assert judged.mean() > 0.95
        above, below = (limits.counts > limits.upper)[judged], (limits.counts < limits.lower)[judged]
        assert above.mean() <= most
        assert below.mean() <= most
        assert has_outbreaks or above.mean() > 0.002


def test_the_year_keeps_its_promise_too() -> None:
    config, draw = trend_config(), np.random.default_rng(6)
    counts = draw.negative_binomial(60, 0.5, (2000, 6)).astype(float)
    city = null_city(2000, 6)
    days = [date(2023 - back, 6, 1) for back in range(6)]
    per_year = {day: counts[:, back] for back, day in enumerate(days)}

    class Tallied(CitySeries):
        def tally(self, slot, slots):
            return np.column_stack(list(per_year.values()))

    tallied = Tallied(**vars(city))
    limits = year_limits(tallied, np.full(2000, 2.0), config)
    above, below = (limits.counts > limits.upper).mean(), (limits.counts < limits.lower).mean()
    assert 0 < above <= 0.01 + 2.6 * np.sqrt(0.01 / 2000)
    assert 0 < below <= 0.01 + 2.6 * np.sqrt(0.01 / 2000)


def test_the_promise_can_be_broken() -> None:
    """The same count of false alarms fails where the limit is learnt with four times the promised rate."""
    config = trend_config()
    loose = {"false_alarm_rate": 0.04, "week": config.week.model_copy(update={"shown": 1})}
    limits = week_limits(null_city(1000, 5), config.model_copy(update=loose))[0]
    assert (limits.counts > limits.upper).mean() > 0.01 + 2.6 * np.sqrt(0.01 / 1000)
