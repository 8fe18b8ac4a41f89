"""A generator of the synthetic twin."""

import importlib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from calanque.errors import CalanqueError
from calanque.sources.errand import Errand, SourceOptions


class TwinSource(SourceOptions):
    """A generator of `calanque.twin` and its arguments; always synthetic."""

    kind: Literal["twin"]
    generator: Annotated[str, Field(pattern=r"^[a-z_]+\.[a-z_]+$")]
    arguments: dict[str, str | int | float | bool] = Field(default_factory=dict)
    suffix: Annotated[str, Field(pattern=r"^\.[a-z]+$")] = ".csv"

    @property
    def origin(self) -> str:
        """What the manifest says of where the files came from."""
        return f"twin:{self.generator}"

    def fetch(self, errand: Errand) -> list[Path]:
        """Write what the generator makes."""
        path = errand.work_dir / f"{errand.feed}{self.suffix}"
        path.write_bytes(self.generate())
        return [path]

    def generate(self, **others: Any) -> bytes:
        """Return what the generator makes of its arguments, or of others.

        Raises:
            CalanqueError: if there is no such generator.
        """
        module, _, function = self.generator.partition(".")
        try:
            generate = getattr(importlib.import_module(f"calanque.twin.{module}"), function, None)
        except ModuleNotFoundError:
            generate = None
        if generate is None:
            raise CalanqueError(f"There is no generator calanque.twin.{self.generator}: correct the contract.")
        return bytes(generate(**self.arguments | others))
