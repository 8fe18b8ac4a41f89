"""A model that MLflow can serve: its files, the code that reads them, what goes in and what comes out.

MLflow itself is passed in: `tracking` is the one module that imports it.
"""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from calanque.settings import ROOT, settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

DATA, DATA_FOLDER = "data", "model"
"""Where MLflow keeps a model's files, and the folder of ours in it."""


@dataclass(frozen=True, eq=False)
class ServedModel:
    """How a registered model answers `mlflow.pyfunc.load_model`.

    Attributes:
        loader: module with MLflow's `_load_pyfunc(folder)`, among `code`.
        files: text by name, in the folder that the loader gets, beside the model's own.
        code: files and folders of this repository that travel with the model.
        inputs: type by column, as MLflow names types.
        optional: columns that may be missing.
        outputs: the same as `inputs`.
        params: default by name, all text.
        example: rows that fit `inputs`.
        requirements: pinned packages.
    """

    loader: str
    files: Mapping[str, str]
    code: tuple[str, ...]
    inputs: Mapping[str, str]
    outputs: Mapping[str, str]
    params: Mapping[str, str]
    example: pd.DataFrame
    requirements: tuple[str, ...]
    optional: tuple[str, ...] = field(default=())


def log(mlflow: Any, name: str, files: Mapping[str, str], served: ServedModel | None) -> str:
    """Log a model under a registered name and return its version; without `served` it is kept and cannot be served.

    Args:
        mlflow: the module, within a run.
        name: in the registry.
        files: text by name.
        served: how it answers.
    """
    with TemporaryDirectory() as place:
        folder, code = Path(place) / DATA_FOLDER, Path(place) / "code"
        folder.mkdir()
        for file, text in {**files, **(served.files if served else {})}.items():
            (folder / file).write_text(text, encoding="utf-8")
        path = list(sys.path)
        info = mlflow.pyfunc.log_model(
            name="model",
            data_path=str(folder),
            registered_model_name=name,
            **(
                _answers(mlflow, served, code)
                if served
                else {"loader_module": __name__, "pip_requirements": ["mlflow"]}
            ),
        )
    # MLflow tries the example, and leaves the model's own code first on the path: a process started later imported it.
    sys.path = path
    return str(info.registered_model_version)


def _answers(mlflow: Any, served: ServedModel, code: Path) -> dict[str, Any]:
    for path in served.code:
        source, target = ROOT / path, code / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    types = mlflow.types
    params = [types.ParamSpec(name, "string", default) for name, default in served.params.items()]
    signature = mlflow.models.ModelSignature(
        inputs=_schema(types, served.inputs, served.optional),
        outputs=_schema(types, served.outputs, ()),
        params=types.ParamSchema(params),
    )
    return {
        "loader_module": served.loader,
        "code_paths": [str(path) for path in sorted(code.iterdir())],
        "signature": signature,
        "input_example": (served.example, dict(served.params)),
        # Given, so that MLflow does not import everything to guess.
        "pip_requirements": list(served.requirements),
    }


def _schema(types: Any, columns: Mapping[str, str], optional: tuple[str, ...]) -> Any:
    return types.Schema([types.ColSpec(kind, name, required=name not in optional) for name, kind in columns.items()])


def log_tables(mlflow: Any, tables: Mapping[str, int | str]) -> None:
    """Record in a run which tables it read, each at its version."""
    for table, version in tables.items():
        path = f"{settings().hdfs_uri}/lake/{table.replace('.', '/')}"
        number = version if isinstance(version, int) else None
        source = mlflow.data.delta_dataset_source.DeltaDatasetSource(path=path, delta_table_version=number)
        dataset = mlflow.data.meta_dataset.MetaDataset(source, name=table, digest=str(version))
        mlflow.log_input(dataset, context="training")
