"""Where files come from: one module a protocol, each with its closed options and its fetch."""

from typing import Annotated, get_args

from pydantic import Field

from calanque.sources.drop import DropSource
from calanque.sources.errand import Errand, NotThereYetError, SourceOptions
from calanque.sources.holidays_ import HolidaysSource
from calanque.sources.http_ import HttpSource
from calanque.sources.pypi import PypiSource
from calanque.sources.twin import TwinSource

_Any = PypiSource | TwinSource | DropSource | HttpSource | HolidaysSource
Source = Annotated[_Any, Field(discriminator="kind")]
SOURCES: dict[str, type[SourceOptions]] = {
    get_args(model.model_fields["kind"].annotation)[0]: model for model in get_args(_Any)
}
"""Every protocol by the `kind` that contracts write."""

__all__ = ["SOURCES", "Errand", "NotThereYetError", "Source", "SourceOptions"]
