"""The state of the lake as one reader may know it: a few queries at once, then put together."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from calanque.console import own_api
from calanque.console.lac import sql as lake_sql
from calanque.console.lac.freshness import DayToHeal, Fresh, SentDay, days_to_heal
from calanque.console.lac.rows import Batch, City, Feed, Gate, Lake, Mart, Model, Step, Tests
from calanque.console.readers import Reader
from calanque.contracts import ContractError, FeedContract, read_contracts
from calanque.engines import trino
from calanque.errors import CalanqueError
from calanque.marts import door_rules
from calanque.marts.domains import territories
from calanque.places.territory import load_territory

DAY = timedelta(hours=24)
# A table of an earlier version may lack a column until it is written again.
NOT_THERE = ("TABLE_NOT_FOUND", "SCHEMA_NOT_FOUND", "COLUMN_NOT_FOUND")
Rows = list[tuple[Any, ...]]
Plans = Mapping[str, own_api.Plan]


def readings(reader: Reader) -> Iterator[Lake]:
    """Yield the state of the lake twice: what came in and is late, then all of it, for to count marts takes its time.

    It is what this reader may know, and nothing else.

    Raises:
        CalanqueError: if the query door does not answer.
    """
    right, wrong = read_contracts()
    asked = {"fresh": lake_sql.FRESHNESS}
    if reader.sees_batches:
        asked |= {"batches": lake_sql.batches({*right, *wrong}), "gates": lake_sql.GATES, "steps": lake_sql.STEPS}
        asked["tests"] = lake_sql.TESTS
        if dated := [feed for feed, contract in right.items() if contract.source.is_dated]:
            asked["days"] = lake_sql.days(dated)
    pool = ThreadPoolExecutor(10)
    try:
        planned = pool.submit(_plans, reader.token)
        found = {name: pool.submit(_known, sql, reader.account) for name, sql in asked.items()}
        made = [name for (name,) in _known(lake_sql.MARTS, reader.account)]
        declared = door_rules.marts()
        marts = {name: has_cities(declared.get(name)) for name in made}
        counts = pool.submit(_counted, marts, reader.account)
        more = {name: sql for table, (name, sql) in OF_MARTS.items() if table in marts}
        found |= {name: pool.submit(_known, sql, reader.account) for name, sql in more.items()}
    finally:
        # Who leaves the page before its end must not make the server wait for what was asked.
        pool.shutdown(wait=False)
    rows: dict[str, Rows] = {name: found[name].result() for name in ("fresh", "batches", "days") if name in found}
    yield _put_together(_feeds(right, wrong, [], rows, {}), [], rows | {"counts": []}, {}, {})
    rows = {name: one.result() for name, one in found.items()} | {"counts": counts.result()}
    plans = planned.result()
    gates = [Gate(*row) for row in rows.get("gates", [])]
    reading = {"marts": lake_sql.MARTS} | asked | ({"counts": lake_sql.counts(marts)} if marts else {}) | more
    yield _put_together(_feeds(right, wrong, gates, rows, plans), gates, rows, plans, reading)


def batches_of(feed: str, reader: Reader, batch_id: str | None = None) -> list[Batch]:
    """Return what is reported of a feed's batches, newest first, a line a version; or of one of them.

    Raises:
        CalanqueError: if the query door does not answer.
    """
    return [Batch(*row) for row in trino.query(lake_sql.batches([feed], batch_id), reader.account)]


def to_heal(contract: FeedContract, reader: Reader) -> tuple[DayToHeal, ...]:
    """Return the days of a feed that are missing, refused or partial, newest first.

    Raises:
        CalanqueError: if the query door does not answer.
    """
    if not contract.source.is_dated:
        return ()
    sent = _known(lake_sql.days([contract.feed]), reader.account)
    return days_to_heal(contract, map(SentDay._make, sent), datetime.now(UTC))


# What is asked of tables that a young lake may not have yet.
OF_MARTS = {
    "fct_model_promotion": ("champions", lake_sql.CHAMPIONS),
    "fct_forecast_score": ("records", lake_sql.RECORDS),
    "fct_forecast": ("forecasts", lake_sql.FORECASTS),
}


def has_cities(mart: Mapping[str, Any] | None) -> bool:
    """Tell whether a mart has the column `territory`; that of freshness is declared by no file, and has it."""
    return mart is None or any(column["name"] == "territory" for column in mart.get("columns") or ())


def _known(sql: str, account: str) -> Rows:
    """Return the rows of a query; none while its table is not there yet."""
    try:
        return trino.query(sql, account)
    except trino.RefusedQueryError as error:
        if error.code in NOT_THERE:
            return []
        raise


def _counted(marts: Mapping[str, bool], account: str) -> Rows:
    """Return the rows of each mart, counted; None of one that cannot be read: it hides no other."""
    try:
        return trino.query(lake_sql.counts(marts), account) if marts else []
    except trino.RefusedQueryError:
        if len(marts) == 1:
            return [(name, None, None) for name in marts]
    with ThreadPoolExecutor(4) as pool:
        each = pool.map(lambda mart: _counted(dict([mart]), account), marts.items())
        return [row for rows in each for row in rows]


def _plans(token: str) -> Plans:
    """Return what Airflow plans; nothing when it is too busy to say: the lake's own figures do not wait for it."""
    try:
        return own_api.plans(token)
    except CalanqueError:
        return {}


def _put_together(
    feeds: Sequence[Feed], gates: list[Gate], rows: Mapping[str, Rows], plans: Plans, asked: Mapping[str, str]
) -> Lake:
    counts = rows["counts"]
    cities = sorted({one.territory for one in feeds if one.territory} | {row[1] for row in counts if row[1]})
    marts = _marts(rows, gates)
    now = datetime.now(UTC)
    tried: dict[tuple[str, str], Batch] = {}
    for batch in map(Batch._make, rows.get("batches", [])):
        tried.setdefault((batch.feed, batch.batch_id), batch)
    return Lake(
        at=now,
        cities=tuple(
            City(
                name=city,
                title=_title(city),
                feeds=tuple(one for one in feeds if one.territory == city),
                marts=tuple(mart for mart in marts if mart.territory == city),
                model=_model(city, rows, plans),
            )
            for city in cities
        ),
        homeless=tuple(one for one in feeds if not one.territory),
        marts=tuple(mart for mart in marts if mart.territory is None),
        recent=tuple(batch for batch in tried.values() if batch.updated_at > now - DAY),
        queries=dict(asked),
    )


def _feeds(
    right: Mapping[str, FeedContract],
    wrong: Mapping[str, ContractError],
    gates: list[Gate],
    rows: Mapping[str, Rows],
    plans: Plans,
) -> list[Feed]:
    """Return every feed with its batch that was worked on last: the newest rows come first."""
    fresh = {row[0]: Fresh(*row) for row in rows["fresh"]}
    sent: dict[str, list[SentDay]] = {}
    for row in rows.get("days", []):
        sent.setdefault(row[0], []).append(SentDay(*row))
    unfed = {name for name, one in fresh.items() if one.unfed_since}
    last: dict[str, Batch] = {}
    for row in rows.get("batches", []):
        last.setdefault(row[0], Batch(*row))
    return [
        Feed(
            name=name,
            contract=right.get(name),
            fresh=fresh.get(name),
            batch=last.get(name),
            gate=_gate_of(gates, name, last[name].batch_id) if name in last and last[name].has_met_gates else None,
            plan=plans.get(f"feed_{name}") if "batches" in rows else None,
            to_heal=days_to_heal(right[name], sent.get(name, ()), datetime.now(UTC)) if name in right else (),
        )
        for name in sorted({*right, *wrong, *unfed})
    ]


def _gate_of(
    gates: list[Gate], subject: str, batch_id: str, is_it: Callable[[Gate], bool] = lambda _: True
) -> Gate | None:
    """Return what a gate found last of a batch or mart; `gates` are newest first."""
    return next((one for one in gates if (one.subject, one.batch_id) == (subject, batch_id) and is_it(one)), None)


def _marts(rows: Mapping[str, Rows], gates: list[Gate]) -> list[Mart]:
    """Return the rows of each mart by city, with the build that they are of; `steps` are newest first."""
    fresh, steps = [Fresh(*row) for row in rows["fresh"]], [Step(*row) for row in rows.get("steps", [])]
    tests = [Tests(*row) for row in rows.get("tests", [])]
    gated = {(gate.subject, gate.batch_id) for gate in gates}
    made = []
    for name, territory, row_count in sorted(rows["counts"], key=lambda row: (row[0], row[1] or "")):
        wrote = [
            step
            for step in steps
            if f"marts.{name}" in step.outputs and (territory is None or step.territory in (territory, None))
        ]
        # One that found nothing new has recorded itself, and wrote nothing that a gate would judge.
        built = (step for step in wrote if (name, step.run_id) in gated)
        step = next(built, next(iter(wrote), None))
        origins = [one for one in fresh if name in one.marts.split(", ") and territory in (one.territory, None)]
        made.append(
            Mart(
                name=name,
                territory=territory,
                row_count=row_count,
                feeds=tuple(one.feed for one in origins),
                late_feeds=tuple(one.feed for one in origins if one.is_late),
                data_at=max((one.last_ingested_at for one in origins), default=None),
                step=step,
                gate=_gate_of(gates, name, step.run_id, partial(_is_of, step)) if step else None,
                tests=_tests_of(tests, name, step) if step else None,
            )
        )
    return made


def _tests_of(tests: list[Tests], mart: str, step: Step) -> Tests | None:
    """Return what dbt's tests found of a mart in the build that a step tells; `tests` are newest first."""
    return next((one for one in tests if (one.mart, one.run_id) == (f"marts.{mart}", step.run_id)), None)


def _is_of(step: Step, gate: Gate) -> bool:
    """Whether a gate is that of a step: of its city, where the gate says one."""
    return gate.tier == "marts" and gate.territory in (None, step.territory)


def _model(city: str, rows: Mapping[str, Rows], plans: Plans) -> Model | None:
    if city not in territories("incident"):
        return None

    def of_city(name: str) -> Rows:
        return [row for row in rows.get(name, []) if row[0] == city]

    return Model(
        decided=next(iter(of_city("champions")), None),
        records=tuple(of_city("records")),
        forecast=next(iter(of_city("forecasts")), None),
        plan=plans.get(f"forecast_{city}"),
    )


def _title(territory: str) -> str:
    try:
        return load_territory(territory).title
    except CalanqueError:
        return territory
