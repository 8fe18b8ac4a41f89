"""The summary of the demo, read back from the lake itself: reports, the query door, the registry."""

from collections.abc import Iterator
from typing import Any

from rich.console import Group
from rich.panel import Panel
from rich.table import Table

from calanque.contracts import load_contracts
from calanque.demo.run import DemoRun
from calanque.engines import trino
from calanque.marts.domains import territories
from calanque.marts.lateness import late_after
from calanque.places.territory import load_territory
from calanque.runs.batches import read_reports
from calanque.runs.gates import newest_checks
from calanque.settings import Settings

MOTIF = "bilan de la demonstration"
_SERVED = {"model": "model", "baseline": "counts"}
Rows = list[tuple[Any, ...]]


def render(settings: Settings, done: DemoRun) -> Group:
    """Return the whole summary, ready to print."""
    figures = (batches(), _marts(), _forecast(), _near_repeat(), _models())
    return Group(*figures, _times(done), _changes(done), addresses(settings))


def batches() -> Table:
    """Return what the feeds brought: the first thing that can be told."""
    table = _table("Batches: landed = loaded + quarantined", "city", "feed")
    for name in ("landed", "loaded", "quarantined"):
        table.add_column(name, justify="right")
    table.add_column("reasons")
    table.add_column("gates")
    table.add_column("fresh until, UTC")
    rows: Rows = []
    for contract in sorted(load_contracts().values(), key=lambda known: (known.territory, known.feed)):
        for report in read_reports(contract.feed):
            checks = newest_checks(report.feed, report.batch_id)
            gates = f"{sum(check.success for check in checks)}/{len(checks)} true"
            reasons = "\n".join(f"{count:,} {reason}" for reason, count in report.reasons.items()) or "–"
            state = "" if report.state == "published" else f", {report.state}"
            name = f"{report.feed}{' (synthetic)' if contract.is_synthetic else ''}{state}"
            counts = (report.landed_count, report.loaded_count, report.quarantined_count)
            until = late_after(contract, [report])
            fresh = f"{until:%Y-%m-%d %H:%M}" if until else "–"
            rows.append((contract.territory, name, *(f"{count:,}" for count in counts), reasons, gates, fresh))
    for city, row in _by_city(table, rows):
        table.add_row(city, *row)
    return table


def _marts() -> Table:
    cities = sorted({contract.territory for contract in load_contracts().values()})
    table = _table("Marts, counted through the query door as the analyst", "mart")
    for name in ("rows", *map(_city, cities)):
        table.add_column(name, justify="right")
    for mart, counts in _counted().items():
        of_cities = [f"{counts[city]:,}" if counts.get(city) else "–" for city in cities]
        table.add_row(mart, f"{sum(counts.values()):,}", *(of_cities if None not in counts else ()))
    return table


def _counted() -> dict[str, dict[str | None, int]]:
    """Return the rows of each mart by city, None where it knows no city: by one statement."""
    by_city = "select table_name from lake.information_schema.columns where table_schema = 'marts'"
    with_city = {str(name) for (name,) in _asked(f"{by_city} and column_name = 'territory'")}
    parts = [
        f"select '{mart}', territory, count(*) from {mart} group by territory"
        if mart in with_city
        else f"select '{mart}', null, count(*) from {mart}"
        for mart in _made_marts()
    ]
    counts: dict[str, dict[str | None, int]] = {}
    for mart, city, count in sorted(_asked(" union all ".join(parts)), key=lambda row: row[0]) if parts else ():
        counts.setdefault(mart, {})[city] = count
    return counts


def _asked(sql: str) -> list[tuple[Any, ...]]:
    return trino.query(sql, motif=MOTIF)


def _made_marts() -> list[str]:
    return [str(name) for (name,) in _asked("show tables from lake.marts")]


def _forecast() -> Table:
    title = "Next week's forecast beside its baseline: the first cell of each type"
    table = _table(title, "city", "week", "type", "cell")
    for name in ("expected", "at most, 9 of 10", "P(≥1)", "baseline", "rank by baseline"):
        table.add_column(name, justify="right")
    table.add_column("served")
    rows = _asked(
        "select territory, week_start_date, type, cell_id, expected_count, upper_count, p_at_least_one, "
        "baseline_count, rank_baseline, served from fct_forecast "
        f"where {_newest_weeks('fct_forecast')} and rank_model = 1 order by territory, type"
    )
    for city, (week, kind, cell, expected, upper, any_one, baseline, rank_baseline, served) in _by_city(table, rows):
        figures = (f"{expected:.2f}", str(upper), f"{any_one:.0%}", f"{baseline:.2f}", str(rank_baseline))
        table.add_row(city, str(week), kind, cell, *figures, _SERVED.get(served, served))
    return table


def _near_repeat() -> Table:
    table = _table("Near-repeat: the types in which the test finds it, and their alert for next week", "city", "type")
    table.add_column("alert")
    rows = _asked(
        f"select territory, type, is_found, alert_en from fct_near_repeat where {_newest_weeks('fct_near_repeat')} "
        "order by territory, is_found desc, type"
    )
    silent: dict[str, list[str]] = {}
    for territory, kind, is_found, _ in rows:
        if not is_found:
            silent.setdefault(territory, []).append(kind)
    # One line a city for the types that are silent, after those that are not.
    found: Rows = [(territory, kind, alert) for territory, kind, is_found, alert in rows if is_found]
    quiet: Rows = [(territory, ", ".join(kinds), "Not found: no alert.") for territory, kinds in silent.items()]
    for city, (kinds, alert) in _by_city(table, sorted([*found, *quiet], key=lambda row: row[0])):
        table.add_row(city, kinds, alert)
    return table


def _models() -> Table:
    from calanque.runs.state import last_state

    table = _table(
        "Models: who serves each city's forecast, and why", "city", "newest version", "served", "why", "audit"
    )
    table.caption = "Start an audit in Airflow: audit_risk. Its page is audit.html of the version's run in MLflow."
    served = dict(_asked(f"select distinct territory, served from fct_forecast where {_newest_weeks('fct_forecast')}"))
    reasons = {}
    if "fct_model_promotion" in _made_marts():
        reasons = dict(
            _asked("select territory, max_by(reason, decided_at) from fct_model_promotion group by territory")
        )
    for territory in territories("incident"):
        if not (state := last_state(f"train.{territory}")):
            continue
        version = str(state.outputs["model_version"])
        audit = "–" if version == "none" else "not yet"
        if audited := last_state(f"audit.{territory}"):
            failed = f" ({audited.outputs['audit_failed']})" if audited.outputs["audit"] == "failed" else ""
            what = f"{audited.outputs['audit']}{failed}, on {audited.outputs['audit_weight']}"
            audit = f"version {audited.inputs['model']} {what}"
        name = "none yet" if version == "none" else f"risk-{territory} version {version}"
        shown = _SERVED.get(served.get(territory, ""), "nothing yet")
        # Of a retired champion the training's decision is not the last word.
        table.add_row(_city(territory), name, shown, reasons.get(territory, str(state.outputs["decision"])), audit)
    return table


def _times(done: DemoRun) -> Table:
    worked = [task for task in done.tasks if task.state != "skipped"]
    idle = len(done.tasks) - len(worked)
    title = f"Time per DAG ({done.seconds:.0f} s in all, waits included; {idle} tasks had nothing to do)"
    table = _table(title, "DAG")
    table.add_column("tasks", justify="right")
    table.add_column("seconds", justify="right")
    table.add_column("longest task")
    for dag_id in dict.fromkeys(task.dag_id for task in worked):
        tasks = [task for task in worked if task.dag_id == dag_id]
        longest = max(tasks, key=lambda task: task.seconds)
        seconds = sum(task.seconds for task in tasks)
        table.add_row(dag_id, str(len(tasks)), f"{seconds:.1f}", f"{longest.task_id} {longest.seconds:.1f}")
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title)
    for name in columns:
        # What does not fit goes on below: a name cut short cannot be looked up.
        table.add_column(name, overflow="fold")
    return table


def _city(territory: str) -> str:
    return load_territory(territory).title


def _newest_weeks(mart: str) -> str:
    """Return the SQL condition that keeps the newest week of each city: their data end on different days."""
    newest = f"select territory, max(week_start_date) from {mart} group by territory"
    return f"(territory, week_start_date) in ({newest})"


def _by_city(table: Table, rows: Rows) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """Yield the city and the rest of each row; a city is named once, and a line drawn before the next."""
    last = None
    for territory, *rest in rows:
        if last not in {None, territory}:
            table.add_section()
        yield _city(territory) if territory != last else "", tuple(rest)
        last = territory


def _changes(done: DemoRun) -> Panel:
    changed = ", ".join(done.changed_tables)
    first = f"New versions: {changed}." if changed else "Nothing new at the sources: no table changed."
    upkeep = ", ".join(done.maintained_tables)
    paused = f"\nLeft paused, as somebody wanted: {', '.join(done.paused_dags)}." if done.paused_dags else ""
    return Panel(
        f"{first}\nBy the upkeep alone (files, and rows past their days): {upkeep or 'none'}.{paused}", title="Tables"
    )


def addresses(settings: Settings) -> Table:
    """Return where each interface is and who signs in; passwords are pointed at: summaries are kept in files."""
    table = Table(title="Addresses", caption="Passwords: calanque stack passwords")
    for name in ("what", "address", "who signs in"):
        table.add_column(name, overflow="fold")
    table.add_row("Airflow", settings.airflow_url, "engineer, analyst, dpo")
    table.add_row("Trino (SQL, JDBC)", settings.trino_url, "analyst, engineer")
    table.add_row("MLflow", settings.mlflow_uri, "engineer, analyst, dpo")
    table.add_row("HDFS NameNode", f"{settings.webhdfs_url}/jmx", "nobody")
    return table
