"""With what counts go: what is planted is found, noise is not, and no sentence says why."""

import re
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from calanque.errors import CalanqueError
from ml.factor.config import factor_config
from ml.factor.ratio import standard_error
from ml.factor.rows import factor_rows
from ml.factor.table import FACTOR

FIRST, YEARS = date(2019, 1, 1), 4
KEY = ["type", "factor", "category"]
CAUSAL = re.compile(
    r"\b(caus\w*|because|effects?|affect\w*|impact\w*|due to|leads? to|led to|effets?|entraîn\w*|provoqu\w*)\b", re.I
)
NONE_DAYS = pd.DataFrame({"date": [], "kind": []})
NO_WEATHER = pd.DataFrame({"date": [], "temperature": [], "rain": [], "wind_speed": []})
NO_EVENTS = pd.DataFrame({"date": [], "cell_id": [], "kind": []})
CELLS = 40


def smooth(draw: np.random.Generator, days: int, phi: float) -> np.ndarray:
    """A series whose days resemble each other, of variance 1."""
    noise, values = draw.normal(size=days) * np.sqrt(1 - phi**2), np.zeros(days)
    for day in range(1, days):
        values[day] = phi * values[day - 1] + noise[day]
    return values


def dates_of(days: int) -> np.ndarray:
    return np.array([FIRST + timedelta(days=number) for number in range(days)], dtype=object)


def weather_of(days: int, seed: int = 1) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    season = -8 * np.cos(2 * np.pi * np.arange(days) / 365.25)
    return pd.DataFrame(
        {
            "date": dates_of(days),
            "temperature": 15 + season + 3 * smooth(draw, days, 0.8),
            "rain": np.where(smooth(draw, days, 0.6) > 0.5, 5.0, 0.0),
            "wind_speed": np.exp(smooth(draw, days, 0.7) / 2),
        }
    )


def holidays_of(days: int) -> pd.DataFrame:
    public = [day for day in dates_of(days) if day.day == 9]
    school = [day for day in dates_of(days) if day.month in (7, 8) or (day.month in (2, 4, 10) and day.day > 16)]
    kinds = ["public_holiday"] * len(public) + ["school_holiday"] * len(school)
    return pd.DataFrame({"date": public + school, "kind": kinds})


def events_of(days: int, kinds=("fair", "works"), count: int = 900, seed: int = 3) -> pd.DataFrame:
    """Single days of the first kind, runs of ten days of the second."""
    draw, parts = np.random.default_rng(seed), []
    for kind in kinds:
        length = 10 if kind == "works" else 1
        start, cell = draw.integers(0, days, count // length), draw.integers(0, CELLS, count // length)
        day = (start[:, None] + np.arange(length)).ravel()
        frame = pd.DataFrame({"day": day, "cell_id": np.repeat(cell, length).astype(str), "kind": kind})
        parts.append(frame[frame["day"] < days].drop_duplicates())
    rows = pd.concat(parts, ignore_index=True)
    return rows.assign(date=dates_of(days)[rows.pop("day")])


def drawn(
    kind: str,
    days: int,
    seed: int,
    a_day=6.0,
    times=1.0,
    hours=(0.25, 0.25, 0.25, 0.25),
    places=(0.3, 0.7),
    more: pd.DataFrame | None = None,
    spread=0.2,
) -> pd.DataFrame:
    """Incidents around a level that wanders; `times` multiplies days, `more` adds six for ten where an event is."""
    draw = np.random.default_rng(seed)
    season = 0.2 * np.sin(2 * np.pi * np.arange(days) / 365.25)
    mean = a_day * times * np.exp(season + spread * smooth(draw, days, 0.95)) * draw.gamma(10, 0.1, days)
    day = np.repeat(np.arange(days), draw.poisson(mean))
    cell = draw.choice(CELLS, len(day), p=np.arange(1, CELLS + 1) / (CELLS * (CELLS + 1) / 2))
    if more is not None:
        at, where = more["date"].map(lambda one: (one - FIRST).days), more["cell_id"].astype(int)
        extra = draw.poisson(0.6 * mean[at] * (where + 1) / (CELLS * (CELLS + 1) / 2))
        day, cell = np.append(day, np.repeat(at, extra)), np.append(cell, np.repeat(where, extra))
    quarter = draw.choice(4, len(day), p=hours)
    return pd.DataFrame(
        {
            "type": kind,
            "occurred_local_date": dates_of(days)[day],
            "occurred_local_hour": quarter * 6 + draw.integers(0, 6, len(day)),
            "premises": draw.choice(["home", "street"], len(day), p=places),
            "cell_id": cell.astype(str),
        }
    )


def rows_of(
    *incidents: pd.DataFrame, days: int, holidays=NONE_DAYS, weather=NO_WEATHER, events=NO_EVENTS
) -> pd.DataFrame:
    """The rows, held against what is true of all rows and sentences."""
    until = FIRST + timedelta(days=days - 1)
    rows = factor_rows(
        "toy", "Toy City", pd.concat(incidents, ignore_index=True), holidays, weather, events, until, FIRST
    )
    assert rows.dtypes.astype(str).to_dict() == FACTOR.held
    assert not rows[KEY].duplicated().any()
    said = [*rows["finding_en"], *rows["finding_fr"]]
    assert not [text for text in said if CAUSAL.search(text) or "nan" in text or "{" in text]
    assert not any("%" in text for text in rows.loc[rows["incident_count"] < 100, ["finding_en", "finding_fr"]].stack())
    assert (rows["q_value"].dropna() >= rows["p_value"].dropna()).all()
    assert not (rows["is_found"] & ((rows["year_count"] < 2) | rows["q_value"].isna())).any()
    return rows


def row(rows: pd.DataFrame, kind: str, factor: str, category: str = "yes") -> pd.Series:
    (found,) = (one for _, one in rows.iterrows() if tuple(one[KEY]) == (kind, factor, category))
    return found


DAYS = YEARS * 365
WEATHER, HOLIDAYS, EVENTS = weather_of(DAYS), holidays_of(DAYS), events_of(DAYS)
FRIDAY = np.array([day.weekday() == 4 for day in dates_of(DAYS)])
RAIN = WEATHER["rain"].to_numpy() >= 1


@pytest.fixture(scope="module")
def parts() -> list[pd.DataFrame]:
    return [
        drawn("robbery", DAYS, 11, times=np.where(FRIDAY, 1.3, 1.0), hours=(0.2, 0.2, 0.2, 0.4)),
        drawn("theft", DAYS, 12, times=np.where(RAIN, 0.8, 1.0), more=EVENTS[EVENTS["kind"] == "fair"]),
        drawn("burglary", DAYS, 13, places=(0.6, 0.4)),
        drawn("arson", DAYS, 14, a_day=0.05),
    ]


@pytest.fixture(scope="module")
def planted(parts) -> pd.DataFrame:
    return rows_of(*parts, days=DAYS, holidays=HOLIDAYS, weather=WEATHER, events=EVENTS)


TRUTHS = {
    "friday": ("robbery", "weekday", "friday", 1.3 ** (6 / 7)),
    "rain": ("theft", "rain", "yes", 0.8),
    "evening": ("robbery", "part_of_day", "18-24", 1.6),
    "home": ("burglary", "premises", "home", 1.5),
    "fair": ("theft", "event", "fair", 1.6),
}


@pytest.mark.parametrize(("kind", "factor", "category", "truth"), TRUTHS.values(), ids=TRUTHS.keys())
def test_what_is_planted_is_found(planted, kind, factor, category, truth) -> None:
    found = row(planted, kind, factor, category)
    assert found["is_found"] and found["lower_ratio"] < truth < found["upper_ratio"]
    assert found["upper_ratio"] / found["lower_ratio"] < 1.7
    assert "Beyond noise, also among" in found["finding_en"] and "Au-delà du hasard" in found["finding_fr"]


def test_a_type_that_is_only_recorded_at_premises_of_its_own_makes_no_other_type_stand_out() -> None:
    """As road accidents: known by crossing or road alone, where no other register writes anything."""
    even = [drawn(kind, DAYS, seed) for kind, seed in (("robbery", 31), ("theft", 32))]
    roads = drawn("traffic", DAYS, 33, a_day=4)
    roads["premises"] = roads["premises"].map({"home": "crossing", "street": "road"})
    rows = rows_of(*even, roads, days=DAYS)
    looked = rows[rows["factor"] == "premises"]
    assert set(zip(looked["type"], looked["category"], strict=True)) == {
        (kind, category) for kind in ("robbery", "theft") for category in ("home", "street")
    }
    assert looked["effect_ratio"].between(0.9, 1.1).all() and not looked["is_found"].any()


def test_each_weekday_has_a_ratio_and_their_product_is_one(planted) -> None:
    days = planted[(planted["type"] == "robbery") & (planted["factor"] == "weekday")]
    assert len(days) == 7 and days["effect_ratio"].notna().all()
    assert np.log(days["effect_ratio"]).sum() == pytest.approx(0, abs=1e-6)


def test_what_is_not_planted_is_not_found(planted) -> None:
    """Of the types on which nothing of the kind was planted."""
    where = (planted["type"] == "burglary") & (planted["factor"] != "premises")
    assert where.sum() > 15 and not planted.loc[where, "is_found"].any()
    assert "arson" not in set(planted["type"])


def test_the_sentences(planted) -> None:
    rain, fair = row(planted, "theft", "rain"), row(planted, "theft", "event", "fair")
    assert re.match(r"Theft, Toy City: on days with rain, \d\d% fewer incidents than on dry days", rain["finding_en"])
    assert re.search("\\(\u2212\\d+% to \u2212\\d+%\\)", rain["finding_en"])
    assert re.search("\\(\u2212\\d+ % à \u2212\\d+ %\\)", rain["finding_fr"])
    assert re.match(r"Vol, Toy City : les jours de pluie, \d\d % de faits de moins que", rain["finding_fr"])
    assert "where and when there is an event of the kind fair" in fair["finding_en"]
    assert "le vendredi" in row(planted, "robbery", "weekday", "friday")["finding_fr"]
    assert "from 18 to 24 h" in row(planted, "robbery", "part_of_day", "18-24")["finding_en"]


def test_premises_and_events_are_said_in_the_words_of_the_reader(parts) -> None:
    places = {"home": "house", "street": "night_bus"}
    events = EVENTS[EVENTS["kind"] == "fair"].assign(kind="public_event")
    placed = (part.assign(premises=part["premises"].map(places)) for part in parts[1:3])
    rows = rows_of(*placed, days=DAYS, events=events)
    house, bus = (row(rows, "burglary", "premises", code) for code in ("house", "night_bus"))
    assert "dans les lieux de type maison, " in house["finding_fr"] and "kind house, " in house["finding_en"]
    assert "dans les lieux de type night bus, " in bus["finding_fr"] and "kind night bus, " in bus["finding_en"]
    event = row(rows, "theft", "event", "public_event")
    assert "de type événement public, " in event["finding_fr"] and "kind public event, " in event["finding_en"]


def test_small_counts_are_numbers(parts) -> None:
    rows = rows_of(parts[2].iloc[::3], days=DAYS, events=EVENTS)
    small = rows[(rows["incident_count"] < 100) & rows["effect_ratio"].notna()]
    assert len(small) and small["finding_en"].str.contains(r"\d+ incidents where \d+ would be usual").all()
    assert small["finding_fr"].str.contains(r"\d+ faits là où \d+ seraient habituels").all()


def test_what_is_lacking_is_said_and_of_what_the_ratios_are(parts, planted) -> None:
    fair = row(
        rows_of(drawn("arson", DAYS, 15, a_day=0.2), parts[2], days=DAYS, events=EVENTS), "arson", "event", "fair"
    )
    assert fair["unit_count"] > 100 and "; too few to say more." in fair["finding_en"]
    assert " ; trop peu pour en dire plus." in fair["finding_fr"]
    rain, count = row(planted, "theft", "rain"), planted["p_value"].count()
    assert f"among the {count} ratios of all types of the city" in rain["finding_en"]
    assert f"parmi les {count} rapports de tous les types de la ville" in rain["finding_fr"]


def test_order_and_what_lies_outside_the_span_change_nothing(parts, planted) -> None:
    outside = parts[0].head(400).assign(occurred_local_date=FIRST + timedelta(days=DAYS + 3), type="later")
    before = outside.assign(occurred_local_date=FIRST - timedelta(days=5))

    def moved(frame: pd.DataFrame) -> pd.DataFrame:
        late = frame.assign(date=[day + timedelta(days=DAYS) for day in frame["date"]])
        if "rain" in late:
            late = late.assign(rain=50.0, temperature=40.0, wind_speed=30.0)
        return pd.concat([frame, late]).sample(frac=1, random_state=1)

    everything = pd.concat([*parts, outside, before]).sample(frac=1, random_state=2)
    again = rows_of(everything, days=DAYS, holidays=moved(HOLIDAYS), weather=moved(WEATHER), events=moved(EVENTS))
    pd.testing.assert_frame_equal(again.drop(columns="computed_at"), planted.drop(columns="computed_at"))


def test_nothing_is_found_in_noise() -> None:
    days, types = 3 * 365, [f"t{number}" for number in range(10)]
    weather, holidays, events = weather_of(days, 5), holidays_of(days), events_of(days, seed=6)
    noise = [drawn(kind, days, 100 + number, a_day=4, spread=0.3) for number, kind in enumerate(types)]
    rows = rows_of(*noise, days=days, holidays=holidays, weather=weather, events=events).dropna(subset="p_value")
    assert len(rows) >= 200
    assert (rows["q_value"] <= 0.05).mean() <= 0.05 and rows["is_found"].mean() <= 0.05
    # An error too small shows here first.
    assert 0.01 < (rows["p_value"] < 0.05).mean() < 0.085


def test_the_interval_covers_as_often_as_it_promises() -> None:
    covered = 0
    for seed in range(20):
        weather = weather_of(730, seed)
        times = np.where(weather["rain"] >= 1, 0.8, 1.0)
        rows = rows_of(drawn("theft", 730, 500 + seed, a_day=3, times=times), days=730, weather=weather)
        found = row(rows, "theft", "rain")
        covered += found["lower_ratio"] < 0.8 < found["upper_ratio"]
    assert covered >= 17


def test_days_that_go_together_widen_the_error() -> None:
    draw, lags = np.random.default_rng(1), factor_config().lags
    alone, near = draw.normal(size=3000), smooth(draw, 3000, 0.8)
    assert standard_error(alone, lags) == pytest.approx(np.sqrt(3000), rel=0.25)
    # The mean of such a series has an error of sqrt((1 + phi) / (1 - phi)) = 3 times that of days on their own.
    assert 2.2 < standard_error(near, lags) / np.sqrt(near @ near) < 3.3
    assert standard_error(-(1.0 ** np.arange(100)) * 1.0, 7) >= 10


def test_days_on_which_the_feed_was_silent_are_left_out(parts, planted) -> None:
    gap = (FIRST + timedelta(days=500), FIRST + timedelta(days=580))
    rows = rows_of(
        *(part[~part["occurred_local_date"].between(*gap)] for part in parts[:3]), days=DAYS, weather=WEATHER
    )
    dry, whole = row(rows, "theft", "rain"), row(planted, "theft", "rain")
    assert dry["is_found"] and dry["unit_count"] < whole["unit_count"]
    assert dry["effect_ratio"] == pytest.approx(whole["effect_ratio"], rel=0.04)


def test_days_of_which_too_little_is_known_yet_say_nothing(parts) -> None:
    """Half of the incidents are known within three days, the last after six; the newest days are a holiday."""
    days, until = DAYS, FIRST + timedelta(days=DAYS - 1)
    everything = pd.concat(parts, ignore_index=True)
    late = pd.to_timedelta(np.random.default_rng(4).integers(0, 7, len(everything)) + 0.5, "D")
    told = everything.assign(known_local_at=pd.to_datetime(everything["occurred_local_date"]) + late)
    known = told[told["known_local_at"] < pd.Timestamp(until) + pd.Timedelta(days=1)]
    newest = pd.DataFrame({"date": [until - timedelta(days=back) for back in range(6)], "kind": "school_holiday"})
    holidays = pd.concat([holidays_of(days), newest], ignore_index=True)
    found = rows_of(known, days=days, holidays=holidays)
    whole = known[known["occurred_local_date"] <= until - timedelta(days=6)].drop(columns="known_local_at")
    same = rows_of(whole, days=days - 6, holidays=holidays)
    of_the_run = ["week_start_date", "computed_at"]
    pd.testing.assert_frame_equal(found.drop(columns=of_the_run), same.drop(columns=of_the_run))


def test_two_years_are_two_without_the_days_of_which_too_little_is_known() -> None:
    days = 730
    times = np.where([day.weekday() == 5 for day in dates_of(days)], 2.0, 1.0)
    incidents = drawn("noise", days, 22, a_day=8, times=times)
    late = pd.to_timedelta(np.random.default_rng(5).integers(0, 7, len(incidents)) + 0.5, "D")
    dated = incidents.assign(known_local_at=pd.to_datetime(incidents["occurred_local_date"]) + late)
    known = dated[dated["known_local_at"] < pd.Timestamp(FIRST + timedelta(days=days))]
    saturday = row(rows_of(known, days=days), "noise", "weekday", "saturday")
    assert saturday["year_count"] == 2 and saturday["is_found"]


def test_eight_months_show_no_stability() -> None:
    days = 243
    times = np.where(weather_of(days)["rain"] >= 1, 0.5, 1.0)
    incidents = drawn("theft", days, 21, a_day=20, times=times)
    rows = rows_of(incidents, days=days, holidays=holidays_of(days), weather=weather_of(days))
    rain = row(rows, "theft", "rain")
    assert rain["q_value"] < 0.01 and not rows["is_found"].any() and (rows["year_count"] == 0).all()
    assert "one year shows no stability" in rain["finding_en"] and "ne montre aucune stabilité" in rain["finding_fr"]
    free = row(rows, "theft", "public_holiday")
    assert "too few such days to say more." in free["finding_en"] and "trop peu de jours de ce" in free["finding_fr"]


def test_a_ratio_that_turns_with_the_years_is_not_found() -> None:
    half = np.arange(DAYS) < DAYS / 2
    times = np.where(RAIN, np.where(half, 0.45, 1.2), 1.0)
    rain = row(rows_of(drawn("theft", DAYS, 22, times=times), days=DAYS, weather=WEATHER), "theft", "rain")
    assert rain["q_value"] < 0.05 and rain["same_sign_share"] == 0.5 and not rain["is_found"]
    assert "not stable: on this side in 2 of 4 years" in rain["finding_en"]


def test_a_type_that_died_out_is_judged_on_the_days_it_was_recorded(parts) -> None:
    gone = parts[1][parts[1]["occurred_local_date"] < FIRST + timedelta(days=800)]
    rows = rows_of(gone, parts[2], days=DAYS, weather=WEATHER, events=EVENTS)
    rain = row(rows, "theft", "rain")
    assert rain["unit_count"] < 0.6 * row(rows, "burglary", "rain")["unit_count"] and rain["effect_ratio"] < 0.9


def test_unknown_hours_heaped_at_midnight_are_no_night(parts) -> None:
    heaped = parts[2].copy()
    heaped.loc[heaped.index % 4 == 0, "occurred_local_hour"] = 0
    assert row(rows_of(heaped, days=DAYS), "burglary", "part_of_day", "00-06")["effect_ratio"] == pytest.approx(
        1, abs=0.05
    )
    empty = heaped.assign(occurred_local_hour=None)
    assert "part_of_day" not in set(rows_of(empty, days=DAYS)["factor"])


def test_factors_on_the_same_days_have_no_ratio_of_their_own(parts) -> None:
    public = HOLIDAYS[HOLIDAYS["kind"] == "public_holiday"]
    rows = rows_of(parts[2], days=DAYS, holidays=pd.concat([public, public.assign(kind="school_holiday")]))
    free = rows[rows["factor"].str.endswith("holiday")]
    assert free["effect_ratio"].isna().all() and (free["incident_count"] > 100).all()
    assert free["finding_en"].str.endswith("; no reliable ratio to the rest could be measured.").all()
    assert free["finding_fr"].str.endswith(" ; aucun rapport sûr avec le reste n’a pu être mesuré.").all()
    assert row(rows_of(parts[2], days=DAYS, holidays=public), "burglary", "public_holiday")["effect_ratio"] > 0


def test_days_without_weather_say_nothing_of_weather(parts, planted) -> None:
    half = WEATHER.copy()
    half.loc[half.index % 10 < 3, ["rain", "temperature"]] = np.nan
    rain = row(rows_of(*parts[:3], days=DAYS, weather=half.iloc[:1200]), "theft", "rain")
    assert rain["unit_count"] < 0.7 * row(planted, "theft", "rain")["unit_count"]
    assert rain["lower_ratio"] < 0.8 < rain["upper_ratio"]


SPARE = {
    "one type, nothing beside": ({}, {"weekday", "part_of_day"}),
    "no premises": ({"premises": None}, {"weekday", "part_of_day"}),
    "no place": ({"cell_id": None, "premises": None}, {"weekday", "part_of_day"}),
    "no hour": ({"occurred_local_hour": None}, {"weekday"}),
}


@pytest.mark.parametrize(("changed", "factors"), SPARE.values(), ids=SPARE.keys())
def test_what_is_not_known_has_no_row(parts, changed, factors) -> None:
    assert set(rows_of(parts[2].assign(**changed), days=DAYS)["factor"]) == factors
    with_events = rows_of(parts[2].assign(**changed), days=DAYS, events=EVENTS)
    assert set(with_events["factor"]) == factors | {"event", "works"}
    assert (
        changed.get("cell_id", "") is not None
        or with_events.loc[with_events["factor"] == "event", "effect_ratio"].isna().all()
    )


@pytest.mark.parametrize("count", [0, 1, 199], ids=str)
def test_few_incidents_give_no_row(parts, count) -> None:
    rows = rows_of(parts[2].head(count), days=DAYS, holidays=HOLIDAYS, weather=WEATHER, events=EVENTS)
    assert rows.empty


def test_few_weeks_give_no_row_and_no_day_is_an_error(parts) -> None:
    assert rows_of(parts[2], days=170).empty and not rows_of(parts[2], days=190).empty
    with pytest.raises(CalanqueError, match="No day lies between"):
        rows_of(parts[2], days=0)
