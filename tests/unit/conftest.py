"""What several unit tests stand on."""

import shutil
from pathlib import Path

import pytest
from memory_lake import MemoryLake, MemoryTables


@pytest.fixture(scope="session")
def empty_registry(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a registry with its tables and nothing in them: it takes MLflow seconds to make one."""
    from calanque.engines import tracking

    path = tmp_path_factory.mktemp("registry") / "tracking.db"
    tracking.alias_version("nobody", uri=f"sqlite:///{path}")
    return path


@pytest.fixture
def uri(empty_registry: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a registry of its own."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(empty_registry, tmp_path / "tracking.db")
    return f"sqlite:///{tmp_path}/tracking.db"


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> MemoryLake:
    """A lake in memory, where logs are read."""
    from calanque.engines import delta

    lake = MemoryLake()
    monkeypatch.setattr(delta, "lake", lambda: lake)
    return lake


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> MemoryTables:
    """The tables of runs in memory."""
    from calanque.runs import store

    found = MemoryTables()
    monkeypatch.setattr(store, "deltars", found)
    return found


@pytest.fixture
def key_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A key file as the first installations had it: one key, no id, no day."""
    from calanque.settings import KEY_FILE_VARIABLE, KEYS_VARIABLE

    path = tmp_path / "token_key"
    path.write_text(bytes(range(32)).hex(), encoding="utf-8")
    path.chmod(0o600)
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(path))
    monkeypatch.delenv(KEYS_VARIABLE, raising=False)
    return path
