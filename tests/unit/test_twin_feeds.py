"""Presence, traffic, car parks, cleanliness: as French sources write them, by a city's curves."""

import io
import json
from datetime import timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from calanque.contracts import load_contract
from calanque.places.cells import territory_cells
from calanque.places.grid import project, territory_grid
from calanque.places.territory import load_territory
from calanque.twin import cleanliness, parking, phone_flows, posts, traffic
from calanque.twin.days import local_hours
from calanque.twin.dirt import WRONG_TIMES
from calanque.twin.main_courante import generate_main_courante

SUMMER = "2026-07-12"  # a Sunday


def table(content: bytes, encoding: str = "utf-8") -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(content), sep=";", dtype=str, keep_default_na=False, encoding=encoding)


def lines(content: bytes) -> pd.DataFrame:
    return pd.DataFrame(map(json.loads, content.decode().splitlines()))


def counts(content: bytes) -> pd.DataFrame:
    return pd.DataFrame(json.loads(content)["counts"])


@pytest.mark.parametrize(
    ("day", "count"),
    [
        pytest.param("2026-06-30", 24, id="summer"),
        pytest.param("2026-03-29", 23, id="clocks-forward"),
        pytest.param("2026-10-25", 25, id="clocks-back"),
    ],
)
def test_a_local_day_has_the_hours_of_its_clock(day: str, count: int) -> None:
    hours = local_hours(day, 1, 0)
    assert len(hours) == count and {f"{at:%Y-%m-%d}" for at in hours} == {day}
    instants = [at.astimezone(ZoneInfo("UTC")) for at in hours]
    assert {later - at for at, later in pairwise(instants)} == {timedelta(hours=1)}


def test_people_sleep_at_home_and_come_by_day_and_few_are_not_told() -> None:
    made = table(phone_flows.generate_phone_flows(SUMMER, 14, 5))
    figures = pd.to_numeric(made["VOLUME"])
    assert (figures.dropna() >= phone_flows.LEAST_COUNT).all() and (figures.dropna() % 10 == 0).all()
    assert made["ZONE"].str.fullmatch("132(0[1-9]|1[0-6])[0-9]{4}").all()
    assert 0.1 < figures.isna().mean() < 0.3
    mean = figures.groupby([made["CATEGORIE"], made["DATE_HEURE"].str[11:13].astype(int)]).mean().unstack(0)
    busiest = mean.idxmax()
    assert busiest["RESIDENT"] in range(1, 5)
    assert busiest["EXCURSIONNISTE"] in range(12, 17)
    assert busiest["TOURISTE"] in range(14, 20)
    assert mean["EXCURSIONNISTE"][range(1, 5)].isna().all()


def test_an_operator_s_small_figures_are_planted_as_often_as_asked() -> None:
    made = table(phone_flows.generate_phone_flows(SUMMER, 2, 5, 0.05))
    small = pd.to_numeric(made["VOLUME"]).between(1, phone_flows.LEAST_COUNT - 1)
    assert small.sum() == round(0.05 * 2 * 24 * 15 * 3)
    (value,) = (column for column in load_contract("marseille_phone_flows").bronze if column.name == "value")
    assert value.minimum == phone_flows.LEAST_COUNT


def test_posts_are_counted_where_people_gather_and_few_are_not_told() -> None:
    made = counts(posts.generate_posts(SUMMER, 14, 5))
    told, at = made["posts"].astype(float), pd.to_datetime(made["hour"])
    assert (told.dropna() >= posts.LEAST_COUNT).all() and 0.2 < told.isna().mean() < 0.7
    assert set(made.columns) == {"hour", "zone", "location", "topic", "posts"}
    evening = (at.dt.weekday == 5) & at.dt.hour.isin(posts.GATHERING_HOURS) & (made["topic"] == posts.GATHERING)
    mean = told.fillna(0)[evening].groupby(made["zone"]).mean()
    assert set(mean.nlargest(2).index) == set(posts.GATHERING_ZONES)
    assert mean.nlargest(2).min() > 3 * mean.nlargest(3).min()
    (value,) = (column for column in load_contract("marseille_posts").bronze if column.name == "value")
    assert value.minimum == posts.LEAST_COUNT


def test_traffic_has_two_rushes_on_a_weekday_and_gaps_where_a_counter_fails() -> None:
    made = table(traffic.generate_traffic(SUMMER, 28, 5))
    at = pd.to_datetime(made["date_heure"].str[:19])
    flow, occupied = pd.to_numeric(made["debit"]), pd.to_numeric(made["taux_occupation"])
    assert set(made["date_heure"].str[19:]) == {"+02:00"}
    weekday = flow[at.dt.weekday < 5].groupby(at.dt.hour).mean()
    assert weekday[8] > 1.2 * weekday[11] and weekday[17] > 1.2 * weekday[11] and weekday[3] < 0.1 * weekday[8]
    weekend = flow[at.dt.weekday >= 5].groupby(at.dt.hour).mean()
    assert weekend.idxmax() in range(15, 20) and weekend[8] < 0.5 * weekday[8]
    assert 0.01 < flow.isna().mean() < 0.08 and (flow.isna() & occupied.notna()).sum() == 0
    assert occupied.dropna().between(0, 100).all() and flow.corr(occupied) > 0.7


def test_car_parks_of_the_centre_are_full_by_day_and_a_closed_one_gives_no_figure() -> None:
    made = lines(parking.generate_parking(SUMMER, 14, 5))
    at, free = pd.to_datetime(made["updated_at"]), made["free"] / made["capacity"]
    assert free.dropna().between(0, 1).all() and set(at.dt.minute) == {0, 15, 30, 45}
    assert (free.isna() == (made["status"] == "closed")).all() and 0 < free.isna().mean() < 0.1
    emptiest = free.groupby([made["id"], at.dt.hour]).mean().unstack(0).idxmax()
    for car_park in parking.CAR_PARKS:
        assert (emptiest[car_park.number] in (0, 1, 2, 3, 4, 5)) == car_park.is_of_day, car_park
    assert (lines(parking.generate_parking(SUMMER, 2, 5, 0.05))["free"] == parking.LOST).sum() == 77


def test_reports_of_dirt_are_written_in_windows_s_letters_with_two_formats_of_date() -> None:
    content = cleanliness.generate_cleanliness("2026-06-30", 56, 2_000, 5)
    with pytest.raises(UnicodeDecodeError):
        content.decode()
    assert {b"\x9c", b"\x92", b"\xc9"} <= {content[at : at + 1] for at in range(len(content))}  # œ, ’ and É
    made = table(content, "cp1252")
    assert tuple(made.columns) == cleanliness.HEADER
    is_iso = made["DATE DECLARATION"].str.fullmatch(r"2026-\d\d-\d\dT\d\d:\d\d:00\+02:00")
    assert (is_iso | made["DATE DECLARATION"].str.fullmatch(r"\d\d/\d\d/2026 \d\d:\d\d")).all()
    assert 0.4 < is_iso.mean() < 0.6
    types = set(made["TYPE DECLARATION"])
    assert {"Propreté", "PROPRETÉ", "PROPRETE"} <= types
    assert {one.upper().replace("É", "E").replace("Ô", "O") for one in types} == {
        kind.upper().replace("É", "E").replace("Ô", "O") for kind, _ in cleanliness.KINDS
    }
    shapes = made["geo_shape"].map(lambda text: json.loads(text)["coordinates"])
    assert [f"{lat:.6f},{lon:.6f}" for lon, lat in shapes] == list(made["geo_point_2d"])
    dirty = table(cleanliness.generate_cleanliness("2026-06-30", 56, 200, 5, 0.1), "cp1252")
    assert (dirty["geo_point_2d"] == cleanliness.NOWHERE).sum() == 20


def test_all_places_lie_in_the_city_that_its_incidents_draw() -> None:
    territory = load_territory("marseille")
    arguments = load_contract("marseille_main_courante").source.arguments  # type: ignore[union-attr]
    events = table(generate_main_courante(**arguments))  # type: ignore[arg-type]
    events = events[~events["DEBUT"].isin(WRONG_TIMES)]
    lon, lat = (events[axis].str.replace(",", ".").astype(float).to_numpy() for axis in ("LON", "LAT"))
    cells = territory_cells(
        territory, *project(territory.crs, lon, lat), pd.to_datetime(events["DEBUT"], dayfirst=True)
    )
    grid, places = territory_grid(territory), [*phone_flows.ZONES, *traffic.COUNTERS, *parking.CAR_PARKS]
    x_m, y_m = project(territory.crs, np.array([p.lon for p in places]), np.array([p.lat for p in places]))
    assert len(places) == 15 + 12 + 8
    inside = set(zip(cells["row"], cells["col"], strict=True))
    found = grid.cell_index(x_m, y_m)
    assert [place for place, at in zip(places, found, strict=True) if divmod(int(at), grid.cols) not in inside] == []
