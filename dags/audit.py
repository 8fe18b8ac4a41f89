"""Audit the newest risk model of each city, on demand: before a release, or when its code or parameters have moved."""

from datetime import UTC, datetime, timedelta

from airflow.sdk import Param, dag, get_current_context, task

from calanque.engines.airflow_alerts import task_defaults
from calanque.engines.airflow_links import ReturnedLink, with_links
from calanque.marts.domains import territories
from calanque.stack.pools import AUDIT_POOL

DOC = """
### Audit
Started by hand, for all cities or for some. Audits the parameters of the newest version of each, not what it learnt:
they learn anew on simulated cities (feedback loop, null data, fairness, forged reports), for some minutes of one core.
The page is `audit.html` of the version's MLflow run, which the button *Audit report* of the task opens; the tag `audit`
of the version and its card say the verdict. A failed audit stops nothing and demotes nobody; it says where its verdicts
are weak. A version that was audited with this code is not audited again.

**If it fails**
- *"MLflow … does not answer"*: see `calanque stack status`, then clear the task.
- *"The audit … FAILED"* in the log of a green task: read the report; `benchmarks/audit.py` tries the same on more data.
- Nothing here changes a table: it is always safe to clear the task.
"""


CITIES = list(territories("incident"))


@dag(
    dag_id="audit_risk",
    schedule=None,
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    default_args=task_defaults("data-science", timedelta(hours=1), pool=AUDIT_POOL),
    params={"cities": Param(CITIES, type="array", items={"enum": CITIES}, description="Whose models to audit.")},
    tags=["ml", "risk", "audit", *CITIES],
    doc_md=DOC,
)
def audit_risk() -> None:
    """Declare the audit of each territory with incidents; one is made after the other."""

    @task
    def audit(territory: str) -> dict:
        from calanque.engines.airflow import run_step, skip
        from ml.audit.steps import audit_release

        if territory not in get_current_context()["params"]["cities"]:
            skip(f"The audit of {territory} was not asked for.")
        return run_step(audit_release, territory, idle="No version that was not audited with this code.")

    for one in CITIES:
        audited = audit.override(task_id=f"audit_{one}")(one)
        with_links(audited, ReturnedLink("Audit report", "report_page"), ReturnedLink("MLflow run", "run_page"))


audit_risk()
