"""Word lists that are kept: the same as made anew, of this edition alone, and done without where they cannot lie."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from calanque.privacy.lexicon import kept as lists
from calanque.settings import Settings

FREQUENT = {"de": 25220.86, "la": 1e-05, "été": 3}


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Each time that the list is made; the cache of the account is a folder of the test."""
    monkeypatch.setattr(lists, "settings", lambda: Settings(cache=tmp_path))
    return []


def words_of(made: list[int]) -> Callable[[], dict[str, float]]:
    """Return the list as a new process has it."""

    def frequencies() -> dict[str, float]:
        made.append(1)
        return dict(FREQUENT)

    return lists.kept(frequencies)


def test_a_list_is_made_once_and_read_in_its_order(made: list[int], tmp_path: Path) -> None:
    for _ in range(2):
        assert list(words_of(made)().items()) == list(FREQUENT.items())
    assert made == [1]
    (file,) = (tmp_path / lists.FOLDER).iterdir()
    assert file.stat().st_mode & 0o077 == 0


def test_another_edition_takes_the_place_of_the_one_before(
    made: list[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words_of(made)()
    monkeypatch.setattr(lists, "_edition", lambda: "another")
    words_of(made)()
    assert made == [1, 1]
    assert [path.name for path in (tmp_path / lists.FOLDER).iterdir()] == ["frequencies.another.json"]


@pytest.mark.parametrize("broken", [b"", b'{"de": 1', b"\xff"])
def test_a_broken_file_is_made_again(made: list[int], tmp_path: Path, broken: bytes) -> None:
    words_of(made)()
    (file,) = (tmp_path / lists.FOLDER).iterdir()
    file.write_bytes(broken)
    assert words_of(made)() == FREQUENT
    assert json.loads(file.read_bytes()) == FREQUENT


def test_where_nothing_can_be_written_lists_are_made(made: list[int], tmp_path: Path) -> None:
    (tmp_path / lists.FOLDER).write_text("no folder", encoding="utf-8")
    assert words_of(made)() == FREQUENT == words_of(made)()
    assert made == [1, 1]
