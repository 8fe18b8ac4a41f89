"""What is due: places that were drawn and never shown, as after a kill, are built by the next run."""

from types import SimpleNamespace
from typing import Any

import pytest

from calanque.contracts import load_contract, load_contracts
from calanque.engines.dbt_contracts import Described
from calanque.errors import CalanqueError
from calanque.marts import build, parts
from calanque.marts.domains import DOMAINS, feeds_of, marts_of
from calanque.marts.places import has_squares
from calanque.marts.publish import Shown
from calanque.places.territory import load_territory


def test_places_that_were_drawn_and_not_shown_are_due_until_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    kept: dict[str, Any] = {}
    now, redrawn = {"bronze": 1, "code": "c"}, iter((False, True, False, False))

    def record(step: str, inputs: Any, _: Any) -> None:
        kept[step] = SimpleNamespace(inputs=dict(inputs), outputs={})

    def due(shown_until: int) -> list[str]:
        for domain in ("places", "incidents") if shown_until else ():
            record(f"marts.{domain}.toronto", now | {"bronze": shown_until}, {})
        return [part.domain.name for part in parts.due_parts([load_contract("toronto_incidents")], "run")[0]]

    monkeypatch.setattr(parts.state, "last_state", kept.get)
    monkeypatch.setattr(parts.state, "record", record)
    monkeypatch.setattr(parts.state, "unchanged", lambda step, inputs: step in kept and kept[step].inputs == inputs)
    monkeypatch.setattr(parts, "write_places", lambda *_: next(redrawn))
    monkeypatch.setattr(parts, "_part", lambda domain, city, _: parts.Part(domain, city, (), dict(now)))
    assert due(0) == ["places", "incidents"]
    assert due(1) == []
    now["bronze"] = 2
    assert due(1) == due(0) == ["places", "incidents"]
    now["bronze"] = 3
    assert due(2) == ["incidents"]


@pytest.mark.parametrize(
    ("like", "due"),
    [
        ("marseille_noise", ["observations"]),
        ("marseille_fines", ["enforcement"]),
        ("marseille_areas", []),
        ("marseille_accidents", ["incidents"]),
    ],
)
def test_one_feed_more_is_built_in_the_domain_that_reads_it_alone(
    like: str, due: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[str, Any] = {}

    def record(step: str, inputs: Any, outputs: Any) -> None:
        kept[step] = SimpleNamespace(inputs={name: str(one) for name, one in inputs.items()}, outputs=dict(outputs))

    def due_of(feeds: list[Any]) -> list[str]:
        found = parts.due_parts(feeds, "run")[0]
        for part in found:
            record(part.step, part.inputs, {})
        return [part.domain.name for part in found]

    monkeypatch.setattr(parts.state, "last_state", kept.get)
    monkeypatch.setattr(parts.state, "record", record)
    monkeypatch.setattr(parts.state, "outputs_stand", lambda _: True)
    monkeypatch.setattr(parts.state, "table_versions", lambda tables: dict.fromkeys(tables, 1))
    monkeypatch.setattr(parts.state, "code_hash", lambda *paths: " ".join(sorted({path.name for path in paths})))
    monkeypatch.setattr(parts, "write_places", lambda *_: False)
    feeds = [one for one in load_contracts().values() if one.territory == "marseille" and one.shape]
    assert {*due_of(feeds)} == {*DOMAINS}
    assert due_of(feeds) == []
    more = load_contract(like).model_copy(update={"feed": "marseille_one_more"})
    assert due_of([*feeds, more]) == due
    assert due_of(feeds) == due, "taken away again"


def test_the_first_reports_of_a_city_with_a_layer_draw_its_squares() -> None:
    layer, reports = load_contract("marseille_areas"), load_contract("marseille_cleanliness")
    city = load_territory("marseille")
    assert [has_squares(city, feeds) for feeds in ([], [layer], [reports], [layer, reports])] == [False] * 3 + [True]


def test_a_changed_rule_of_conflicts_is_of_the_domain_that_shows_them_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts.state, "code_hash", lambda *paths: [path.name for path in paths])
    assert [name for name, domain in DOMAINS.items() if "conflicts.yml" in parts._code(domain, "toronto", [])] == [
        "surroundings"
    ]


def test_where_nothing_at_all_could_be_built_the_run_fails_with_why_and_shows_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(*_: Any) -> Any:
        raise CalanqueError("test 'no_z' failed")

    shown: list[Any] = []
    due = [parts.Part(DOMAINS["incidents"], "toronto", (), {})]
    monkeypatch.setattr(build, "loaded", list)
    monkeypatch.setattr(build, "due_parts", lambda *_: (due, {}))
    monkeypatch.setattr(build, "_run_dbt", fails)
    monkeypatch.setattr(build, "_shown", lambda *told: shown.append(told))
    with pytest.raises(CalanqueError, match="incidents of toronto are held back: test 'no_z' failed"):
        build.build_marts("broken")
    assert shown == []


def test_a_build_that_dies_before_its_lineage_is_stored_is_due_again(monkeypatch: pytest.MonkeyPatch) -> None:
    part, told = parts.Part(DOMAINS["incidents"], "toronto", (), {"bronze.toronto_incidents": 7, "code": "c"}), []
    described = {mart: Described("", {}) for domain in DOMAINS.values() for mart in domain.marts}
    summary = SimpleNamespace(target_dir=None, tests_passed=1, described=described)
    shown = {f"marts.{mart}": Shown(3, frozenset(), {"toronto": 5}) for mart in part.domain.marts}

    def dies_once(*_: Any) -> None:
        told.append("lineage")
        if len(told) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(build, "judge", lambda *_: {})
    monkeypatch.setattr(build, "publish", lambda *_: shown)
    monkeypatch.setattr(build, "unknown_codes", lambda *_: {})
    monkeypatch.setattr(build.state, "last_state", lambda _: None)
    monkeypatch.setattr(build.state, "record_all", lambda done: told.extend(done))
    monkeypatch.setattr(build.lineage, "emit_dbt", dies_once)
    with pytest.raises(KeyboardInterrupt):
        build._shown([part], [], summary, "run")  # type: ignore[arg-type]
    (outcome,) = build._shown([part], [], summary, "run")  # type: ignore[arg-type]
    assert told == ["lineage", "lineage", "marts.incidents.toronto"], "what was shown is recorded when all is told"
    assert outcome.row_counts == dict.fromkeys(shown, 5)


@pytest.mark.parametrize(
    ("shape", "marts"),
    [
        pytest.param("planned_event", ("fct_planned_event", "fct_event_conflict"), id="by-another-model"),
        pytest.param("asset", ("dim_asset", "fct_event_conflict"), id="a-register"),
        pytest.param("statistic", ("fct_statistic",), id="official-figures"),
        pytest.param("observation", ("fct_observation_hour",), id="one-of-two-shapes"),
        pytest.param("detection", ("fct_observation_hour",), id="the-other"),
        pytest.param("report", DOMAINS["reports"].marts, id="all-of-its-domain"),
        pytest.param(None, (), id="of-no-shape"),
    ],
)
def test_a_feed_names_the_marts_that_its_rows_are_in(shape: str | None, marts: tuple[str, ...]) -> None:
    assert marts_of(shape) == marts


def test_every_mart_of_a_domain_is_made_from_a_feed() -> None:
    made = {mart for domain in DOMAINS.values() for shape in domain.shapes for mart in marts_of(shape)}
    assert {mart for domain in DOMAINS.values() for mart in domain.marts} <= made


@pytest.mark.parametrize(
    ("mart", "shapes"),
    [
        ("dim_asset", {"asset"}),
        ("fct_statistic", {"statistic"}),
        ("dim_cell", {"area", "incident"}),
        ("fct_observation_hour", {"observation", "detection"}),
    ],
)
def test_a_mart_cites_the_feeds_that_it_is_made_from_and_no_other(mart: str, shapes: set[str]) -> None:
    every = list(load_contracts().values())
    assert feeds_of(every, mart) == [one for one in every if one.shape in shapes] != []
