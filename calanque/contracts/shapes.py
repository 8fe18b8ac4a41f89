"""Shapes: the conformed form that feeds of one kind share, declared once in `dbt/models/shapes/`, and held to here."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import Field

from calanque.closed import Closed
from calanque.contracts.model import PhysicalType
from calanque.settings import settings
from calanque.yaml_file import read_closed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from calanque.contracts.model import BronzeColumn, FeedContract

PREFIX = "shape_"


class _Meta(Closed):
    required: bool = False
    unit: str | None = None


class _Config(Closed):
    meta: _Meta = _Meta()


class ShapeColumn(Closed):
    """One column that bronze columns fill."""

    name: str
    description: str
    data_type: PhysicalType
    config: _Config = _Config()
    data_tests: tuple[Any, ...] = ()

    @property
    def is_required(self) -> bool:
        """Whether every feed of the shape must fill it, in every row."""
        return self.config.meta.required

    @property
    def unit(self) -> str | None:
        """Unit of its figures, if it has one."""
        return self.config.meta.unit


class _ShapeMeta(Closed):
    key: str
    happened: str | None = None
    ended: str | None = None
    known: str | None = None
    coded: str | None = None
    person: str | None = None
    newest: bool = False


class _ShapeConfig(Closed):
    meta: _ShapeMeta


class Shape(Closed):
    """What feeds of one kind look alike.

    `config.meta` names the column that tells a row from another in its territory (`key`), the instant that it is about
    (`happened`; a place has none), those at which it ended and became known, the column whose codes the territory maps
    to the common taxonomy (`coded`), and the column by which persons are told apart, which the contract fills
    (`person`). `newest` says that of rows with one key in a feed that appends, the one known last counts alone.
    """

    name: str
    description: str
    config: _ShapeConfig
    columns: tuple[ShapeColumn, ...]

    @property
    def meta(self) -> _ShapeMeta:
        """What its columns mean to whoever reads them."""
        return self.config.meta


class _File(Closed):
    version: int
    models: tuple[Shape, ...] = Field(min_length=1, max_length=1)


@cache
def shapes() -> dict[str, Shape]:
    """Return every shape by its name (`incident`).

    Raises:
        CalanqueError: if a file of a shape is not closed.
    """
    return {path.stem.removeprefix(PREFIX): _read(path) for path in sorted(_folder().glob(f"{PREFIX}*.yml"))}


def _folder() -> Path:
    return settings().root / "dbt" / "models" / "shapes"


def _read(path: Path) -> Shape:
    (shape,) = read_closed(path, _File).models
    return shape


def shape_problems(contract: FeedContract) -> Iterator[tuple[str, str]]:
    """Yield what keeps a contract from filling its shape, as field and sentence."""
    fillers = [column for column in contract.bronze if column.fills]
    if contract.shape is None:
        for column in fillers:
            yield f"schema.bronze.{column.name}.fills", "is for a feed that says its shape."
        return
    if contract.shape not in shapes():
        yield "customProperties.shape", f"there is no shape '{contract.shape}': choose one of {', '.join(shapes())}."
        return
    shape, filled = shapes()[contract.shape], contract.filling()
    names = {column.name: column for column in shape.columns}
    for column in fillers:
        if column.fills not in names:
            yield (
                f"schema.bronze.{column.name}.fills",
                f"the shape {contract.shape} has no column '{column.fills}': choose one of {', '.join(names)}.",
            )
        elif any(other.name == column.fills and other is not column for other in contract.bronze):
            yield f"schema.bronze.{column.name}.fills", f"another column is called '{column.fills}': rename it."
    for name, wanted in names.items():
        if name in filled:
            yield from _fits(filled[name], wanted, contract.shape)
        elif wanted.is_required:
            unit = f" in {wanted.unit}" if wanted.unit else ""
            yield (
                "customProperties.shape",
                f"the shape {contract.shape} needs the column '{name}' ({wanted.data_type}{unit}): "
                f"{wanted.description.removesuffix('.')}. Give a bronze column this name, or say fills: {name} of one.",
            )


def _fits(column: BronzeColumn, wanted: ShapeColumn, shape: str) -> Iterator[tuple[str, str]]:
    where = f"schema.bronze.{column.name}"
    if column.physical_type != wanted.data_type:
        yield (
            f"{where}.physicalType",
            f"the column '{wanted.name}' of the shape {shape} is {wanted.data_type}, not {column.physical_type}.",
        )
    if wanted.is_required and not column.required:
        yield f"{where}.required", f"the shape {shape} needs '{wanted.name}' in every row: say required: true."
    if column.classification != "open":
        yield f"{where}.classification", f"only open columns fill the shape {shape}: it has no room for persons."
