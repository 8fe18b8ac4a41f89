"""Where the files that describe feeds lie, so that a test can bring its own folders instead of patching a global."""

from pathlib import Path

from pydantic import Field

from calanque.closed import Closed
from calanque.settings import settings


class Folders(Closed):
    """Folders of contracts, of expectations and of the drop folder; the defaults are those of this installation."""

    contracts: Path = Field(default_factory=lambda: settings().root / "dags" / "feeds")
    expectations: Path = Field(default_factory=lambda: settings().root / "expectations")
    drop: Path = Field(default_factory=lambda: settings().home / "drop")
