"""The walk back from a mart to the landed file, on recorded events."""

from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from calanque.cli.lineage import walk
from calanque.errors import CalanqueError
from calanque.governance import lineage
from calanque.governance.lineage_forward import follow

Event = dict[str, Any]


def event(
    job: str,
    at: str,
    output: str,
    inputs: tuple[str, ...] = (),
    fields: dict[str, tuple[tuple[str, str], ...]] | None = None,
    kind: str = "COMPLETE",
    version: str | None = None,
    cities: tuple[str, ...] = (),
) -> Event:
    """Return one event as it is stored, with only the facets the walk reads."""
    origins = {
        column: {"inputFields": [{"name": name, "field": field} for name, field in sources]}
        for column, sources in (fields or {}).items()
    }
    facets: dict[str, Any] = {
        "schema": {"fields": [{"name": column} for column in origins]},
        "columnLineage": {"fields": origins},
        **(version_of(version)["facets"] if version else {}),
    }
    return {
        "eventType": kind,
        "eventTime": at,
        "run": {
            "runId": f"run of {job}",
            "facets": {"calanque_run": {"runName": f"{job} at {at}", "territories": cities}},
        },
        "job": {"name": job},
        "inputs": [{"name": name} for name in inputs],
        "outputs": [{"name": output, "facets": facets}],
    }


def version_of(version: str) -> dict[str, Any]:
    return {"facets": {"version": {"datasetVersion": version}}}


LANDING, BRONZE, MART, FORECAST = (
    "/lake/landing/toronto_incidents",
    "bronze.toronto_incidents",
    "marts.fct_cell_week",
    "marts.fct_forecast",
)
LAND = event("land", "2024-01-01T01:00:00+00:00", LANDING, (), {"Lat": ()}, version="b0123")
PUBLISH = event("publish", "2024-01-01T02:00:00+00:00", BRONZE, (LANDING,), {"x_m": ((LANDING, "Lat"),)})
BUILD = event("dbt", "2024-01-01T03:00:00Z", MART, (BRONZE,), {"incident_count": ((BRONZE, "x_m"),), "zero": ()})
SCORE = event(
    "forecast", "2024-01-01T04:00:00+00:00", FORECAST, (MART,), {"expected_count": ((MART, "incident_count"),)}
)
HISTORY = [SCORE, BUILD, PUBLISH, LAND]


def spine(tree: lineage.LineageTree) -> list[tuple[str, str | None]]:
    """Return the first branch of a walk as (dataset, column)."""
    rest = spine(tree.origins[0]) if tree.origins else []
    return [(tree.dataset, tree.column), *rest]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        pytest.param(
            "expected_count",
            [(FORECAST, "expected_count"), (MART, "incident_count"), (BRONZE, "x_m"), (LANDING, "Lat")],
            id="a column back to the landed file's",
        ),
        pytest.param(None, [(FORECAST, None), (MART, None), (BRONZE, None), (LANDING, None)], id="datasets only"),
    ],
)
def test_a_mart_is_followed_back_to_the_landed_file(column: str | None, expected: list[tuple[str, str | None]]) -> None:
    tree = lineage.trace(FORECAST, column, HISTORY)
    assert spine(tree) == expected
    assert [leaf.version for leaf in tree.leaves()] == ["b0123"]
    assert tree.run == "forecast at 2024-01-01T04:00:00+00:00"


def test_the_walk_takes_the_run_that_had_written_what_was_read_and_not_a_later_one() -> None:
    later = event("publish", "2024-01-01T05:00:00Z", BRONZE, (LANDING,), {"x_m": ((LANDING, "Long"),)})
    tree = lineage.trace(FORECAST, "expected_count", [later, *HISTORY])
    assert spine(tree)[-1] == (LANDING, "Lat")


def test_a_build_that_a_retry_told_again_is_one_step_of_the_walk() -> None:
    again = BUILD | {"eventTime": "2024-01-01T03:10:00Z"}
    twice, once = (lineage.trace(FORECAST, "expected_count", log) for log in ([SCORE, again, *HISTORY[1:]], HISTORY))
    assert spine(twice) == spine(once)
    assert len(twice.origins) == len(twice.leaves()) == 1
    assert [use.place for use in follow(BRONZE, "x_m", [SCORE, again, *HISTORY[1:]]).reached()] == [
        use.place for use in follow(BRONZE, "x_m", HISTORY).reached()
    ]


def test_a_failed_run_wrote_nothing() -> None:
    failed = event("dbt", "2024-01-01T03:30:00Z", MART, ("bronze.other",), {"incident_count": ()}, kind="FAIL")
    assert spine(lineage.trace(FORECAST, "expected_count", [SCORE, failed, BUILD, PUBLISH, LAND]))[2][0] == BRONZE


def test_a_column_without_recorded_origin_is_said_to_be_unknown() -> None:
    assert not lineage.trace(MART, "zero", HISTORY).is_known
    assert lineage.trace(LANDING, "Lat", HISTORY).is_known


def test_a_table_that_reads_itself_does_not_loop() -> None:
    origins = ((BRONZE, "x_m"), (LANDING, "Lat"))
    itself = event("merge", "2024-01-01T02:30:00Z", BRONZE, (BRONZE, LANDING), {"x_m": origins})
    assert spine(lineage.trace(BRONZE, "x_m", [itself, PUBLISH, LAND])) == [(BRONZE, "x_m"), (LANDING, "Lat")]


@pytest.mark.parametrize(
    ("dataset", "column", "sentence"),
    [
        pytest.param("marts.fct_unknown", None, "No recorded run wrote", id="unknown dataset"),
        pytest.param(FORECAST, "expected", "has no column 'expected'", id="unknown column"),
    ],
)
def test_a_wrong_name_ends_in_a_sentence(dataset: str, column: str | None, sentence: str) -> None:
    with pytest.raises(CalanqueError, match=sentence):
        lineage.trace(dataset, column, HISTORY)


def test_a_table_of_two_cities_is_followed_in_both_and_each_in_its_own_rows() -> None:
    at = iter(f"2024-02-0{day}T02:00:00Z" for day in (9, 8, 7, 6, 5, 4, 3))

    def wrote(table: str, source: str, *cities: str) -> Event:
        return event(f"{table}.{cities}", next(at), table, (source,), {"n": ((source, "n"),)}, cities=cities)

    # Newest first: the north was forecast after the south's marts were built, from the north's own.
    log = [
        wrote("marts.f", "marts.i", "north"),
        wrote("marts.i", "bronze.s", "south"),
        wrote("marts.f", "marts.i", "south"),
        wrote("marts.i", "bronze.n", "north"),
        wrote("marts.i", "bronze.s", "south"),
    ]
    tree = lineage.trace("marts.f", "n", log)
    assert [(node.dataset, [leaf.dataset for leaf in node.origins]) for node in tree.origins] == [
        ("marts.i", ["bronze.n"]),
        ("marts.i", ["bronze.s"]),
    ]
    # One run that wrote the rows of several is followed once.
    together = [wrote("marts.i", "bronze.b", "north", "south"), log[1]]
    assert [node.dataset for node in lineage.trace("marts.i", "n", together).origins] == ["bronze.b"]


def test_events_older_than_the_last_writer_are_not_read() -> None:
    def events() -> Any:
        yield from HISTORY
        raise AssertionError("read too far back")

    assert lineage.trace(FORECAST, "expected_count", events()).job == "forecast"


def on_screen(shown: Any) -> str:
    screen = Console(file=StringIO(), width=200)
    screen.print(shown)
    return screen.file.getvalue()  # type: ignore[attr-defined]


def test_the_whole_walk_is_shown_as_a_tree() -> None:
    shown = on_screen(walk(lineage.trace(FORECAST, "expected_count", HISTORY)))
    assert "marts.fct_forecast · expected_count" in shown
    assert "/lake/landing/toronto_incidents · Lat" in shown


def test_a_column_says_which_model_the_run_used() -> None:
    used = {**SCORE, "inputs": [*SCORE["inputs"], {"name": "models:/risk", **version_of("7")}]}
    tree = lineage.trace(FORECAST, "expected_count", [used, *HISTORY[1:]])
    assert tree.models == ("risk version 7",)
    assert spine(tree)[1] == (MART, "incident_count")


def test_a_table_of_two_cities_says_the_model_of_each() -> None:
    def forecast(city: str, at: str) -> Event:
        made = event("forecast", at, FORECAST, (MART,), {"expected_count": ((MART, "incident_count"),)}, cities=(city,))
        return {**made, "inputs": [*made["inputs"], {"name": f"models:/{city}", **version_of("7")}]}

    log = [forecast("south", "2024-01-01T05:00:00Z"), forecast("north", "2024-01-01T04:30:00Z"), *HISTORY[1:]]
    assert lineage.trace(FORECAST, "expected_count", log).models == ("south version 7", "north version 7")


def test_a_branch_shown_above_is_not_unfolded_again() -> None:
    both = event("dbt", "2024-01-01T03:30:00Z", "marts.dim", (BRONZE,))
    score = event("forecast", "2024-01-01T04:00:00Z", FORECAST, (MART, "marts.dim"))
    shown = on_screen(walk(lineage.trace(FORECAST, None, [score, both, BUILD, PUBLISH, LAND])))
    assert shown.count(BRONZE) == 2
    assert shown.count(LANDING) == 1
    assert "see above" in shown
