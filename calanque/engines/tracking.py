"""MLflow: the record of every training run and the registry of models.

A server that does not answer or refuses, and a run that does not exist, are a `CalanqueError` in all that is here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from calanque.engines import served_model
from calanque.engines.model_files import digest
from calanque.engines.tracking_client import mlflow_at
from calanque.errors import CalanqueError
from calanque.settings import settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.figure import Figure
    from mlflow.tracking import MlflowClient

    from calanque.engines.served_model import ServedModel

CHAMPION, CHALLENGER = "champion", "challenger"
MODEL_FILE = "model.json"
DIGEST = "sha256"
NOTE = "mlflow.note.content"
DESCRIPTION_LENGTH_MAX = 5_000
"""Of a version, in MLflow's database."""


@dataclass(frozen=True)
class RunRecord:
    """What a training run leaves behind; `model_json` is the model's own text, `registered_name` its registry name.

    `tables` are the versions of the tables it read, `served` how the model answers MLflow's `load_model`. `about` is
    what the pages of run and version say (Markdown), above the figures; its first section is about the model.
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
    about: str = ""


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


class Version(NamedTuple):
    """A version of a registered model, and the run that made it."""

    model_version: str
    run_id: str


def registered_name(model: str, territory: str) -> str:
    """Return the registry name of a territory's model, such as `risk-<territory>`."""
    return f"{model}-{territory}"


def log_run(record: RunRecord, uri: str | None = None) -> LoggedRun:
    """Log a run (parameters, metrics, tags, figures, texts, model) and register its model.

    Args:
        record: what to log; texts and figures by artefact path, such as `card.md` or `hit_curve.png`.
        uri: of the tracking server, default `settings().mlflow_uri`.
    """
    with mlflow_at(uri) as mlflow:
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
        with TemporaryDirectory() as folder:
            stored = digest(_download(mlflow, record.registered_name, model_version, folder))
        client = mlflow.MlflowClient()
        for name, value in {**record.tags, DIGEST: stored}.items():
            client.set_model_version_tag(record.registered_name, model_version, name, value)
        if described := _described(record, run.info.run_id):
            client.set_tag(run.info.run_id, NOTE, described)
            client.update_model_version(record.registered_name, model_version, described)
            client.update_registered_model(record.registered_name, record.about.partition("\n\n## ")[0])
        return LoggedRun(run.info.run_id, run.info.experiment_id, record.registered_name, model_version)


def _described(record: RunRecord, run_id: str) -> str:
    """Return what the page of a version shows; what is too long for it is cut between paragraphs."""
    figures = "".join(f"\n\n![{path}](get-artifact?run_uuid={run_id}&path={path})" for path in record.figures)
    kept, left = list[str](), DESCRIPTION_LENGTH_MAX - len(figures)
    for paragraph in record.about.split("\n\n"):
        left -= len(paragraph) + 2
        if left < 0:
            break
        kept.append(paragraph)
    return ("\n\n".join(kept) + figures).strip()


def set_alias(name: str, alias: str, model_version: str, uri: str | None = None) -> None:
    """Point an alias (`CHAMPION`, `CHALLENGER`) at a version.

    Raises:
        CalanqueError: if the server does not answer, or the version does not exist.
    """
    with mlflow_at(uri) as mlflow:
        mlflow.MlflowClient().set_registered_model_alias(name, alias, model_version)


def tag_version(name: str, model_version: str, tags: Mapping[str, str], uri: str | None = None) -> None:
    """Write tags on a version, over those of the same name.

    Raises:
        CalanqueError: if the server does not answer, or the version does not exist.
    """
    with mlflow_at(uri) as mlflow:
        client = mlflow.MlflowClient()
        for key, value in tags.items():
            client.set_model_version_tag(name, model_version, key, value)


def drop_alias(name: str, alias: str, model_version: str, uri: str | None = None) -> None:
    """Take an alias away from a version that still has it: a champion that no longer beats the baseline retires.

    Another version may have won it meanwhile, in a training that ended while this one was judged: it keeps it.
    """
    with mlflow_at(uri) as mlflow:
        client = mlflow.MlflowClient()
        found = _aliased(client, name, alias)
        if found is not None and str(found.version) == model_version:
            client.delete_registered_model_alias(name, alias)


def find_version(name: str, alias: str = CHAMPION, uri: str | None = None) -> Version | None:
    """Return the version an alias points at, its files left where they are; None without such a model or alias."""
    with mlflow_at(uri) as mlflow:
        found = _aliased(mlflow.MlflowClient(), name, alias)
        return None if found is None else Version(str(found.version), str(found.run_id))


def alias_version(name: str, alias: str = CHAMPION, uri: str | None = None) -> str | None:
    """Return the number of the version an alias points at, as `find_version` finds it."""
    found = find_version(name, alias, uri)
    return found.model_version if found else None


def load_model(name: str, alias: str = CHAMPION, uri: str | None = None) -> StoredModel | None:
    """Return the model an alias points at, None when there is none; the text of one of an earlier release is empty.

    Raises:
        CalanqueError: if the server does not answer, or the files are lost or not those that were trained.
    """
    with mlflow_at(uri) as mlflow:
        found = _aliased(mlflow.MlflowClient(), name, alias)
        if found is None:
            return None
        with TemporaryDirectory() as folder:
            local = _download(mlflow, name, found.version, folder)
            kept = local / served_model.DATA / served_model.DATA_FOLDER / MODEL_FILE
            # An earlier release kept it elsewhere, and without a digest: nobody can use it.
            if kept.is_file() and found.tags.get(DIGEST) != digest(local):
                raise CalanqueError(
                    f"The files of {name} version {found.version} are not those that were trained: their SHA-256 is not"
                    f" the version's tag '{DIGEST}'. Restore them, or delete the version and train it anew."
                )
            text = kept.read_text(encoding="utf-8") if kept.is_file() else ""
        tags = {key: value for key, value in found.tags.items() if key != DIGEST}
        return StoredModel(name, str(found.version), str(found.run_id), text, tags)


def _download(mlflow: Any, name: str, model_version: str, folder: str) -> Path:
    return Path(mlflow.artifacts.download_artifacts(f"models:/{name}/{model_version}", dst_path=folder))


def write_texts(run_id: str, texts: Mapping[str, str], uri: str | None = None) -> None:
    """Write texts among the artefacts of a run, ended or not, over those of the same path."""
    with mlflow_at(uri) as mlflow:
        client = mlflow.MlflowClient()
        for path, text in texts.items():
            client.log_text(run_id, text, path)


def read_text(run_id: str, path: str, uri: str | None = None) -> str:
    """Return a text artefact of a run, empty when it has none of that path."""
    with mlflow_at(uri) as mlflow:
        if path not in {found.path for found in mlflow.MlflowClient().list_artifacts(run_id)}:
            return ""
        return str(mlflow.artifacts.load_text(f"runs:/{run_id}/{path}"))


def run_page(run_id: str, path: str | None = None, uri: str | None = None) -> str:
    """Return the address of a run in MLflow's pages, or of one artefact of it."""
    with mlflow_at(uri) as mlflow:
        experiment = mlflow.MlflowClient().get_run(run_id).info.experiment_id
    page = f"{uri or settings().mlflow_uri}/#/experiments/{experiment}/runs/{run_id}"
    return f"{page}/artifacts/{path}" if path else page


def settle(name: str, model_version: str, is_promoted: bool, uri: str | None = None) -> str | None:
    """Give a new version its aliases after the decision on it, and return the champion's version, if any.

    Promoted, it is champion. Refused, it is the challenger beside the champion that there was: a back-test that does
    not show a gain for sure shows no loss either, and what a champion has published is for the monitor to judge.
    """
    set_alias(name, CHALLENGER, model_version, uri)
    if is_promoted:
        set_alias(name, CHAMPION, model_version, uri)
    return alias_version(name, CHAMPION, uri)


def _aliased(client: MlflowClient, name: str, alias: str) -> Any | None:
    from mlflow.exceptions import MlflowException

    try:
        return client.get_model_version_by_alias(name, alias)
    except MlflowException as error:
        # An unknown alias is INVALID_PARAMETER_VALUE in MLflow 3, an unknown model RESOURCE_DOES_NOT_EXIST.
        if error.error_code in {"RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"}:
            return None
        raise
