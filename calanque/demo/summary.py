"""The summary of the demo, read back from the lake itself: reports, the query door, the registry."""

from rich.console import Group
from rich.panel import Panel
from rich.table import Table

from calanque.contracts import FeedContract, load_contracts
from calanque.demo.run import DemoRun
from calanque.engines import trino
from calanque.ingest.records import BatchReport
from calanque.ingest.report import read_report
from calanque.settings import Settings

TYPES_SHOWN = 3


def newest_reports(contract: FeedContract) -> list[BatchReport]:
    """Return the reports of a feed's batches, newest last."""
    from calanque.engines.hdfs import lake

    names = lake().list(f"/lake/governance/batches/{contract.feed}")
    found = [read_report(contract.feed, name.removesuffix(".json")) for name in names]
    return sorted((report for report in found if report), key=lambda report: report.updated_at)


def render(settings: Settings, done: DemoRun) -> Group:
    """Return the whole summary, ready to print."""
    figures = (_batches(), _marts(), _forecast(), _near_repeat(), _model())
    return Group(*figures, _times(done), _changes(done), addresses(settings))


def _batches() -> Table:
    table = Table(title="Batches: landed = loaded + quarantined")
    for name, justify in (("feed", "left"), ("batch", "left"), ("state", "left")):
        table.add_column(name, justify=justify)  # type: ignore[arg-type]
    for name in ("landed", "loaded", "quarantined"):
        table.add_column(name, justify="right")
    table.add_column("reasons")
    table.add_column("gates")
    for contract in load_contracts().values():
        for report in newest_reports(contract):
            checks = [check for gate in report.gates for check in gate.checks]
            gates = f"{sum(check.success for check in checks)}/{len(checks)} true"
            reasons = ", ".join(f"{reason} {count}" for reason, count in report.reasons.items()) or "–"
            name = f"{report.feed}{' (synthetic)' if contract.is_synthetic else ''}"
            counts = (report.landed_count, report.loaded_count, report.quarantined_count)
            table.add_row(name, report.batch_id, report.state, *(f"{count:,}" for count in counts), reasons, gates)
    return table


def _marts() -> Table:
    table = Table(title="Marts, counted through the query door as the analyst")
    table.add_column("mart")
    table.add_column("rows", justify="right")
    for (name,) in trino.query("show tables from lake.marts"):
        ((count,),) = trino.query(f'select count(*) from lake.marts."{name}"')
        table.add_row(str(name), f"{count:,}")
    return table


def _forecast() -> Table:
    table = Table(title="Next week's forecast beside its baseline: the first cells of each type")
    for name in (
        "week",
        "type",
        "cell",
        "expected",
        "at most, 9 of 10",
        "P(≥1)",
        "baseline",
        "rank",
        "rank by baseline",
        "served",
    ):
        table.add_column(name, justify="left" if name in {"week", "type", "cell", "served"} else "right")
    rows = trino.query(
        "select week_start_date, type, cell_id, expected_count, upper_count, p_at_least_one, baseline_count, "
        "rank_model, rank_baseline, served from fct_forecast "
        "where week_start_date = (select max(week_start_date) from fct_forecast) "
        f"and rank_model <= {TYPES_SHOWN} order by type, rank_model"
    )
    last = None
    for week, kind, cell, expected, upper, any_one, baseline, rank, rank_baseline, served in rows:
        table.add_section() if last not in {None, kind} else None
        last = kind
        table.add_row(
            str(week),
            kind,
            cell,
            f"{expected:.2f}",
            str(upper),
            f"{any_one:.0%}",
            f"{baseline:.2f}",
            str(rank),
            str(rank_baseline),
            served,
        )
    return table


def _near_repeat() -> Table:
    table = Table(title="Near-repeat: what the test says of each type, and its alert for next week")
    for name in ("type", "found", "alert"):
        table.add_column(name)
    rows = trino.query(
        "select type, is_found, alert_en from fct_near_repeat "
        "where week_start_date = (select max(week_start_date) from fct_near_repeat) order by type"
    )
    for kind, is_found, alert in rows:
        table.add_row(kind, "yes" if is_found else "no", alert)
    return table


def _model() -> Table:
    from calanque.governance.state import last_state

    table = Table(title="Model", show_header=False)
    table.add_column("what")
    table.add_column("said")
    for territory in sorted({contract.territory for contract in load_contracts().values()}):
        if state := last_state(f"train.{territory}"):
            table.add_row(
                "registry",
                f"risk-{territory} version {state.outputs['model_version']}, champion: {state.outputs['champion']}",
            )
            table.add_row("decision", str(state.outputs["decision"]))
        if state := last_state(f"audit.{territory}"):
            failed = f" ({state.outputs['audit_failed']})" if state.outputs["audit"] == "failed" else ""
            what = f"{state.outputs['audit']}{failed}, on {state.outputs['audit_weight']}"
            table.add_row("audit", f"version {state.inputs['model']} {what}: audit.html of its MLflow run")
    return table


def _times(done: DemoRun) -> Table:
    worked = [task for task in done.tasks if task.state != "skipped"]
    idle = len(done.tasks) - len(worked)
    title = f"Time per stage ({done.seconds:.0f} s in all, waits included; {idle} tasks had nothing to do)"
    table = Table(title=title)
    for name in ("DAG", "task", "state"):
        table.add_column(name)
    table.add_column("seconds", justify="right")
    for task in worked:
        table.add_row(task.dag_id, task.task_id, task.state, f"{task.seconds:.1f}")
    return table


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
    table.add_row("Trino (SQL, JDBC)", settings.trino_url, "analyst")
    table.add_row("MLflow", settings.mlflow_uri, "engineer, analyst, dpo")
    table.add_row("HDFS NameNode", f"{settings.webhdfs_url}/jmx", "nobody")
    return table
