"""Near-repeat: silent where none is planted, found where it is, of the planted size; and an alert only then."""

import dataclasses
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from contagious_city import NEAR, band_of, changed, city, incidents_of

from calanque.errors import CalanqueError
from calanque.places.grid import Grid
from calanque.twin.city import City
from ml.near_repeat.alert import alert_layer
from ml.near_repeat.knox import knox_test
from ml.near_repeat.pairs import close_pairs
from ml.near_repeat.sentences import finding_en, finding_fr

SILENT = city()


def frame(rows) -> pd.DataFrame:
    """Incidents at x, y on a day of 2024, by hand."""
    x, y, day = (np.asarray(column, dtype=float) for column in zip(*rows, strict=True))
    at = pd.Timestamp("2024-01-01 12:00", tz="UTC") + pd.to_timedelta(day, unit="D")
    return pd.DataFrame({"occurred_at": at, "x": x, "y": y, "type": "burglary", "origin": "reported"})


@pytest.fixture(scope="module")
def grid() -> Grid:
    return Grid("here", 2154, 250.0, 0.0, 0.0, np.ones((40, 40), dtype=bool))


@pytest.fixture(scope="module")
def planted() -> City:
    return city(contagion=NEAR)


@pytest.fixture(scope="module")
def found(planted) -> tuple:
    incidents = incidents_of(planted, 1)
    return incidents, knox_test(planted.grid, "burglary", incidents)


@pytest.mark.parametrize(
    ("rows", "band"),
    [
        pytest.param([(0, 0, 0), (0, 0, 3)], (1, 7), id="same-point"),
        pytest.param([(0, 0, 0), (60, 80, 7)], (100, 7), id="edge-of-100-m-and-7-days"),
        pytest.param([(0, 0, 8), (60, 80, 0)], (100, 14), id="8-days-before"),
        pytest.param([(0, 0, 0), (0, 101, 0)], (200, 7), id="same-day"),
        pytest.param([(0, 0, 0), (400, 0, 14)], (400, 14), id="last-edge"),
        pytest.param([(0, 0, 0), (401, 0, 0)], None, id="too-far"),
        pytest.param([(0, 0, 0), (50, 0, 15)], None, id="too-late"),
        pytest.param([(0, 0, 0)], None, id="alone"),
    ],
)
def test_a_pair_falls_in_its_band(grid, rows, band) -> None:
    report = knox_test(grid, "burglary", frame(rows))
    assert {(b.up_to_m, b.last_day) for b in report.bands if b.observed} == ({band} if band else set())
    assert len(report.bands) == 8
    assert not report.is_found


def test_pairs_agree_with_all_pairs_by_hand() -> None:
    draw = np.random.default_rng(1)
    x, y, day = draw.uniform(0, 2000, 300), draw.uniform(0, 2000, 300), draw.integers(0, 90, 300).astype(np.int16)
    i, j = np.triu_indices(300, 1)
    far, apart = np.hypot(x[i] - x[j], y[i] - y[j]), np.abs(day[i] - day[j])
    bins = np.histogram2d(far, apart, bins=[[0, 1, 100, 200, 400], [0, 7.5, 14.5]])[0]
    assert bins.sum() > 500
    counts = close_pairs(x, y, (1, 100, 200, 400), 10_000).count_close_in_time(day, (7, 14))
    np.testing.assert_array_equal(counts, bins)


def test_the_unit_of_the_crs_is_minded(grid) -> None:
    """EPSG:2913 counts in feet: 300 of them are 91 m."""
    feet = Grid("portland", 2913, 600.0, 0.0, 0.0, np.ones((40, 40), dtype=bool))
    rows = frame([(0, 0, 0), (300, 0, 1)])
    assert band_of(knox_test(feet, "burglary", rows), 100, 7).observed == 1
    assert band_of(knox_test(grid, "burglary", rows), 400, 7).observed == 1


def test_expected_pairs_are_those_of_the_exact_mean(found) -> None:
    incidents, report = found
    points, day = incidents[["x", "y"]].to_numpy(), incidents["occurred_at"].dt.dayofyear
    assert len(day) == report.event_count
    day = (incidents["occurred_at"].dt.floor("D").astype("int64") // 86_400).to_numpy()
    pairs = close_pairs(*points.T, (1, 100, 200, 400), 10**7)
    close_in_time = np.triu(np.abs(np.subtract.outer(day, day)) <= 7, 1).sum()
    exact = np.diff(pairs.starts) * close_in_time / (len(day) * (len(day) - 1) / 2)
    first = [band for band in report.bands if band.first_day == 0]
    np.testing.assert_allclose([band.expected for band in first][1:], exact[1:], rtol=0.05)


def test_the_ratio_is_that_of_the_direct_follow_ups_at_least(found) -> None:
    """In the first band: not below what direct follow-ups alone give, not above what whole clusters give."""
    _, report = found
    band = band_of(report, 100, 7)
    direct = 0.2 * (1 - np.exp(-(100**2) / (2 * 70**2))) * (1 - np.exp(-7 / 5))
    base = band.expected / report.event_count
    assert 1 + 0.75 * direct / base < band.ratio < 1 + 1.25 * ((1 - 0.2) ** -2 - 1) / 2 / base
    assert report.lead == max((band, band_of(report, 200, 7)), key=lambda b: b.ratio if b.is_significant else 0)


@pytest.mark.parametrize(
    ("change", "is_found"),
    [
        pytest.param({}, True, id="as-configured"),
        pytest.param({"min_pairs": 10_000}, False, id="too-few-pairs"),
        pytest.param({"min_ratio": 50}, False, id="ratio-too-low"),
    ],
)
def test_each_condition_can_silence(planted, found, change, is_found) -> None:
    report = knox_test(planted.grid, "burglary", found[0], changed(**change))
    assert report.is_found == is_found


def test_only_the_configured_history_is_tested(planted, found) -> None:
    report = knox_test(planted.grid, "burglary", found[0], changed(history_days=60))
    day = found[0]["occurred_at"].dt.date
    assert report.event_count == (day > day.max() - timedelta(days=60)).sum() < len(day)


def test_same_seed_same_report_whatever_the_order_of_rows(planted, found) -> None:
    incidents, report = found
    assert knox_test(planted.grid, "burglary", incidents.sample(frac=1, random_state=1)) == report
    other = knox_test(planted.grid, "burglary", incidents, seed=5)
    assert other.bands != report.bands
    assert [band.observed for band in other.bands] == [band.observed for band in report.bands]


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda rows: pd.concat([rows, rows.iloc[::8]]), id="recorded-twice"),
        pytest.param(
            lambda rows: rows.assign(x=(rows["x"] / 150).round() * 150, y=(rows["y"] / 150).round() * 150),
            id="moved-to-crossings",
        ),
    ],
)
def test_one_point_is_a_band_of_its_own(spoil) -> None:
    """Facts recorded twice and points moved to a crossing raise the same-point band, and open no alert."""
    rows = spoil(incidents_of(SILENT, 3))
    report = knox_test(SILENT.grid, "burglary", rows)
    same = [band for band in report.bands if band.is_same_point]
    assert len(same) == 2
    assert sum(band.observed for band in same) > 5
    assert not report.is_found
    if len(rows) > len(incidents_of(SILENT, 3)):
        assert same[0].is_significant
        assert f"At one point there are {same[0].observed:,} pairs" in finding_en(report)
        assert "Au même point" in finding_fr(report)


def last_of(incidents) -> date:
    return incidents["occurred_at"].max().date() + timedelta(days=1)


def test_the_alert_decays_and_ends(planted, found) -> None:
    incidents, report = found
    layers = [
        alert_layer(report, planted.grid, incidents, last_of(incidents) + timedelta(days=later))
        for later in range(0, 16, 3)
    ]
    totals = [layer.cells["expected_excess_7d"].sum() for layer in layers]
    assert totals[0] > 1
    assert totals == sorted(totals, reverse=True)
    assert layers[-1].cells.empty
    assert "no incident is recent enough" in layers[-1].sentence_en
    assert "aucun fait n’est assez récent" in layers[-1].sentence_fr
    both = layers[0].cells
    assert (both["expected_excess_14d"] >= both["expected_excess_7d"]).all()
    assert both["cell_id"].tolist() == [planted.grid.cell_ids()[index] for index in both["cell_index"]]


def by_hand(report, **bands) -> object:
    """The report with every band silenced but those named `up_to_last=excess pairs`."""
    kept = []
    for band in report.bands:
        excess = bands.get(f"m{band.up_to_m:g}_d{band.last_day}")
        values = {"is_significant": excess is not None, "expected": 100.0, "observed": 100 + (excess or 0)}
        kept.append(dataclasses.replace(band, **values))
    lead = next(band for band in kept if band.is_significant)
    return dataclasses.replace(report, territory="here", event_count=100, bands=tuple(kept), lead=lead)


@pytest.mark.parametrize(
    ("age", "bands", "total"),
    [
        pytest.param(1, {"m100_d7": 80}, (0.7, 0.7), id="seven-of-eight-days-to-come"),
        pytest.param(7, {"m100_d7": 80}, (0.1, 0.1), id="last-day"),
        pytest.param(8, {"m100_d7": 80}, (0.0, 0.0), id="over"),
        pytest.param(8, {"m100_d7": 80, "m100_d14": 70}, (0.7, 0.7), id="second-band-only"),
        pytest.param(1, {"m100_d7": 80, "m100_d14": 70}, (0.7, 1.4), id="second-week-is-in-14-days-only"),
        pytest.param(1, {"m100_d7": 80, "m1_d7": 800}, (0.7, 0.7), id="same-point-left-out"),
        pytest.param(0, {"m100_d7": 80}, (0.0, 0.0), id="not-yet-happened"),
    ],
)
def test_the_excess_by_hand(grid, found, age, bands, total) -> None:
    first_day = date(2025, 6, 1)
    incidents = frame([(1125, 1125, (first_day - date(2024, 1, 1)).days - age)])
    layer = alert_layer(by_hand(found[1], **bands), grid, incidents, first_day)
    sums = layer.cells[["expected_excess_7d", "expected_excess_14d"]].sum()
    np.testing.assert_allclose(sums, total, atol=1e-9)
    # 100 m around the middle of a cell of 250 m stays in it.
    assert layer.cells["cell_id"].tolist() == (["here:4:4"] if total[1] else [])


def test_a_ring_is_shared_between_cells_by_area(grid, found) -> None:
    incidents = frame([(1250, 1250, 516)])
    cells = alert_layer(by_hand(found[1], m400_d7=80), grid, incidents, date(2025, 6, 1)).cells
    square = np.zeros(grid.mask.shape)
    square[grid.mask] = np.bincount(cells["cell_index"], cells["expected_excess_7d"], minlength=grid.count)
    np.testing.assert_allclose(square[3:7, 3:7], square[3:7, 3:7].T, atol=0.02)
    np.testing.assert_allclose(square[3:7, 3:7], square[6:2:-1, 3:7], atol=0.02)
    assert len(cells) <= 16


TWO = frame([(0, 0, 0), (1, 1, 1)])


@pytest.mark.parametrize(
    ("rows", "changes", "said"),
    [
        pytest.param(TWO.drop(columns="origin"), {}, "lack the column 'origin'", id="no-origin"),
        pytest.param(TWO.assign(origin="enforced"), {}, "not reported by the public", id="enforced"),
        pytest.param(TWO.assign(origin=None), {}, "not reported by the public", id="origin-unknown"),
        pytest.param(TWO.assign(x=np.nan), {}, "no place or no date", id="no-place"),
        pytest.param(TWO.assign(occurred_at=pd.NaT), {}, "no place or no date", id="no-date"),
        pytest.param(
            frame([(0, 0, 0), (1, 1, 1), (2, 2, 2)]),
            {"max_pair_count": 2},
            "3 pairs lie within 400 m, more than max_pair_count",
            id="more-pairs-than-memory",
        ),
    ],
)
def test_rows_that_cannot_be_tested_are_refused(grid, rows, changes, said) -> None:
    knox_test(grid, "burglary", TWO)
    with pytest.raises(CalanqueError, match=said):
        knox_test(grid, "burglary", rows, changed(**changes))


WHY = ("because", "caus", "due to", "leads", "trigger", "parce", "entraîn", "provoqu", "grâce", "en raison")


def test_sentences_say_the_figures_and_never_why(planted, found) -> None:
    incidents, report = found
    layer = alert_layer(report, planted.grid, incidents, last_of(incidents))
    said = [finding_en(report), finding_fr(report), layer.sentence_en, layer.sentence_fr]
    lead = report.lead
    assert f"{lead.observed:,} pairs of incidents against {lead.expected:,.0f}" in said[0]
    assert "p = 0.005" in said[0]
    assert "p = 0,005" in said[1]
    assert f"within {lead.up_to_m:g} m and 7 days" in said[0]
    assert "7 prochains jours" in said[3]
    quiet = knox_test(planted.grid, "burglary", incidents.iloc[:0])
    said += [finding_en(quiet), finding_fr(quiet)]
    assert "among 0 incidents" in said[4]
    assert [(word, text) for text in said for word in WHY if word in text.lower()] == []
