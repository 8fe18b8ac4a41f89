"""The step of the DAG of audits: audit the newest version, and leave the report beside the model."""

import logging
from datetime import UTC, datetime
from typing import Any

from threadpoolctl import threadpool_limits

from calanque.engines import tracking
from calanque.engines.tracking import StoredModel
from calanque.runs import state
from calanque.settings import settings
from ml.audit.forecasters import risk_forecaster
from ml.audit.release import SMALL, audit
from ml.audit.report import AuditResults, audit_html, audit_markdown, audit_sentences
from ml.risk.model.trained import RiskModel
from ml.risk.record.card import with_audit

log = logging.getLogger(__name__)
REPORT, CARD = "audit.html", "card.md"


def audit_release(territory: str, run_id: str = "manual") -> dict[str, Any] | None:
    """Audit the parameters of a territory's newest model, learnt anew on simulated cities, at the small size.

    The page becomes the artefact `audit.html` of the version's run, its verdict a tag of the version and the last
    section of its card. A failed audit is said, and stops nothing.

    Returns:
        Version, verdict, what failed, whether it rests on few data, and the addresses of the run and of the page; None
        when this version was audited with this code, or there is no model yet.

    Raises:
        CalanqueError: if MLflow does not answer.
    """
    name = tracking.registered_name("risk", territory)
    stored = tracking.load_model(name, tracking.CHALLENGER)
    if stored is None or not stored.model_json:
        log.info("There is no model of %s yet to audit; nothing to do.", name)
        return None
    step, inputs = f"audit.{territory}", {"model": stored.model_version, "code": _code()}
    if state.unchanged(step, inputs):
        log.info("Version %s of %s was audited with this code; nothing to do.", stored.model_version, name)
        return None
    forecaster = risk_forecaster(RiskModel.from_json(stored.model_json).config)
    log.info(
        "Auditing the parameters of %s version %s on simulated cities: about a minute.", name, stored.model_version
    )
    title = f"{name} version {stored.model_version}"
    # Beside other tasks, threads that wait for each other cost double.
    with threadpool_limits(1):
        results = audit(title, forecaster, SMALL, datetime.now(UTC).date())
    tags = publish(stored, results, run_id)
    page = tracking.run_page(stored.run_id, REPORT)
    _say(title, results, page)
    state.record(step, inputs, tags)
    addresses = {"run_page": tracking.run_page(stored.run_id), "report_page": page}
    return {"model_version": stored.model_version, **tags, **addresses}


def publish(stored: StoredModel, results: AuditResults, run_id: str, uri: str | None = None) -> dict[str, str]:
    """Write page, card and tags of an audited version, and return the tags.

    Args:
        stored: the version.
        results: of its audit.
        run_id: of the orchestrator.
        uri: of the tracking server, the settings' when absent.
    """
    card = with_audit(tracking.read_text(stored.run_id, CARD, uri), audit_markdown(results))
    tracking.write_texts(stored.run_id, {REPORT: audit_html(results), CARD: card}, uri)
    tags = {
        "audit": "passed" if results.is_passed else "failed",
        "audit_failed": ", ".join(results.failed) or "none",
        "audit_weight": "few data" if results.is_weak else "full",
        "audit_run": run_id,
    }
    tracking.tag_version(stored.registered_name, stored.model_version, tags, uri)
    return tags


def _say(title: str, results: AuditResults, page: str) -> None:
    for name, sentence in audit_sentences(results).items():
        level = logging.WARNING if name in results.failed else logging.INFO
        log.log(level, "%s: %s. %s", name, "FAILED" if name in results.failed else "passed", sentence)
    if results.is_passed:
        log.info("The audit of the parameters of %s is passed: %s", title, page)
    else:
        failed = ", ".join(results.failed)
        log.warning("The audit of the parameters of %s FAILED (%s); it serves as before: %s", title, failed, page)


def _code() -> str:
    """Return the hash of the code the verdicts depend on: the models', and that of the simulated city."""
    root = settings().root
    return state.code_hash(root / "ml", root / "calanque" / "places", root / "calanque" / "twin")
