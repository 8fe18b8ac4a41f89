"""The dbt project as one build reads it: the models of `dbt/`, and what is made from contracts beside them."""

from __future__ import annotations

import shutil
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import yaml

from calanque.contracts.model import in_language
from calanque.contracts.shapes import PREFIX, shapes
from calanque.marts.conflict_sql import conflict_models
from calanque.marts.shape_sql import SOURCE, made_columns, of_rows, shape_sql
from calanque.places.taxonomy import incident_types
from calanque.settings import settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from calanque.contracts import FeedContract
    from calanque.contracts.shapes import Shape
    from calanque.marts.touched import Weeks

_HEAD = "# Made at each build from dags/feeds/ and infra/territories/: nothing is edited here.\n"


def write_project(
    folder: Path, contracts: Sequence[FeedContract], weeks: Mapping[str, Weeks] = MappingProxyType({})
) -> Path:
    """Write the whole project of a build below a folder, and return where it is.

    Args:
        folder: of the build; what an earlier one left in its `project` goes.
        contracts: those of the feeds that have been loaded; a shape is the union of its own.
        weeks: of feeds of which the rows of some weeks alone are read, these, by their Mondays.
    """
    project = folder / "project"
    shutil.rmtree(project, ignore_errors=True)
    shutil.copytree(settings().root / "dbt", project)
    place = project / "models" / "shapes"
    (place / "_sources.yml").write_text(_HEAD + _dumped(sources(contracts)), encoding="utf-8")
    for name, shape in shapes().items():
        own = [contract for contract in contracts if contract.shape == name]
        (place / f"{PREFIX}{name}.sql").write_text(shape_sql(shape, own, weeks), encoding="utf-8")
        _add_columns(place / f"{PREFIX}{name}.yml", shape)
    types = project / "models" / "marts" / "incidents" / "dim_incident_type.sql"
    types.write_text(_types_sql(), encoding="utf-8")
    cities = sorted({contract.territory for contract in contracts if contract.shape == "planned_event"})
    for name, sql in conflict_models(cities).items():
        (project / "models" / "intermediate" / "surroundings" / f"{name}.sql").write_text(sql, encoding="utf-8")
    return project


def _types_sql() -> str:
    rows = [(name, label.en, label.fr) for name, label in incident_types().items()]
    head = "{{ config(partition_by=none) }}\n"
    return head + of_rows(dict.fromkeys(("type", "label_en", "label_fr"), "string"), rows)


def _add_columns(path: Path, shape: Shape) -> None:
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    (model,) = content["models"]
    model["columns"] += [{"name": name, **facts} for name, facts in made_columns(shape).items()]
    path.write_text(_HEAD + _dumped(content), encoding="utf-8")


def sources(contracts: Sequence[FeedContract]) -> dict[str, Any]:
    """Return the bronze tables as sources of dbt, with the columns of their contracts."""
    tables = [
        {
            "name": contract.feed,
            "description": f"{contract.titled('en')}. {_grain(contract)}",
            "columns": [{"name": column.name, "description": column.description} for column in contract.bronze],
        }
        for contract in contracts
    ]
    source = {
        "name": SOURCE,
        "schema": "{{ var('prefix', '') }}bronze",
        "description": "What the feeds have landed, typed and protected.",
        "tables": tables,
    }
    return {"version": 2, "sources": [source] if tables else []}


def _grain(contract: FeedContract) -> str:
    return in_language(contract.grain or "One row per row of the source.", "en")


def _dumped(content: dict[str, Any]) -> str:
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=120)
