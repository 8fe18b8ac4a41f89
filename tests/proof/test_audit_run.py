"""An audit, started by a person on the newest version: on few data, and once."""

from datetime import UTC, datetime

from calanque.demo.run import DemoRun
from calanque.engines import spark, tracking
from calanque.engines.airflow_client import Orchestrator
from calanque.marts.domains import territories
from calanque.settings import Settings
from ml.audit.steps import audit_release

CITIES = territories("incident")


def test_an_audit_is_asked_for_and_run_card_and_tags_say_so(stack: Settings, first: DemoRun) -> None:
    # A version is audited once: this one as if nobody had.
    spark.rows("delete from governance.step where step = 'audit.toronto'")
    orchestrator = Orchestrator(stack)
    orchestrator.wake(["audit_risk"])
    since = datetime.now(UTC)
    orchestrator.trigger("audit_risk", conf={"cities": ["toronto"]})
    # A DAG of the clock may run meanwhile.
    (run,) = (one for one in orchestrator.wait(since, lambda run: None) if one.dag_id == "audit_risk")
    assert run.state == "success"
    assert {task["task_id"]: task["state"] for task in orchestrator.task_instances(run)} == {
        f"audit_{city}": "success" if city == "toronto" else "skipped" for city in CITIES
    }
    newest = tracking.load_model("risk-toronto", tracking.CHALLENGER)
    assert newest is not None
    assert newest.tags["audit"] in {"passed", "failed"}
    assert (newest.tags["audit"] == "passed") == (newest.tags["audit_failed"] == "none")
    assert newest.tags["audit_weight"] == "few data"
    page, card = (tracking.read_text(newest.run_id, name) for name in ("audit.html", "card.md"))
    assert f"risk-toronto version {newest.model_version}" in page
    assert page.count("<section>") == page.count("data:image/svg+xml;base64,") == 4
    assert "on few data" in page
    assert card.startswith("# Model card")
    assert card.count("## Audit") == 1
    assert "Not audited yet" not in card
    path = f"/dags/{run.dag_id}/dagRuns/{run.dag_run_id}/taskInstances/audit_toronto/links"
    buttons = orchestrator.get(path)["extra_links"]
    assert buttons["Audit report"].startswith(f"{stack.mlflow_uri}/#/experiments/")
    assert buttons["Audit report"].endswith("/artifacts/audit.html")
    # The clock may have started one that found nothing to learn.
    runs = [run for run in orchestrator.runs() if run.dag_id == "train_toronto"]
    trained = next(run for run in runs if orchestrator.task_instances(run)[0]["state"] == "success")
    path = f"/dags/{trained.dag_id}/dagRuns/{trained.dag_run_id}/taskInstances/train/links"
    assert orchestrator.get(path)["extra_links"]["MLflow run"] == buttons["MLflow run"]


def test_a_version_is_audited_once(first: DemoRun) -> None:
    audit_release("toronto", "unless it was")
    assert audit_release("toronto", "same again") is None
