"""A clone whose stack is down does not read or write the lake of the one that answers at its ports."""

from pathlib import Path

import pytest

from calanque.engines import deltars
from calanque.errors import CalanqueError
from calanque.settings import settings


def test_a_lake_that_was_not_started_from_here_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = settings().model_copy(update={"home": tmp_path})
    monkeypatch.setattr(deltars, "settings", lambda: here)
    monkeypatch.setenv("HADOOP_USER_NAME", "nobody")
    monkeypatch.setenv("HADOOP_CONF_DIR", "nowhere")
    with pytest.raises(CalanqueError, match="not up: start it with 'calanque stack up'"):
        deltars.open_table("governance.journal")
    (tmp_path / "supervisor.pid").write_text("1")
    deltars.identify()
