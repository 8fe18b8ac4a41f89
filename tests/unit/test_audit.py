"""The audit: each check passes where it should, and has a case that makes it fail."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from cheap_forecast import counted

from calanque.errors import CalanqueError
from calanque.twin.city import City
from calanque.twin.city_config import CityConfig, Deprivation, HotSpots, IncidentType
from ml.audit.fairness import (
    FairnessConfig,
    Judged,
    RankChange,
    class_figures,
    flags_of,
    reporting_sensitivity,
    with_reporting,
)
from ml.audit.feedback import Correction, LoopConfig, cube_until, keep_probability, patrol_plan, run_loop, study_loop
from ml.audit.forecasters import risk_forecaster
from ml.audit.null_data import (
    Band,
    NullConfig,
    NullStudy,
    concentration,
    permutation_band,
    relocated,
    reported_only,
    study_null,
)
from ml.audit.parity import ParityTarget, parity_costs, quota_flags, quotas, study_fairness
from ml.audit.planted import clean_reports, plant
from ml.audit.poisoning import PoisonConfig, PoisonReason, find_poison, study_poison
from ml.audit.report import AuditResults, audit_html, audit_markdown, audit_sentences
from ml.audit.sentences import fairness_en, fairness_fr, loop_en, loop_fr, null_en, null_fr
from ml.risk.config import risk_config

WARM_UP_WEEKS = 20
LOOP = LoopConfig(warm_up_weeks=WARM_UP_WEEKS)
NULL = NullConfig(band_draws=20)


def small(weeks=WARM_UP_WEEKS + 52, reporting=(0.2,) * 5, weekly_total=1500, **changes) -> CityConfig:
    theft = IncidentType(name="theft", weekly_total=weekly_total, hot_spots=HotSpots(count=8))
    deprivation = Deprivation(reporting_rates=reporting)
    return CityConfig(rows=20, cols=20, weeks=weeks, types=(theft,), deprivation=deprivation, **changes)


@pytest.fixture(scope="module")
def loop():
    return study_loop(City(small()), counted(), (1, 2), LOOP)


def test_finds_run_away_uncorrected_and_do_not_with_the_correction(loop) -> None:
    assert loop.excess(Correction.NONE) > 0.5
    assert abs(loop.excess(Correction.ENSIGN)) <= 0.1
    assert abs(loop.excess(Correction.EXCLUDED)) <= 0.1
    assert loop.is_passed
    given = loop.mean(Correction.NONE, "forecast_share")
    assert given[-1] > given[4] > given[0]
    assert loop.mean(Correction.NONE, "found_share").mean() > 0.2
    assert loop.mean(Correction.EXCLUDED, "found_share").max() == 0


@pytest.mark.full
def test_the_bar_fails_when_the_correction_does_not_correct(loop) -> None:
    assert not replace(loop, runs={**loop.runs, Correction.ENSIGN: loop.runs[Correction.NONE]}).is_passed
    assert not replace(loop, runs={Correction.ENSIGN: loop.runs[Correction.ENSIGN]}).is_passed
    guarded = (Correction.ENSIGN, Correction.EXCLUDED)
    exaggerated = study_loop(City(small()), counted(power=1.6), (1,), LOOP, guarded)
    assert exaggerated.excess(Correction.EXCLUDED) > 0.1
    assert not exaggerated.is_passed


def test_the_correction_holds_where_almost_all_is_found_by_patrols() -> None:
    """The setting of Ensign et al.: nothing but finds, patrols everywhere in proportion to the forecast."""
    config = LoopConfig(warm_up_weeks=WARM_UP_WEEKS, patrolled_area_share=1, even_share=0.3)
    city = City(small(reporting=(0.01,) * 5, discovery_rate=0.2))
    study = study_loop(city, counted(), (3,), config, (Correction.NONE, Correction.ENSIGN))
    assert study.excess(Correction.NONE) > 0.3
    assert abs(study.excess(Correction.ENSIGN)) <= 0.1
    assert study.mean(Correction.ENSIGN, "found_share").mean() > 0.5


@pytest.mark.parametrize(
    ("share", "least", "kept"),
    [
        pytest.param([0.25] * 4, 0.1, [1, 1, 1, 1], id="even"),
        pytest.param([0.1, 0.2, 0.3, 0.4], 0.1, [1, 1 / 2, 1 / 3, 1 / 4], id="inverse"),
        pytest.param([0, 0.25, 0.25, 0.5], 0.4, [1, 0.4, 0.4, 0.2], id="nobody-there-is-clipped"),
        pytest.param([0, 0, 0, 1], 1.0, [1, 1, 1, 1 / 4], id="all-in-one"),
    ],
)
def test_finds_are_kept_in_inverse_proportion(share, least, kept) -> None:
    np.testing.assert_allclose(keep_probability(np.array(share), least), kept)


def test_patrols_go_to_the_most_flagged() -> None:
    expected = np.arange(100.0)
    plan = patrol_plan(expected, LOOP)
    assert plan.sum() == pytest.approx(1)
    np.testing.assert_allclose(plan[:95], 0.1 / 100)
    assert plan[99] - 0.001 == pytest.approx(0.9 * 99 / (95 + 96 + 97 + 98 + 99))


def test_loops_are_the_same_again() -> None:
    config, city = LoopConfig(warm_up_weeks=8, loop_weeks=8), City(small(weeks=16, weekly_total=300))
    runs = [run_loop(city, counted(), 5, Correction.ENSIGN, config) for _ in range(2)]
    np.testing.assert_array_equal(runs[0].forecast_share, runs[1].forecast_share)


def test_the_products_forecast_is_of_expected_counts() -> None:
    config = risk_config()
    few = {"fit_weeks": 12, "min_fit_weeks": 10, "zeros_a_week": 200}
    config = config.model_copy(update={"challenger": config.challenger.model_copy(update=few)})
    city = City(small(weeks=26, weekly_total=200, reporting=(0.5,) * 5))
    expected = risk_forecaster(config)(cube_until(city, reported_only(city.run(1)), 26))
    assert expected.shape == (1, 400)
    assert expected.min() > 0
    assert expected.sum() == pytest.approx(100, rel=0.3)


NULL_CITY = small(weeks=30, weekly_total=3000).null_data()
SEEDS = tuple(range(10))


def patrolled(run):
    return run.recorded(patrol_plan(run.city.population, LOOP))


LEANING = np.where(City(NULL_CITY).deprivation_class == 5, 1.6, 1.0)


@pytest.mark.parametrize(
    ("tilt", "record", "lives", "least", "most", "is_even"),
    [
        pytest.param(None, reported_only, 10, 0.95, 1, True, id="nothing-is-made-of-nothing"),
        pytest.param(None, patrolled, 5, 0, 0, None, id="learning-from-finds-is-seen-by-the-band"),
        pytest.param(LEANING, reported_only, 8, 0.8, 1, False, id="always-leaning-is-seen-by-the-residents-share"),
    ],
)
def test_null_data_tell_what_a_forecast_makes_of_nothing(tilt, record, lives, least, most, is_even) -> None:
    study = study_null(NULL_CITY, counted(tilt=tilt), SEEDS[:lives], NULL, record=record)
    assert least <= study.share_within <= most
    assert is_even is None or (study.excess <= 0.1) == is_even
    assert study.is_passed == bool(is_even)


def test_true_hot_spots_are_outside_the_band() -> None:
    study = study_null(NULL_CITY, counted(), SEEDS[:3], NULL)
    city = City(small(weeks=30, weekly_total=3000))
    expected = counted()(cube_until(city, reported_only(city.run(1)), 30)).sum(axis=0)
    assert not study.band.holds(concentration(expected, city.population, 0.05))


@pytest.mark.parametrize(
    ("expected", "figure"),
    [
        pytest.param([1] * 10 + [3] * 10, 1.0, id="as-residents"),
        pytest.param([0] * 19 + [1], 40 / 3, id="all-in-one"),
        pytest.param([1] * 20, 2.0, id="flat-ties-by-index"),
    ],
)
def test_concentration_is_against_residents(expected, figure) -> None:
    population = np.array([1.0] * 10 + [3.0] * 10)
    assert concentration(np.array(expected, dtype=float), population, 0.05) == pytest.approx(figure)


def test_relocated_incidents_keep_dates_and_types() -> None:
    city = City(NULL_CITY)
    before = reported_only(city.run(1))
    after = relocated(before, city.population, 1)
    assert after[["occurred_at", "type"]].equals(before[["occurred_at", "type"]])
    seen = np.bincount(after["cell_index"], minlength=400)
    expected = len(before) * city.population / city.population.sum()
    assert abs(((seen - expected) ** 2 / expected).sum() - 400) < 5 * np.sqrt(800)


def test_the_band_narrows_with_less_coverage() -> None:
    city = City(NULL_CITY)
    rows = reported_only(city.run(1))
    wide, narrow = (
        permutation_band(city, rows, counted(), NullConfig(band_draws=10, band_coverage=part), 1)
        for part in (0.99, 0.8)
    )
    assert wide.low < narrow.low < narrow.mean < narrow.high < wide.high


CHANGES = (RankChange(5, -0.2, 0.97, 0.1, 0.0),)


def judged(expected=(4.0, 2, 1, 1), observed=(4.0, 0, 3, 1), flagged=(1, 0, 1, 0)) -> Judged:
    weeks = [np.array([row, row]) for row in (expected, observed, flagged)]
    return Judged(weeks[0], weeks[1], weeks[2].astype(bool), np.array([100.0, 300, 100, 500]), np.array([1, 1, 5, 5]))


def test_the_figures_of_a_class_are_those_counted_by_hand() -> None:
    low, high = class_figures(judged())
    assert (low.area_class, high.area_class) == (1, 5)
    assert (low.population_share, low.harm_share, low.flagged_share) == (0.4, 0.5, 0.5)
    assert (low.flagged_per_population, low.flagged_per_harm) == (1.25, 1.0)
    assert (low.miss_rate, low.calibration, low.exposure, low.yield_count) == (0.0, 1.5, 0.25, 4.0)
    assert (high.miss_rate, high.calibration, high.yield_count) == (0.25, 0.5, 3.0)
    assert high.exposure == pytest.approx(100 / 600)


def test_a_class_without_a_report_has_no_calibration() -> None:
    low, high = class_figures(judged(observed=(4.0, 0, 0, 0)))
    assert np.isnan(high.calibration)
    assert np.isnan(high.miss_rate)
    assert low.miss_rate == 0
    study = study_fairness(judged(observed=(4.0, 0, 0, 0)), CHANGES, FairnessConfig())
    assert study.relative_calibration.keys() == {1}


@pytest.mark.parametrize(
    ("expected", "spearman", "is_calibrated", "is_stable"),
    [
        pytest.param((4.0, 0, 3, 1), 0.95, True, True, id="fair"),
        pytest.param((6.0, 0, 2, 1), 0.95, False, True, id="one-class-forecast-too-high"),
        pytest.param((4.0, 0, 3, 1), 0.85, True, False, id="reporting-upsets-ranks"),
        pytest.param((4.0, 0, 3, 1), float("nan"), True, False, id="no-ranks"),
    ],
)
def test_the_bars(expected, spearman, is_calibrated, is_stable) -> None:
    changes = (RankChange(5, -0.2, spearman, 0.1, 0.0),)
    study = study_fairness(judged(expected), changes, FairnessConfig())
    assert (study.is_calibrated, study.is_stable) == (is_calibrated, is_stable)
    assert study.is_passed == (is_calibrated and is_stable)


@pytest.mark.parametrize("change", [-0.2, 0.2])
def test_reporting_changes_only_the_rows_it_is_asked_to(change) -> None:
    rows = pd.DataFrame({"cell_index": np.repeat([0, 1], 10_000)})
    number = with_reporting(rows, rows["cell_index"].to_numpy() == 1, change, 3)["cell_index"].value_counts()
    assert number[0] == 10_000
    assert number[1] == pytest.approx(10_000 * (1 + change), rel=0.02)


def test_a_steady_forecast_moves_little_and_a_nervous_one_much() -> None:
    city = City(small(weeks=20, reporting=(0.6,) * 5))
    rows = reported_only(city.run(1))

    def forecast(incidents):
        return counted()(cube_until(city, incidents, 20)).sum(axis=0)

    def nervous(incidents):
        return np.random.default_rng(len(incidents)).random(400)

    steady = reporting_sensitivity(rows, city.deprivation_class, forecast, FairnessConfig(), 1)
    assert [(change.area_class, change.change) for change in steady[:3]] == [(1, -0.2), (1, 0.2), (2, -0.2)]
    assert len(steady) == 10
    assert min(change.spearman for change in steady) > 0.9
    of_five = {change.change: change.flagged_share_change for change in steady if change.area_class == 5}
    assert of_five[-0.2] <= 0 <= of_five[0.2]
    upset = reporting_sensitivity(rows, city.deprivation_class, nervous, FairnessConfig(), 1)
    assert max(abs(change.spearman) for change in upset) < 0.5
    assert min(change.flags_changed_share for change in upset) > 0.5


@pytest.mark.parametrize(
    ("shares", "total", "most", "given"),
    [
        pytest.param((0.5, 0.5), 4, (9, 9), [2, 2], id="even"),
        pytest.param((0.6, 0.4), 3, (9, 9), [2, 1], id="largest-remainder"),
        pytest.param((0.9, 0.1), 6, (2, 9), [2, 4], id="full-class-gives-to-others"),
        pytest.param((1.0, 0.0), 4, (2, 9), [2, 2], id="even-to-a-class-without-share"),
        pytest.param((0.5, 0.5), 9, (2, 3), [2, 3], id="more-than-there-are"),
    ],
)
def test_quotas_sum_up(shares, total, most, given) -> None:
    assert quotas(np.array(shares), total, np.array(most)).tolist() == given


def test_quotas_take_the_highest_of_each_class() -> None:
    flags = quota_flags(np.array([5.0, 6, 1, 2]), np.array([1, 1, 2, 2]), np.array([0.5, 0.5]), 2)
    assert flags.tolist() == [False, True, False, True]


def test_parity_costs_what_it_no_longer_catches() -> None:
    expected = np.array([[9.0, 8, 1, 1, 1, 1]])
    case = Judged(expected, expected, flags_of(expected, 0.33), np.ones(6), np.array([1, 1, 1, 2, 2, 2]))
    free, full = parity_costs(case, ParityTarget.POPULATION, (0.0, 1.0))
    assert (free.hit_rate, free.gap) == (17 / 21, 0.5)
    assert (full.hit_rate, full.gap) == (10 / 21, 0.0)
    assert np.isnan(free.loss_per_parity)
    assert full.loss_per_parity == pytest.approx(7 / 21 / 0.5)


UNTIL = pd.Timestamp("2026-01-31", tz="UTC")
HOME, NOON = (5.37, 43.29), "2026-01-10 12:00"


def reports(count=1, minutes=10.0, step_deg=0.0, same_text=False, sources=1, place=HOME, early="-1h", first=NOON):
    at = pd.Timestamp(first, tz="UTC") + pd.to_timedelta(minutes * np.arange(count), unit="min")
    values = {
        "reported_at": at,
        "occurred_at": at + pd.Timedelta(early),
        "lon": place[0] + step_deg * np.arange(count),
        "lat": float(place[1]),
        "source_token": [f"s{n % sources}" for n in range(count)],
        "text_hash": ["t" if same_text else f"t{n}" for n in range(count)],
    }
    return pd.DataFrame(values)


def found(frame):
    return find_poison(frame, GRID, UNTIL)


GRID = City(CityConfig(weeks=2)).grid
FORGED = yaml.safe_load(Path(__file__).with_name("forged_reports.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", FORGED.values(), ids=FORGED)
def test_what_is_marked(case) -> None:
    given = {name: value for name, value in case.items() if name not in {"without", "marked", "reason"}}
    frame = reports(**given)
    findings = found(frame.assign(**{case["without"]: None}) if "without" in case else frame)
    assert findings[case["reason"]].sum() == case["marked"]
    others = findings.drop(columns=case["reason"])
    assert not others.to_numpy().any() or case["reason"] == PoisonReason.COPIED_TEXT


def test_planted_forgeries_are_found_and_clean_reports_left_alone(poison) -> None:
    assert min(poison.recall.values()) >= 0.95
    assert poison.false_positive_rate < 0.01
    assert poison.is_passed


@pytest.mark.parametrize(
    "config",
    [
        pytest.param(PoisonConfig(burst_count=25), id="bursts-missed"),
        pytest.param(PoisonConfig(copy_count=25), id="copies-missed"),
        pytest.param(PoisonConfig(future_minutes=60 * 24 * 30), id="future-missed"),
        pytest.param(PoisonConfig(burst_count=2, burst_radius_m=20_000, burst_hours=48), id="clean-marked"),
    ],
)
def test_the_bar_fails_with_bad_thresholds(planted, config) -> None:
    frame, kinds, until = planted
    assert not study_poison(frame, kinds, find_poison(frame, City(CityConfig()).grid, until, config)).is_passed


def test_a_row_may_have_several_reasons() -> None:
    both = found(reports(5, same_text=True, early="2h"))
    assert set(both.columns[both.all()]) == {"burst_from_one_source", "copied_text", "future_date"}
    assert not both["impossible_place"].any()
    assert found(reports(1).iloc[:0]).empty


@pytest.fixture(scope="module")
def planted():
    clean = clean_reports(City(CityConfig()).run(7), 7)
    return *plant(clean, 7), clean["reported_at"].max()


@pytest.fixture(scope="module")
def poison(planted):
    frame, kinds, until = planted
    return study_poison(frame, kinds, find_poison(frame, City(CityConfig()).grid, until))


@pytest.fixture(scope="module")
def results(loop, poison) -> AuditResults:
    null = study_null(NULL_CITY, counted(), (1, 2, 3), NULL)
    fairness = study_fairness(judged((4.0, 0, 3, 1)), CHANGES, FairnessConfig())
    return AuditResults("risk 3", "Twin <city>", date(2026, 11, 24), loop, null, fairness, poison)


@pytest.mark.parametrize(
    ("lives", "outside", "at_least", "is_weak"),
    [
        pytest.param(10, 0, 0.741, True, id="ten"),
        pytest.param(10, 1, 0.606, True, id="ten-one-outside"),
        pytest.param(10, 10, 0.0, True, id="ten-all-outside"),
        pytest.param(58, 0, 0.950, True, id="one-too-few"),
        pytest.param(59, 0, 0.950, False, id="just-enough"),
        pytest.param(100, 0, 0.970, False, id="hundred"),
    ],
)
def test_few_lives_show_little(lives, outside, at_least, is_weak) -> None:
    values = np.array([1.0] * (lives - outside) + [9.0] * outside)
    study = NullStudy(NullConfig(), Band(0.9, 1.1, 1.0, 10), values)
    assert study.least_share == pytest.approx(at_least, abs=6e-4)
    assert (study.is_weak, study.lives_needed) == (is_weak, 59)
    assert ("cannot tell" in null_en(study), "ne permettent pas" in null_fr(study)) == (is_weak, is_weak)


def test_few_reports_of_a_class_are_weak() -> None:
    few = study_fairness(judged((4.0, 0, 3, 1)), CHANGES, FairnessConfig())
    assert (few.fewest_reports, few.reports_needed, few.is_weak) == (8, 81, True)
    assert "8 reports only" in fairness_en(few)
    assert "8 déclarations" in fairness_fr(few)
    many = judged(observed=(400.0, 0, 300, 100), expected=(400.0, 0, 300, 100))
    study = study_fairness(many, CHANGES, FairnessConfig())
    assert not study.is_weak
    assert "only" not in fairness_en(study)


def test_one_life_of_the_loop_is_weak(loop) -> None:
    assert not loop.is_weak
    one = replace(loop, runs={name: lives[:1] for name, lives in loop.runs.items() if name is not Correction.NONE})
    assert one.is_weak
    assert "One life was tried" in loop_en(one)
    assert "Une seule vie" in loop_fr(one)
    assert "last case aside" in loop_en(loop)
    assert "aside" not in loop_en(one)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        pytest.param(
            lambda: run_loop(City(small(weeks=30)), counted(), 1, Correction.NONE, LOOP), "needs 72 weeks", id="short"
        ),
        pytest.param(lambda: study_null(NULL_CITY, counted(), ()), "at least one seed", id="no-seed"),
        pytest.param(lambda: study_fairness(judged(), (), FairnessConfig()), "needs changes of rank", id="no-change"),
        pytest.param(lambda: judged(observed=(0.0,) * 4), "nothing to audit", id="no-report"),
        pytest.param(lambda: judged(flagged=(0,) * 4), "nothing to audit", id="no-flag"),
        pytest.param(lambda: judged(expected=(1.0,) * 3), "weeks x cells", id="a-cell-missing"),
        pytest.param(lambda: with_reporting(reports(), np.array([True]), -1.0, 3), "above -1", id="less-than-none"),
        pytest.param(lambda: found(reports().drop(columns="text_hash")), "no column text_hash", id="column-missing"),
        pytest.param(
            lambda: found(reports().assign(reported_at=pd.Timestamp(NOON))), "times with a zone", id="no-zone"
        ),
        pytest.param(
            lambda: study_poison(reports(3), pd.Series(["", "", "future_date"]), found(reports(3))),
            "every kind",
            id="kinds-missing",
        ),
    ],
)
def test_what_cannot_be_audited_is_refused(call, said) -> None:
    with pytest.raises(CalanqueError, match=said):
        call()


def test_page_and_card_of_a_small_audit_that_passed(results) -> None:
    assert results.is_passed and results.is_weak
    page, card = audit_html(results), audit_markdown(results)
    counts = {
        **dict.fromkeys(("<section>", "data:image/svg+xml;base64,", '"passed">Passed', '"passed">Réussi'), 4),
        **dict.fromkeys(("Passed, on few data", "Réussi, sur peu de données"), 3),
        # The page stands alone.
        **dict.fromkeys(("<script", "Twin <city>"), 0),
    }
    assert {text: page.count(text) for text in counts} == counts
    assert not re.search(r"(src|href)=\"(?!data:)", page)
    assert page == audit_html(results)
    for said in (
        *("Feedback loop", "Boucle de rétroaction", "Données nulles", "Équité", "Signalements forgés"),
        *("a pass is then no proof", "une réussite n'est alors pas une preuve"),
        # The stored version is never asked: its parameters learn anew in each simulated city.
        *("Audit of the parameters", "The audit is of these parameters", "audit porte sur ces paramètres"),
    ):
        assert said in page
    assert card.startswith("Passed, on few data, 2026-11-24: these parameters, learnt anew on simulated cities.")
    assert "- Null data: passed, on few data. " in card and "- Forged reports: passed. " in card
    assert all("does not decide which model serves" in text for text in (page, card))


def test_what_failed_is_named_in_both_languages(results) -> None:
    missed = replace(results.poison, recall=dict.fromkeys(results.poison.recall, 0.5))
    failed = replace(results, null=replace(results.null, concentration=np.array([9.0])), poison=missed)
    assert failed.failed == ("null data", "forged reports")
    assert audit_markdown(failed).startswith("Failed")
    assert "- Null data: failed" in audit_markdown(failed)
    page = audit_html(failed)
    assert page.count("Failed") == page.count("Échec") == 3
    assert list(audit_sentences(failed)) == ["feedback loop", "null data", "fairness", "forged reports"]
