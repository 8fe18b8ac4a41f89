"""Where the files that describe feeds lie, so that a test can bring its own folders instead of patching a global."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from calanque.settings import settings


class Folders(BaseModel):
    """Folders of contracts, of expectations and of the drop folder; the defaults are those of this installation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    contracts: Path = Field(default_factory=lambda: settings().root / "dags" / "feeds")
    expectations: Path = Field(default_factory=lambda: settings().root / "expectations")
    drop: Path = Field(default_factory=lambda: settings().home / "drop")
