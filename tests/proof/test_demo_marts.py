"""What the marts show of whole cities: Marseille's smaller feeds against what was sent, and near repeats."""

from collections import Counter, defaultdict
from datetime import datetime
from itertools import chain

import pytest
from promises import broken
from sent import sent

from calanque.contracts import load_contract, load_contracts
from calanque.contracts.page import promised
from calanque.demo.run import DemoRun
from calanque.engines import spark, trino
from calanque.governance.register import register
from calanque.governance.register_sheet import sheet
from calanque.marts.build import build_marts
from calanque.marts.domains import DOMAINS
from calanque.runs.batches import read_reports
from calanque.twin.street_sensors import WRONG_TIME

WEATHER = ("temperature", "rain", "wind_speed", "humidity")
CLASSES = {"Human": "human", "Vehicle": "vehicle", "Bicycle": "bicycle", "Animal": "animal", "Bag": "bag"}


def in_view() -> dict[tuple[str, str], Counter[str]]:
    """Return how many of each class stood in each frame, by camera and moment: frames sent twice are one."""
    lines = {(line["camera"], line["at"], line["number"]): line["kind"] for line in sent("marseille_detections")}
    found: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for (camera, at, _), kind in lines.items():
        if at != WRONG_TIME:
            found[camera, at].update([CLASSES[kind]] if kind else [])
    return found


def test_objects_are_loaded_by_their_class_and_empty_frames_with_them(first: DemoRun) -> None:
    found = spark.rows("select object_class, count(*) as n from bronze.marseille_detections group by object_class")
    wanted = sum(in_view().values(), Counter[str]())
    wanted["none"] = sum(not kinds for kinds in in_view().values())
    assert wanted["none"] > 100
    assert {row.object_class: row.n for row in found} == wanted


def test_nothing_in_bronze_follows_an_object(first: DemoRun) -> None:
    """The number that a camera gives an object is in no column, and no other value is the same from frame to frame."""
    names = [name for name, _, _ in spark.columns("bronze.marseille_detections") if not name.startswith("_")]
    assert names == [
        *("detection_id", "detected_at", "sensor_id", "object_class", "object_count", "lon", "lat", "cell_id")
    ]
    (row,) = spark.rows(
        "select count(*) as n, count(distinct detection_id) as ids from bronze.marseille_detections "
        "where object_class = 'vehicle'"
    )
    assert row.n == row.ids > 1000


def test_the_hours_of_sensors_are_shown_and_few_persons_are_not(first: DemoRun) -> None:
    assert build_marts("again") is None
    rows = spark.rows(
        "select * from marts.fct_observation_hour where territory = 'marseille' and quantity not like 'detected_%'"
    )
    # A sensor may tell more than one figure of an hour, and other feeds tell theirs.
    hour = "sensor_id, quantity, unit, date_trunc('hour', observed_at)"
    of_feeds = [contract.feed for contract in DOMAINS["observations"].contracts if contract.shape == "observation"]
    counts = [spark.rows(f"select count(*) from (select distinct {hour} from bronze.{feed})") for feed in of_feeds]
    assert len(of_feeds) > 3 and len(rows) == sum(row[0] for (row,) in counts)
    assert [name for name, _, comment in spark.columns("marts.fct_observation_hour") if not comment] == []
    for row in rows:
        is_place = row.quantity not in WEATHER
        assert (row.cell_id is not None, row.area_id is not None) == (is_place, is_place), row
    crowds = [row for row in rows if row.quantity == "passers_by"]
    assert {row.total_value for row in crowds if row.is_suppressed} == {None}
    assert not [row for row in crowds if not row.is_suppressed and 0 < row.total_value < 11]
    assert {(row.observed_local_hour_at - row.observed_hour_at).total_seconds() for row in rows} == {7200.0}


def test_acts_are_counted_by_area_and_month_and_few_are_withheld(first: DemoRun) -> None:
    rows = spark.rows("select * from marts.fct_enforcement_area_month where territory = 'marseille'")
    areas, kinds, months = ({row[name] for row in rows} for name in ("area_id", "type", "month_start_date"))
    assert kinds == {"obstruction", "traffic", "waste", "noise", "disorder"} and len(months) == 3
    assert len(rows) == len(areas) * len(kinds) * len(months)
    shown = [row.act_count for row in rows if not row.is_suppressed]
    assert 0 in shown and max(shown) > 100 and not [count for count in shown if 0 < count < 11]
    assert any(row.is_suppressed for row in rows) and not [row for row in rows if row.is_suppressed and row.act_count]
    cells = "marts.dim_cell c on c.territory = 'marseille' and c.cell_id = a.cell_id"
    acts = " union all ".join(
        f"select cell_id, type from bronze.{feed}" for feed in ("marseille_fines", "marseille_impounds")
    )
    ((inside,),) = spark.rows(f"select count(*) from ({acts}) a join {cells}")
    withheld = sum(row.is_suppressed for row in rows)
    assert sum(shown) + withheld <= inside <= sum(shown) + 10 * withheld
    assert {name for (name,) in spark.rows("select distinct area_id from marts.dim_area")} >= areas
    # No sum of them is told anywhere else, so nothing can be taken from one.
    told = (
        "select table_name from information_schema.columns where table_schema = 'marts' and column_name = 'act_count'"
    )
    assert trino.query(told) == [("fct_enforcement_area_month",)]


def test_uses_of_a_place_at_one_time_are_told(first: DemoRun) -> None:
    every = spark.rows("select * from marts.fct_planned_event")
    days = [row for row in every if row.kind in ("public_holiday", "school_holiday")]
    assert {row.starts_local_at.hour for row in days} == {0} and not [row for row in days if row.cell_id]
    assert {row.territory for row in days if row.event_id == "public:2026-12-25"} == {"chicago", "marseille", "toronto"}
    rows = {row.event_id: row for row in every if row not in days}
    planned = ("agenda", "closures", "occupations", "weather_warnings")
    assert len(rows) == sum(read_reports(f"marseille_{feed}")[0].loaded_count for feed in planned)
    clean = {row["NUM_ARRETE"] for row in sent("marseille_occupations")} & set(rows)
    planted = [f"AT-{number:05d}" for number in range(20, 1_201, 20)]
    pairs = [(a, b) for b in planted for a in [f"AT-{int(b[3:]) - 1:05d}"] if {a, b} <= clean]
    assert len(pairs) > 50 and all(min(rows[a].concurrent_count, rows[b].concurrent_count) > 0 for a, b in pairs)
    clocks = [row.starts_local_at - row.starts_at.replace(tzinfo=None) for row in rows.values() if row.cell_id]
    assert {clock.total_seconds() for clock in clocks} == {7200.0}
    assert {row.cell_id is None for row in rows.values() if row.kind == "public_event"} == {True, False}
    assert any(row.is_cancelled for row in rows.values())


def test_what_is_planted_in_time_is_found_and_nothing_else_is(first: DemoRun) -> None:
    """In the main courante: evenings before free days, free days, working days, a rise (calanque/twin/README.md)."""
    rows = spark.rows("select * from marts.fct_factor where territory = 'marseille' and is_found")
    sides = {(row.type, row.factor, row.category): row.effect_ratio > 1 for row in rows}
    planted = {("noise", "saturday"): True, ("noise", "sunday"): True, ("traffic", "sunday"): True}
    planted[("break_and_enter", "saturday")] = False
    assert all(sides[kind, "weekday", day] is is_more for (kind, day), is_more in planted.items())
    in_days = {kind for kind, factor, _ in sides if factor not in ("part_of_day", "premises")}
    assert not in_days & {"auto_theft", "robbery", "theft_from_vehicle", "damage", "waste", "other"}
    alarms = spark.rows(
        "select distinct type from marts.fct_trend where territory = 'marseille' and is_alarm and is_above"
    )
    assert "traffic" in {row.type for row in alarms}


def test_cameras_stand_in_their_cells(first: DemoRun) -> None:
    rows = {row.asset_id: row for row in spark.rows("select * from marts.dim_asset where kind = 'camera'")}
    told = {row["Numéro"]: row for row in sent("marseille_cameras") if row["lon"] != "0"}
    assert set(rows) == set(told)
    for number, row in rows.items():
        since = datetime.strptime(told[number]["Date de mise en service"], "%d/%m/%Y").date()
        assert (row.since_local_date, row.lon, row.capacity) == (since, float(told[number]["lon"]), None)
    assert sum(row.area_id is not None for row in rows.values()) > len(rows) / 2


def test_squares_schools_and_lines_stand_beside_them(first: DemoRun) -> None:
    rows = {row.asset_id: row for row in spark.rows("select * from marts.dim_asset where kind != 'camera'")}
    told = {row["NUMERO"]: row for row in sent("marseille_places") if row["LON"] != "0"}
    assert set(rows) == set(told) and {row.kind for row in rows.values()} == {
        *("square", "school", "tram_line", "metro_line"),
    }
    for number, row in rows.items():
        held = str(row.capacity) if row.capacity else ""
        assert (row.name, held, row.route or "") == tuple(told[number][name] for name in ("NOM", "CAPACITE", "TRACE"))


def test_figures_of_offices_are_told_as_published(first: DemoRun) -> None:
    rows = {row.statistic_id: row for row in spark.rows("select * from marts.fct_statistic")}
    for row in sent("marseille_crime_figures"):
        shown = rows[":".join((row["CODGEO_2025"], row["annee"], row["indicateur"]))]
        assert shown.published_value == (None if row["nombre"] == "NA" else float(row["nombre"]))
        assert shown.is_suppressed == (row["est_diffuse"] == "ndiff")
        assert (shown.starts_local_date.isoformat(), shown.last_local_date.isoformat()) == (
            f"{row['annee']}-01-01",
            f"{row['annee']}-12-31",
        )
    assert {row.unit for row in rows.values()} == {"offences", "vehicles", "persons", "facts"}
    months = {row.last_local_date.isoformat() for row in rows.values() if row.unit == "facts"}
    assert len(months) == 12 and {"2025-09-30", "2026-02-28", "2026-03-31"} <= months
    for table in ("dim_asset", "fct_planned_event", "fct_statistic"):
        assert [name for name, _, comment in spark.columns(f"marts.{table}") if not comment] == []


@pytest.mark.parametrize(
    ("territory", "known", "by_chance"),
    [
        # Break-ins come close together, whatever the positions moved to crossings hide; so do shots.
        pytest.param("toronto", {"break_and_enter"}, None, id="toronto"),
        pytest.param("chicago", {"shooting"}, None, id="chicago"),
        # The generator draws each event apart from the others: of nine types, chance gives one.
        pytest.param("marseille", set(), 1, id="marseille"),
    ],
)
def test_the_layer_finds_what_is_known_of_a_city(
    first: DemoRun, territory: str, known: set[str], by_chance: int | None
) -> None:
    """Of near repeats: and chance is not taken for them."""
    rows = trino.query(f"select type from fct_near_repeat where territory = '{territory}' and is_found")
    found = {kind for (kind,) in rows}
    assert known <= found
    assert by_chance is None or len(found) <= by_chance


PERSONAL = sorted(feed for feed, contract in load_contracts().items() if contract.promise)


@pytest.mark.parametrize("feed", PERSONAL)
def test_promise_register_and_rows_are_one(first: DemoRun, feed: str) -> None:
    contract = load_contract(feed)
    assert broken(contract) == []
    (treatment,) = (one for one in register().treatments if contract in one.contracts)
    for language in ("en", "fr"):
        lines = chain.from_iterable(section.lines for section in sheet(register(), treatment, language))
        values = " ".join(value for line in lines for value in line.values)
        assert str(promised(contract, language)) in values


def test_every_personal_feed_promises() -> None:
    assert [one.feed for one in load_contracts().values() if one.is_personal and not one.promise] == []
    assert len(PERSONAL) == 10


@pytest.mark.parametrize(
    ("feed", "column", "least"),
    [
        ("marseille_phone_flows", "value", 20),
        ("marseille_posts", "value", 11),
        ("marseille_speeds", "passage_count", 11),
    ],
)
def test_no_figure_is_of_few(first: DemoRun, feed: str, column: str, least: int) -> None:
    (row,) = spark.rows(f"select count({column}) as n, min({column}) as least from bronze.{feed}")
    assert row.n > 100 and row.least >= least
    ((small,),) = trino.query(
        "select count(*) from fct_observation_hour where territory = 'marseille' and unit = 'persons' "
        "and total_value > 0 and total_value < 11"
    )
    assert small == 0


def test_published_figures_are_rows_and_no_sum(first: DemoRun) -> None:
    """Units of count differ: a figure of the mart is one that was sent."""
    (figures,) = spark.rows("select count(*) as n, count(distinct unit) as units from bronze.marseille_crime_figures")
    (partners,) = spark.rows("select count(*) as n from bronze.marseille_partners")
    ((shown,),) = trino.query("select count(*) from fct_statistic where territory = 'marseille'")
    assert figures.units > 1 and shown == figures.n + partners.n
