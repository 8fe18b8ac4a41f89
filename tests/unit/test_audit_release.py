"""The audit of a release: the same questions at each size, and page, card and tags left beside the model."""

import logging
from dataclasses import replace
from datetime import date
from types import SimpleNamespace

import pytest
from cheap_forecast import counted

from calanque.engines import tracking
from ml.audit import steps
from ml.audit.feedback import Correction
from ml.audit.parity import ParityTarget
from ml.audit.release import SMALL, audit
from ml.risk.record.card import AUDIT_TITLE, NOT_AUDITED, with_audit

TINY = SMALL.model_copy(update={"null_lives": 3})


@pytest.fixture(scope="module")
def results():
    return audit("risk-here version 1", counted(), TINY, date(2026, 11, 25))


def test_every_study_is_made_at_the_size_asked(results) -> None:
    assert set(results.loop.runs) == {Correction.ENSIGN, Correction.EXCLUDED}
    assert (results.loop.life_count, results.null.life_count, results.null.band.draw_count) == (1, 3, 10)
    assert len(results.fairness.rank_changes) == 10
    assert {cost.target for cost in results.fairness.parity} == set(ParityTarget)
    assert results.poison.is_passed
    assert results.is_weak


def missing_forgeries(results):
    """Return the audit as it would be if half of the forged reports were not found."""
    return replace(results, poison=replace(results.poison, recall=dict.fromkeys(results.poison.recall, 0.5)))


CARD = f"# Model card\n\n{AUDIT_TITLE}\n\n{NOT_AUDITED}\n"


def stored_version(uri: str, texts: dict) -> tracking.StoredModel:
    record = tracking.RunRecord("risk", "train", "risk-here", "{}", {}, {}, {}, texts=texts)
    version = tracking.log_run(record, uri).model_version
    tracking.set_alias("risk-here", tracking.CHALLENGER, version, uri)
    stored = tracking.load_model("risk-here", tracking.CHALLENGER, uri)
    assert stored is not None
    return stored


@pytest.mark.full
def test_page_card_and_tags_are_left_beside_the_version(uri, results) -> None:
    stored = stored_version(uri, {"card.md": CARD})
    steps.publish(stored, results, "first", uri)
    tags = steps.publish(stored, missing_forgeries(results), "second", uri)
    assert tags["audit"] == "failed"
    assert "forged reports" in tags["audit_failed"]
    assert tags["audit_weight"] == "few data"
    found = tracking.load_model("risk-here", tracking.CHALLENGER, uri)
    assert found is not None
    assert tags.items() <= dict(found.tags).items()
    card = tracking.read_text(stored.run_id, "card.md", uri)
    assert card.count(AUDIT_TITLE) == card.count("# Model card") == 1
    assert "Forged reports: failed" in card
    assert NOT_AUDITED not in card
    assert tracking.read_text(stored.run_id, "nothing.md", uri) == ""
    page = tracking.read_text(stored.run_id, "audit.html", uri)
    assert "risk-here version 1" in page
    assert "Failed" in page
    assert tracking.run_page(stored.run_id, "audit.html", uri).endswith(f"/runs/{stored.run_id}/artifacts/audit.html")


def test_a_card_ends_with_its_audit() -> None:
    assert with_audit("# Model card", NOT_AUDITED) == CARD
    assert with_audit("", "Passed.") == f"{AUDIT_TITLE}\n\nPassed.\n"
    assert with_audit(CARD, "Passed.") == f"# Model card\n\n{AUDIT_TITLE}\n\nPassed.\n"


@pytest.fixture
def release(monkeypatch, results):
    """The step with the registry, the state and the studies replaced; returns what it wrote down."""
    stored = tracking.StoredModel("risk-here", "3", "run", "{}", {})
    written = SimpleNamespace(stored=stored, results=results, states={}, published=[])
    monkeypatch.setattr(tracking, "load_model", lambda name, alias: written.stored)
    monkeypatch.setattr(tracking, "run_page", lambda run_id, path=None: f"http://here/{run_id}/{path or ''}")
    monkeypatch.setattr(steps.state, "unchanged", lambda step, inputs: written.states.get(step) == inputs)
    monkeypatch.setattr(steps.state, "record", lambda step, inputs, facts: written.states.update({step: inputs}))
    monkeypatch.setattr(steps.RiskModel, "from_json", lambda text: SimpleNamespace(config=None))
    monkeypatch.setattr(steps, "audit", lambda title, forecaster, size, made_on: written.results)
    for name in ("write_texts", "tag_version"):
        monkeypatch.setattr(tracking, name, lambda *given: written.published.append(given))
    monkeypatch.setattr(tracking, "read_text", lambda *given: CARD)
    return written


def test_a_version_is_audited_once_with_the_same_code(release) -> None:
    told = steps.audit_release("here", "tonight")
    assert told is not None
    assert (told["model_version"], told["report_page"]) == ("3", "http://here/run/audit.html")
    assert len(release.published) == 2
    assert steps.audit_release("here", "again") is None
    release.stored = tracking.StoredModel("risk-here", "4", "run", "{}", {})
    assert steps.audit_release("here", "a new version") is not None


def test_a_failed_audit_is_plain_and_stops_nothing(release, caplog) -> None:
    release.results = missing_forgeries(release.results)
    with caplog.at_level(logging.INFO):
        told = steps.audit_release("here", "tonight")
    assert told is not None
    assert told["audit"] == "failed"
    warned = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert any(
        "FAILED" in text and "forged reports" in text and "http://here/run/audit.html" in text for text in warned
    )


def test_while_there_is_no_model_there_is_nothing_to_audit(release) -> None:
    """A young feed is forecast by counts: its training is green, and so is what follows."""
    release.stored = None
    assert steps.audit_release("here") is None
    assert release.published == []
