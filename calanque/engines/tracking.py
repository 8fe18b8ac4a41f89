"""MLflow: the record of every training run and the registry of models. The only module that imports it."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from calanque.engines import served_model
from calanque.errors import CalanqueError
from calanque.settings import settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from matplotlib.figure import Figure
    from mlflow.tracking import MlflowClient

    from calanque.engines.served_model import ServedModel

CHAMPION, CHALLENGER = "champion", "challenger"
MODEL_FILE = "model.json"
# The server being away for a moment must not fail a training; being away for good must not hold it for minutes.
CLIENT_LIMITS = {
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "30",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "4",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
}


@dataclass(frozen=True)
class RunRecord:
    """What a training run leaves behind; `model_json` is the model's own text, `registered_name` its registry name.

    `tables` are the versions of the tables it read, `served` how the model answers MLflow's `load_model`.
    """

    experiment: str
    run_name: str
    registered_name: str
    model_json: str
    params: Mapping[str, str]
    metrics: Mapping[str, float]
    tags: Mapping[str, str]
    figures: Mapping[str, Figure] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    tables: Mapping[str, int | str] = field(default_factory=dict)
    served: ServedModel | None = None


@dataclass(frozen=True)
class LoggedRun:
    """A finished run and the registry version it made."""

    run_id: str
    experiment_id: str
    registered_name: str
    model_version: str


@dataclass(frozen=True)
class StoredModel:
    """A registered model read back: its text, version, run and tags."""

    registered_name: str
    model_version: str
    run_id: str
    model_json: str
    tags: Mapping[str, str]


def registered_name(model: str, territory: str) -> str:
    """Return the registry name of a territory's model, such as `risk-toronto`."""
    return f"{model}-{territory}"


def log_run(record: RunRecord, uri: str | None = None) -> LoggedRun:
    """Log a run (parameters, metrics, tags, figures, texts, model) and register its model.

    Args:
        record: what to log; texts and figures by artefact path, such as `card.md` or `hit_curve.png`.
        uri: of the tracking server, default `settings().mlflow_uri`.

    Raises:
        CalanqueError: if the server does not answer or refuses.
    """
    with _mlflow(uri) as mlflow:
        mlflow.set_experiment(record.experiment)
        with mlflow.start_run(run_name=record.run_name) as run:
            mlflow.log_params(dict(record.params))
            mlflow.log_metrics({name: value for name, value in record.metrics.items() if value == value})
            mlflow.set_tags(dict(record.tags))
            for path, text in record.texts.items():
                mlflow.log_text(text, path)
            for path, figure in record.figures.items():
                mlflow.log_figure(figure, path)
            served_model.log_tables(mlflow, record.tables)
            files = {MODEL_FILE: record.model_json}
            model_version = served_model.log(mlflow, record.registered_name, files, record.served)
        client = mlflow.MlflowClient()
        for name, value in record.tags.items():
            client.set_model_version_tag(record.registered_name, model_version, name, value)
        return LoggedRun(run.info.run_id, run.info.experiment_id, record.registered_name, model_version)


def set_alias(name: str, alias: str, model_version: str, uri: str | None = None) -> None:
    """Point an alias (`CHAMPION`, `CHALLENGER`) at a version.

    Raises:
        CalanqueError: if the server does not answer, or the version does not exist.
    """
    with _mlflow(uri) as mlflow:
        mlflow.MlflowClient().set_registered_model_alias(name, alias, model_version)


def tag_version(name: str, model_version: str, tags: Mapping[str, str], uri: str | None = None) -> None:
    """Write tags on a version, over those of the same name.

    Raises:
        CalanqueError: if the server does not answer, or the version does not exist.
    """
    with _mlflow(uri) as mlflow:
        client = mlflow.MlflowClient()
        for key, value in tags.items():
            client.set_model_version_tag(name, model_version, key, value)


def drop_alias(name: str, alias: str, uri: str | None = None) -> None:
    """Take an alias away, if it is there: a champion that no longer beats the baseline retires.

    Raises:
        CalanqueError: if the server does not answer.
    """
    with _mlflow(uri) as mlflow:
        client = mlflow.MlflowClient()
        if _aliased(client, name, alias) is not None:
            client.delete_registered_model_alias(name, alias)


def alias_version(name: str, alias: str = CHAMPION, uri: str | None = None) -> str | None:
    """Return the version an alias points at, None when there is no such model or alias.

    Raises:
        CalanqueError: if the server does not answer.
    """
    with _mlflow(uri) as mlflow:
        found = _aliased(mlflow.MlflowClient(), name, alias)
        return None if found is None else str(found.version)


def load_model(name: str, alias: str = CHAMPION, uri: str | None = None) -> StoredModel | None:
    """Return the model an alias points at, None when there is none; the text of one of an earlier release is empty.

    Raises:
        CalanqueError: if the server does not answer, or the artefact is lost.
    """
    with _mlflow(uri) as mlflow:
        found = _aliased(mlflow.MlflowClient(), name, alias)
        if found is None:
            return None
        text = _model_text(mlflow, f"models:/{name}/{found.version}")
        return StoredModel(name, str(found.version), str(found.run_id), text, dict(found.tags))


def _model_text(mlflow: Any, model: str) -> str:
    """Return the text of a version; empty for one of an earlier release, which kept it elsewhere: nobody can use it."""
    if served_model.DATA not in {Path(file.path).name for file in mlflow.artifacts.list_artifacts(artifact_uri=model)}:
        return ""
    # The one file that is needed: the code that travels with a model is for those who have no other.
    stored = f"{model}/{served_model.DATA}/{served_model.DATA_FOLDER}/{MODEL_FILE}"
    with TemporaryDirectory() as folder:
        return Path(mlflow.artifacts.download_artifacts(stored, dst_path=folder)).read_text(encoding="utf-8")


def write_texts(run_id: str, texts: Mapping[str, str], uri: str | None = None) -> None:
    """Write texts among the artefacts of a run, ended or not, over those of the same path.

    Raises:
        CalanqueError: if the server does not answer, or the run does not exist.
    """
    with _mlflow(uri) as mlflow:
        client = mlflow.MlflowClient()
        for path, text in texts.items():
            client.log_text(run_id, text, path)


def read_text(run_id: str, path: str, uri: str | None = None) -> str:
    """Return a text artefact of a run, empty when it has none of that path.

    Raises:
        CalanqueError: if the server does not answer, or the run does not exist.
    """
    with _mlflow(uri) as mlflow:
        if path not in {found.path for found in mlflow.MlflowClient().list_artifacts(run_id)}:
            return ""
        return str(mlflow.artifacts.load_text(f"runs:/{run_id}/{path}"))


def run_page(run_id: str, path: str | None = None, uri: str | None = None) -> str:
    """Return the address of a run in MLflow's pages, or of one artefact of it.

    Raises:
        CalanqueError: if the server does not answer, or the run does not exist.
    """
    with _mlflow(uri) as mlflow:
        experiment = mlflow.MlflowClient().get_run(run_id).info.experiment_id
    page = f"{uri or settings().mlflow_uri}/#/experiments/{experiment}/runs/{run_id}"
    return f"{page}/artifacts/{path}" if path else page


def settle(name: str, model_version: str, is_promoted: bool, uri: str | None = None) -> str | None:
    """Give a new version its aliases after the decision on it, and return the champion's version, if any.

    Promoted, it is champion. Refused, it is the challenger beside the champion that there was: a back-test that does
    not show a gain for sure shows no loss either, and what a champion has published is for the monitor to judge.

    Raises:
        CalanqueError: if the server does not answer.
    """
    set_alias(name, CHALLENGER, model_version, uri)
    if is_promoted:
        set_alias(name, CHAMPION, model_version, uri)
    return alias_version(name, CHAMPION, uri)


def find_version(name: str, tags: Mapping[str, str], uri: str | None = None) -> str | None:
    """Return the latest version that bears all these tags: same data and same code, nothing to train.

    Raises:
        CalanqueError: if the server does not answer.
    """
    with _mlflow(uri) as mlflow:
        versions = mlflow.MlflowClient().search_model_versions(f"name='{name}'")
        same = [found for found in versions if tags.items() <= dict(found.tags).items()]
        return str(max(int(found.version) for found in same)) if same else None


def _aliased(client: MlflowClient, name: str, alias: str) -> Any | None:
    from mlflow.exceptions import MlflowException

    try:
        return client.get_model_version_by_alias(name, alias)
    except MlflowException as error:
        # An unknown alias is INVALID_PARAMETER_VALUE in MLflow 3, an unknown model RESOURCE_DOES_NOT_EXIST.
        if error.error_code in {"RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"}:
            return None
        raise


@contextmanager
def _mlflow(uri: str | None) -> Iterator[Any]:
    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    for name, value in CLIENT_LIMITS.items():
        os.environ.setdefault(name, value)
    import mlflow
    from mlflow.exceptions import MlflowException

    mlflow.set_tracking_uri(uri or settings().mlflow_uri)
    try:
        yield mlflow
    except MlflowException as error:
        raise CalanqueError(_sentence(error)) from error


def _sentence(error: Exception) -> str:
    text = next(iter(str(error).strip().splitlines()), type(error).__name__)
    if "Max retries exceeded" in text:
        return "The MLflow server does not answer: look at 'calanque stack status' and 'calanque stack logs mlflow'."
    return f"MLflow refused the request: {text[:200]}."


def to_text(value: Any) -> str:
    """Return plain values as indented JSON, for `RunRecord.texts`."""
    return json.dumps(value, indent=1, ensure_ascii=False)
