"""The registry: a version is logged with its tags, promoted, retired, and read back whole."""

import importlib
import sys

import pytest
from matplotlib.figure import Figure
from mlflow import MlflowClient

from calanque.engines import tracking
from calanque.errors import CalanqueError
from ml.risk.model.trained import RiskModel

TAGS = {"data_version": "12", "code_version": "0.1.0"}


def record(text: str) -> tracking.RunRecord:
    return tracking.RunRecord(
        experiment="risk",
        run_name="train",
        registered_name=tracking.registered_name("risk", "toronto"),
        model_json=text,
        params={"baseline.half_life_days": "365"},
        metrics={"pool.log_score": 1.2, "unknown": float("nan")},
        tags=TAGS,
        texts={"card.md": "# Card"},
        figures={"curve.png": Figure()},
        about="# Card\n\nOf a city.\n\n## Decision\n\n" + "\n\n".join(["A long paragraph. " * 50] * 9),
    )


def test_the_pages_of_model_version_and_run_say_what_it_is_and_show_its_figures(uri):
    logged = tracking.log_run(record('{"weights": 1}'), uri)
    client = MlflowClient(uri)
    assert client.get_registered_model("risk-toronto").description == "# Card\n\nOf a city."
    said = client.get_model_version("risk-toronto", "1").description
    assert said.startswith("# Card\n\nOf a city.\n\n## Decision\n\nA long paragraph.")
    assert said.endswith(f". \n\n![curve.png](get-artifact?run_uuid={logged.run_id}&path=curve.png)")
    assert 4_000 < len(said) <= 5_000
    assert client.get_run(logged.run_id).data.tags["mlflow.note.content"] == said


def test_a_version_is_logged_promoted_retired_and_read_back(uri):
    name = "risk-toronto"
    assert tracking.alias_version(name, uri=uri) is None
    assert tracking.load_model(name, uri=uri) is None
    first = tracking.log_run(record('{"weights": 1}'), uri)
    assert first.model_version == "1"
    assert tracking.load_model(name, uri=uri) is None
    assert tracking.settle(name, first.model_version, True, uri) == "1"
    stored = tracking.load_model(name, uri=uri)
    assert stored is not None
    assert (stored.model_json, stored.run_id, stored.tags) == ('{"weights": 1}', first.run_id, TAGS)
    assert tracking.find_version(name, uri=uri) == ("1", first.run_id)
    # A training may have promoted a version while an earlier one was judged.
    tracking.drop_alias(name, tracking.CHAMPION, "0", uri)
    assert tracking.alias_version(name, uri=uri) == "1"
    tracking.drop_alias(name, tracking.CHAMPION, "1", uri)
    assert tracking.alias_version(name, uri=uri) is None
    assert tracking.alias_version(name, tracking.CHALLENGER, uri) == "1"
    with pytest.raises(CalanqueError, match="MLflow refused"):
        tracking.set_alias(name, tracking.CHAMPION, "99", uri)


def test_a_refused_challenger_leaves_the_champion_where_it_is(uri):
    name = "risk-toronto"
    for text in ('{"weights": 1}', '{"weights": 2}', '{"weights": 3}'):
        tracking.log_run(record(text), uri)
    assert tracking.settle(name, "1", False, uri) is None
    assert tracking.settle(name, "2", True, uri) == "2"
    assert tracking.settle(name, "3", False, uri) == "2"
    assert tracking.alias_version(name, uri=uri) == "2"
    assert tracking.alias_version(name, tracking.CHALLENGER, uri) == "3"


@pytest.mark.parametrize("what", ["files", "digest"])
def test_a_model_whose_files_were_changed_or_that_has_no_digest_is_not_loaded(uri, tmp_path, what):
    from mlflow import MlflowClient

    logged = tracking.log_run(record('{"weights": 1}'), uri)
    name, version = logged.registered_name, logged.model_version
    tracking.set_alias(name, tracking.CHAMPION, version, uri)
    if what == "files":
        (stored,) = tmp_path.rglob("data/model/model.json")
        stored.write_text('{"weights": 2}')
    else:
        MlflowClient(uri).delete_model_version_tag(name, version, tracking.DIGEST)
    with pytest.raises(CalanqueError, match="are not those that were trained"):
        tracking.load_model(name, uri=uri)


def test_a_version_of_an_earlier_release_is_there_and_cannot_be_used(uri):
    """Else a champion of before would stop every forecast, and could not even retire."""
    import mlflow

    mlflow.set_tracking_uri(uri)
    mlflow.set_experiment("risk")
    with mlflow.start_run():
        mlflow.pyfunc.log_model(
            name="model", loader_module="json", registered_model_name="risk-toronto", pip_requirements=["mlflow"]
        )
    tracking.set_alias("risk-toronto", tracking.CHAMPION, "1", uri)
    stored = tracking.load_model("risk-toronto", uri=uri)
    assert stored is not None
    assert (stored.model_version, stored.model_json) == ("1", "")
    with pytest.raises(CalanqueError, match="train again"):
        RiskModel.from_json(stored.model_json)


def test_a_server_that_is_away_is_said_so(monkeypatch):
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(CalanqueError, match="does not answer"):
        tracking.alias_version("risk-toronto", uri="http://127.0.0.1:1")


def test_a_registration_prints_nothing_to_the_error_channel(uri, capfd, monkeypatch):
    # MLflow imports this module when a model has an example, and prints again afterwards.
    monkeypatch.delitem(sys.modules, "mlflow.types.responses", raising=False)
    late = lambda *_: importlib.import_module("mlflow.types.responses")  # noqa: E731
    monkeypatch.setattr(tracking.served_model, "log_tables", late)
    tracking.log_run(record('{"weights": 1}'), uri)
    printed = capfd.readouterr().err
    assert "registered model" not in printed
    assert "Created version" not in printed
    assert " INFO mlflow" not in printed
