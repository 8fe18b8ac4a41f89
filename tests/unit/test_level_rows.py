"""Cities with little to go by: each type gets its forecast or its sentence, in both languages, and never a cause."""

import re
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from level_cities import FIRST, NO_HOLIDAYS, drawn, frames_of, planted_mean

from calanque.errors import CalanqueError
from ml.level.config import level_config
from ml.level.counts import daily_counts
from ml.level.record import Interval
from ml.level.rows import LevelFrames, level_frames
from ml.level.sentences import Case, DayFigures, Subject, factors, finding_en, finding_fr, reason_en, reason_fr
from ml.level.tables import DAY_RISK, LEVEL, LEVEL_SCORE

WEEKS_8_MONTHS = 35 * 7
CAUSAL = re.compile(
    r"\b(because|cause[sd]?|due to|leads? to|driven by|parce que|en raison|à cause|entraîne|provoque)\b", re.I
)


def city(days: int, base: float = 8.0, seed: int = 11) -> pd.DataFrame:
    return drawn({"a": planted_mean(FIRST, days, base, NO_HOLIDAYS)}, FIRST, seed)


def without(incidents: pd.DataFrame, first: int, last: int, kind: str | None = None) -> pd.DataFrame:
    """Take the incidents of some days away, of one type or of all."""
    number = incidents["occurred_local_date"].map(lambda day: (day - FIRST).days)
    return incidents[~(number.between(first, last) & ((incidents["type"] == kind) | (kind is None)))]


def two_types(days: int) -> pd.DataFrame:
    means = {kind: planted_mean(FIRST, days, base, NO_HOLIDAYS) for kind, base in (("a", 8.0), ("b", 3.0))}
    return drawn(means, FIRST, 12)


CITIES: dict[str, LevelFrames] = {
    "three weeks": frames_of(city(21), 21),
    "eight weeks": frames_of(city(56), 56),
    "nine weeks": frames_of(city(63), 63),
    "eight months": frames_of(city(WEEKS_8_MONTHS), WEEKS_8_MONTHS),
    "one type": frames_of(city(800), 800),
    "silence within": frames_of(without(city(1400), 500, 1050), 1400),
    "silence to the end": frames_of(without(city(1400), 850, 1400), 1400),
    "a type that died out": frames_of(without(two_types(1400), 900, 1400, "b"), 1400),
    "a feed that stopped": frames_of(without(two_types(1400), 1300, 1400, "b"), 1400),
    "a new type": frames_of(without(two_types(800), 0, 770, "b"), 800),
    "a rare type": frames_of(city(1400, 0.03), 1400),
    "no incident": frames_of(city(100).iloc[:0], 100),
}


@pytest.mark.parametrize("name", CITIES)
def test_each_type_and_day_has_its_row_and_its_sentences(name: str) -> None:
    frames = CITIES[name]
    types = frames.level["type"].unique()
    assert types[0] == "all"
    assert tuple(frames.level.columns) == tuple(LEVEL.columns)
    assert tuple(frames.day_risk.columns) == tuple(DAY_RISK.columns)
    assert tuple(frames.score.columns) == tuple(LEVEL_SCORE.columns)
    for frame, table in ((frames.level, LEVEL), (frames.day_risk, DAY_RISK), (frames.score, LEVEL_SCORE)):
        assert (
            frame.drop(columns="data_until_date", errors="ignore").dtypes.astype(str).to_dict().items()
            <= table.held.items()
        )
    assert {type(value) for value in [*frames.level["served"], *frames.day_risk["factors_en"]]} <= {str, type(None)}
    assert {type(value) for value in frames.level["forecast_date"]} == {date}
    assert len(frames.level) == len(frames.day_risk) == 7 * len(types)
    assert frames.level[["reason_en", "reason_fr"]].notna().all(axis=None)
    assert frames.day_risk[["finding_en", "finding_fr"]].notna().all(axis=None)
    has_forecast = frames.level["expected_count"].notna()
    assert (
        frames.level.loc[has_forecast, ["upper_count", "lower_count", "baseline_count", "served"]]
        .notna()
        .all(axis=None)
    )
    assert (has_forecast == frames.day_risk["factors_fr"].notna()).all()
    assert (frames.level["lower_count"] <= frames.level["upper_count"]).all()
    assert frames.day_risk["risk"].dropna().between(1, 10).all()


@pytest.mark.parametrize("name", CITIES)
def test_no_sentence_names_a_cause_a_percentage_or_a_missing_figure(name: str) -> None:
    frames = CITIES[name]
    texts = pd.concat([frame[column] for frame in frames[2:4] for column in frame if column.endswith(("_en", "_fr"))])
    for said in texts.dropna():
        # A probability is one; a change of small counts is never.
        text = re.sub(r"probabilit(y|é de) (less than |more than |moins de |plus de )?\d+ ?%", "", said)
        assert not CAUSAL.search(text), text
        assert not re.search(r"%|nan|None|-0[.,]000|  ", text), text
        assert text.endswith(".")
        assert not re.search(r"× (\d\d|0[.,]0)", text), text
    assert CAUSAL.search("high because it is Saturday")
    assert CAUSAL.search("élevé en raison du samedi")


# A word of the sentence of the last type, whether it has a forecast, and whether a record.
SAID = {
    "three weeks": ("weeks of data known: 3, needed: 8", False, False),
    "eight weeks": ("weeks of record: 0, and a model is judged from 26 on", True, False),
    "nine weeks": ("weeks of record: 1, and a model is judged from 26 on", True, True),
    "eight months": ("over 27 weeks, fewer than a year,", True, True),
    "one type": ("over 104 weeks", True, True),
    "silence within": ("over ", True, True),
    "silence to the end": ("no incident has been recorded since 29 April 2020, too long to be chance", False, False),
    "a type that died out": ("no incident has been recorded since", True, True),
    "a feed that stopped": ("no incident has been recorded since 23 July 2021, too long to be chance", False, True),
    "a new type": ("over 104 weeks", True, True),
    "a rare type": ("over 104 weeks", True, True),
    "no incident": ("weeks of data known: 0, needed: 8", False, False),
}


@pytest.mark.parametrize("name", CITIES)
def test_what_is_said_of_little(name: str) -> None:
    said, has_forecast, has_record = SAID[name]
    frames = CITIES[name]
    assert said in frames.level["reason_en"].iloc[-1]
    assert frames.level["expected_count"].notna().iloc[-1] == has_forecast
    assert (len(frames.score) > 0) == has_record
    assert (frames.judged_first_day is not None) == has_record


def test_a_type_that_died_out_is_expected_no_more_and_has_no_risk() -> None:
    frames = CITIES["a type that died out"]
    assert (frames.level.loc[frames.level["type"] == "b", "expected_count"] < 1).all()
    gone = frames.day_risk[frames.day_risk["type"] == "b"]
    assert gone["risk"].isna().all()
    assert gone["finding_en"].str.contains("has not been recorded for a year").all()
    assert frames.level.loc[frames.level["type"] == "a", "expected_count"].mean() > 5


@pytest.mark.parametrize("days", [100, 400, 546], ids=["stopped lately", "a year ago", "18 months ago"])
def test_all_types_together_are_those_that_go_on(days: int) -> None:
    """A threshold or a rank set while the ended type still came would call each day a calm one, then a busy one."""
    incidents = two_types(1400)
    whole, alone = (
        frames_of(without(incidents, 1400 - days, 1400, "b"), 1400),
        frames_of(without(incidents, 0, 1400, "b"), 1400),
    )
    figures = (
        (whole.level, alone.level, ["expected_count", "upper_count", "served"]),
        (whole.day_risk, alone.day_risk, ["threshold_count", "p_above", "risk"]),
    )
    for found, right, columns in figures:
        found, right = (frame.loc[frame["type"] == "all", columns] for frame in (found, right))
        pd.testing.assert_frame_equal(found, right)
    reasons = whole.level.loc[whole.level["type"] == "all"]
    assert reasons["reason_en"].str.endswith(" Types recorded no more are left out: b.").all()
    assert reasons["reason_fr"].str.endswith(" qui ne sont plus enregistrés sont laissés de côté : b.").all()
    assert not alone.level["reason_en"].str.contains("left out").any()


def test_a_type_absent_from_one_group_alone_stays_in_all_types_of_the_group() -> None:
    incidents, until = two_types(1400), FIRST + timedelta(days=1399)
    share = np.random.default_rng(2).random(len(incidents))
    is_last_year = incidents["occurred_local_date"] > until - timedelta(days=400)
    is_north = (share < 0.6) & ~((incidents["type"] == "b") & is_last_year)
    incidents["group_id"] = np.where(is_north, "north", "south")
    found = level_frames("city", incidents, NO_HOLIDAYS, until, FIRST, groups={"north": "North", "south": "South"})
    of_all = found.level[found.level["type"] == "all"]
    assert set(of_all["area_id"]) == {"all", "north", "south"}
    assert not of_all["reason_en"].str.contains("left out").any()


def test_days_on_which_the_feed_was_silent_are_not_counted_as_days_without_incident() -> None:
    whole, cut = city(1400), without(city(1400), 500, 1050)
    until = FIRST + timedelta(days=1399)
    assert daily_counts(whole, FIRST, until).is_known.all()
    assert np.flatnonzero(~daily_counts(cut, FIRST, until).is_known).tolist() == list(range(500, 1051))
    means = [frames_of(incidents, 1400).level["expected_count"].mean() for incidents in (whole, cut)]
    assert means[0] == pytest.approx(means[1], rel=0.1)
    # A calm of some days is no silence, nor is one of weeks where incidents are rare.
    assert daily_counts(without(whole, 500, 500), FIRST, until).is_known.all()
    rare = city(1400, 0.03)
    start = (rare["occurred_local_date"].min() - FIRST).days
    assert daily_counts(rare, FIRST, until).is_known[start:].all()


def test_days_before_the_first_incident_are_not_known() -> None:
    late = without(city(400), 0, 199)
    assert daily_counts(late, FIRST, FIRST + timedelta(days=399)).is_known.tolist() == [False] * 200 + [True] * 200


def test_the_week_is_named_by_the_monday_of_its_first_day() -> None:
    frames = CITIES["one type"]
    first = FIRST + timedelta(days=800)
    assert frames.level["forecast_date"].tolist() == [first + timedelta(days=day) for day in range(7)] * 2
    assert frames.first_day == first - timedelta(days=first.weekday()) == frames.day_risk["week_start_date"].iloc[0]
    assert frames.judged_first_day == frames.first_day - timedelta(days=7) == frames.score["week_start_date"].iloc[0]
    assert set(frames.level["data_until_date"]) == {first - timedelta(days=1)}


def test_the_order_of_rows_and_days_beyond_the_data_change_nothing() -> None:
    at, until = datetime(2026, 1, 1, tzinfo=UTC), FIRST + timedelta(days=499)
    incidents = city(520)
    shuffled = incidents.sample(frac=1, random_state=1)
    within = incidents[incidents["occurred_local_date"] <= until]
    made = [level_frames("city", rows, NO_HOLIDAYS, until, FIRST, now=at) for rows in (shuffled, within)]
    for first, second in zip(made[0][2:], made[1][2:], strict=True):
        pd.testing.assert_frame_equal(first, second)
    assert set(made[0].level["forecast_at"]) == {pd.Timestamp(at)}


def test_groups_of_areas_are_forecast_where_they_have_enough_and_as_if_alone() -> None:
    incidents, until = two_types(800), FIRST + timedelta(days=799)
    share = np.random.default_rng(5).uniform(size=len(incidents))
    incidents["group_id"] = np.select([share < 0.6, share < 0.65], ["north", "south"], None)
    names = {"north": "North", "south": "South", "empty": "Empty"}
    found = level_frames("city", incidents, NO_HOLIDAYS, until, FIRST, groups=names)
    # Of some nine incidents a day the south has half a one; of type b the north has two.
    kinds = found.level.groupby(["area_id", "type"])["served"].count()
    assert kinds.to_dict() == dict.fromkeys(
        [(area, kind) for area in ("all", "north") for kind in ("a", "all", "b")], 7
    )
    whole, north = (found.level[found.level["area_id"] == area].reset_index(drop=True) for area in ("all", "north"))
    plain = level_frames("city", incidents, NO_HOLIDAYS, until, FIRST).level
    assert whole["expected_count"].equals(plain["expected_count"]) and whole["area_name"].isna().all()
    apart = level_frames("city", incidents[incidents["group_id"] == "north"], NO_HOLIDAYS, until, FIRST).level
    assert north["expected_count"].equals(apart["expected_count"])
    assert north["reason_en"].str.contains("North, city: ").all() and set(north["area_name"]) == {"North"}
    assert set(found.score["area_id"]) == {"all", "north"} == set(found.day_risk["area_id"])


def test_a_span_without_a_day_is_refused() -> None:
    with pytest.raises(CalanqueError, match="No day lies between"):
        level_frames("city", city(10), NO_HOLIDAYS, date(2017, 1, 1), FIRST)


@pytest.mark.parametrize(
    ("gain", "english", "french"),
    [
        pytest.param(
            Interval(-0.025, -0.037, -0.014),
            "over 96 weeks the model was farther from what happened than they were, by 0.025 incidents a day (0.014 to "
            "0.037). ",
            "sur 96 semaines le modèle a été plus loin des faits qu’eux, de 0,025 fait par jour (de 0,014 à 0,037). ",
            id="farther",
        ),
        pytest.param(
            Interval(-0.001, -0.034, 0.034),
            "what the model gains, -0.001 incidents a day (-0.034 to 0.034), is not clearly above 0. ",
            "ce que le modèle gagne, -0,001 fait par jour (de -0,034 à 0,034), n’est pas nettement au-dessus de 0. ",
            id="no difference",
        ),
        pytest.param(
            Interval(-0.0004, -0.0008, -0.0001),
            "what the model gains, 0.000 incidents a day (-0.001 to 0.000), is not clearly above 0. ",
            "ce que le modèle gagne, 0,000 fait par jour (de -0,001 à 0,000), n’est pas nettement au-dessus de 0. ",
            id="farther by less than is shown",
        ),
    ],
)
def test_a_model_that_does_not_serve_is_said_to_be_farther_only_where_it_was(
    gain: Interval, english: str, french: str
) -> None:
    subject = Subject("Toy City", "all", Case.NOT_BEATEN, 96, 26, gain=gain, held=(619, 672))
    assert english in reason_en(subject) and french in reason_fr(subject)


@pytest.mark.parametrize(
    ("p_above", "english", "french"),
    [
        pytest.param(0.0049, "probability less than 1%,", "probabilité de moins de 1 %,", id="below one in a hundred"),
        pytest.param(0.31, "probability 31%,", "probabilité de 31 %,", id="between"),
        pytest.param(0.999, "probability more than 99%,", "probabilité de plus de 99 %,", id="nothing is certain"),
    ],
)
def test_a_probability_is_rounded_and_never_0_or_1(p_above: float, english: str, french: str) -> None:
    subject = Subject("Toy City", "all", Case.MODEL, 96, 26)
    day = DayFigures(date(2024, 1, 1), 2.4, 5, 4, p_above, 3)
    assert english in finding_en(subject, day) and french in finding_fr(subject, day)


@pytest.mark.parametrize(
    ("expected", "english", "french"),
    [
        (0.94, "0.9 expected,", "0,9 attendu,"),
        (1.84, "1.8 expected,", "1,8 attendu,"),
        (1.96, "2.0 expected,", "2,0 attendus,"),
    ],
    ids=["less than one", "less than two", "two as shown"],
)
def test_french_has_the_plural_from_two_on(expected: float, english: str, french: str) -> None:
    day = DayFigures(date(2024, 1, 1), expected, 5, 4, 0.31, 3)
    gain = Interval(expected, expected, expected)
    subject = Subject("Toy City", "all", Case.MODEL, 96, 26, gain=gain, held=(1, 672))
    assert english in finding_en(subject, day) and french in finding_fr(subject, day)
    facts = "faits" if expected > 1.9995 else "fait"
    assert f"{expected:.3f} incidents a day" in reason_en(subject)
    assert f" {facts} par jour" in reason_fr(subject) and "a tenu 1 jour sur 672." in reason_fr(subject)


def test_a_silent_risk_says_to_what_its_probabilities_were_not_closer() -> None:
    subject, day = (
        Subject("Toy City", "all", Case.NOT_BEATEN, 96, 26),
        DayFigures(date(2024, 1, 1), 2.4, 5, 4, 0.3, None),
    )
    assert "were not clearly closer to what happened than the mean rate of busy days." in finding_en(subject, day)
    assert "plus proches de ce qui est arrivé que le taux moyen de jours chargés." in finding_fr(subject, day)


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        ({"season": 1.4, "level": 1.11}, ["1,40", "1,11"]),
        ({"season": 1.4, "level": 1.31}, ["1,4", "1,3"]),
        ({"season": 1.4, "level": 1.01}, ["1,4"]),
    ],
    ids=["one is small", "both are large", "what is not said counts for nothing"],
)
def test_ratios_of_one_sentence_have_as_many_digits(terms: dict[str, float], said: list[str]) -> None:
    english, french = factors(terms, date(2024, 1, 1))
    assert re.findall(r"× (\d,\d+)", french) == said
    assert re.findall(r"× (\d\.\d+)", english) == [one.replace(",", ".") for one in said]


def test_the_gain_is_also_shown_without_the_days_set_apart() -> None:
    frames = frames_of(city(1400), 1400)
    assert frames.score["crps_gain_apart"].notna().all()
    span = "Without the days from 16 March 2020 to 30 June 2021 (covid), the gain is "
    assert frames.level["reason_en"].str.contains(span, regex=False).all()
    assert frames.level["reason_fr"].str.contains("du 16 mars 2020 au 30 juin 2021", regex=False).all()
    config = level_config()
    plain = config.model_copy(update={"record": config.record.model_copy(update={"set_apart": None})})
    until = FIRST + timedelta(days=1399)
    assert level_frames("city", city(1400), NO_HOLIDAYS, until, FIRST, plain).score["crps_gain_apart"].isna().all()
