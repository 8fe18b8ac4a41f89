"""The keys behind the tokens: where they are read, how they rotate, and that nothing ever shows one."""

import multiprocessing
import os
import stat
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from calanque.cli import app
from calanque.errors import CalanqueError
from calanque.governance import token_keys
from calanque.privacy import key_file
from calanque.privacy.key_file import MasterKey, read_keys, retire, rotate, store
from calanque.privacy.protect import protect_batches
from calanque.privacy.tokens import TokenKeys
from calanque.settings import KEY_FILE_VARIABLE, KEYS_VARIABLE, Settings
from calanque.stack import configuration

OLD = bytes(range(32))
DAY = date(2026, 11, 24)


def test_rotation_keeps_the_old_key_and_its_tokens_findable(key_path: Path) -> None:
    before = TokenKeys.load().token("person", "Jean Dupont", "reports")
    made = rotate(DAY)
    keys = TokenKeys.load()
    assert (made.key_id, keys.ids, keys.current_id) == ("v2", ("v1", "v2"), "v2")
    assert keys.token("person", "Jean Dupont", "reports", key_id="v1") == before
    assert (keys.token("person", "Jean Dupont", "reports") or "").startswith("v2:person:")
    assert [(key.key_id, key.made_on) for key in read_keys()] == [("v1", None), ("v2", DAY)]


def test_the_file_stays_its_owners_and_nothing_else_is_left(key_path: Path) -> None:
    before = os.umask(0)
    try:
        rotate(DAY)
    finally:
        os.umask(before)
    assert stat.S_IMODE(key_path.stat().st_mode) == 0o600
    left = {p.name: stat.S_IMODE(p.stat().st_mode) for p in key_path.parent.iterdir()}
    assert left == {"token_key": 0o600, ".token_key.lock": 0o600}


def _rotate(_n: int) -> str:
    return rotate(DAY).key_id


def test_rotations_at_once_lose_no_key(key_path: Path) -> None:
    with multiprocessing.get_context("fork").Pool(4) as pool:
        made = pool.map(_rotate, range(12), chunksize=1)
    assert sorted(made, key=lambda key_id: int(key_id[1:])) == [f"v{n}" for n in range(2, 14)]
    assert [key.key_id for key in read_keys()] == [f"v{n}" for n in range(1, 14)]
    assert read_keys()[0].secret == OLD


def test_a_warm_worker_sees_the_rotation(key_path: Path) -> None:
    frame = pd.DataFrame({"who": ["Jean Dupont"]})
    plan = {"who": "token:person:reports"}

    def key_used() -> str:
        (out,) = protect_batches([frame], plan)
        return str(out["who"][0]).split(":")[0]

    assert key_used() == "v1"
    rotate(DAY)
    assert key_used() == "v2"


def test_keys_of_the_environment_come_first(key_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(KEYS_VARIABLE, f"v1:{'11' * 32},v3:{'33' * 32} 2026-01-31")
    assert [(key.key_id, key.made_on) for key in read_keys()] == [("v1", None), ("v3", date(2026, 1, 31))]
    assert TokenKeys.load(key_path).ids == ("v1",)
    for change in (lambda: rotate(DAY), lambda: retire("v1"), lambda: store([])):
        with pytest.raises(CalanqueError, match="secret store that sets it"):
            change()
    assert key_path.read_text(encoding="utf-8") == OLD.hex()
    monkeypatch.setenv(KEYS_VARIABLE, "  ,\n")
    with pytest.raises(CalanqueError, match="No token key"):
        read_keys()


@pytest.mark.parametrize(
    ("key_id", "message"),
    [pytest.param("v2", "rotate first", id="current"), pytest.param("v9", "no token key v9", id="unknown")],
)
def test_what_may_not_be_retired(key_path: Path, key_id: str, message: str) -> None:
    rotate(DAY)
    with pytest.raises(CalanqueError, match=message):
        retire(key_id)
    assert TokenKeys.load().ids == ("v1", "v2")


def test_a_store_may_add_keys_but_lose_none(key_path: Path) -> None:
    new = MasterKey("v2", bytes(32), DAY)
    for bad in ([new], [MasterKey("v1", bytes(32), None), new]):
        with pytest.raises(CalanqueError, match="no or another key v1"):
            store(bad)
    store([MasterKey("v1", OLD, None), new])
    assert [(key.key_id, key.secret) for key in read_keys()] == [("v1", OLD), ("v2", bytes(32))]


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["dpo", "keys", *arguments])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output


def test_the_commands_show_ids_and_days_and_no_key(key_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token_keys, "tokens_in_use", lambda: {"v2": {"bronze.reports": 3}})
    output = run("rotate") + run("list") + run("retire", "v1") + run("list")
    assert "v2" in output and str(key_file.read_keys()[0].made_on) in output
    assert TokenKeys.load().ids == ("v2",)
    assert OLD.hex() not in output and key_path.read_text(encoding="utf-8").split(":")[1][:64] not in output


def test_the_first_key_of_an_installation_has_its_day(key_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(KEY_FILE_VARIABLE)
    here = Settings(home=key_path.parent / "home")
    configuration.make_secrets(here)
    (key,) = read_keys(here.home / "secrets" / key_file.SECRET_NAME)
    assert (key.key_id, key.made_on, len(key.secret)) == ("v1", datetime.now(UTC).date(), 32)


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        pytest.param(None, "2026-03-01 at the latest (time of the key file)", id="a file without a day"),
        pytest.param(f"v1:{'11' * 32} 2026-01-31", "2026-01-31 ", id="a day"),
        pytest.param(f"v1:{'11' * 32}", "not known", id="a secret store that says no day"),
    ],
)
def test_the_list_says_what_is_known_of_the_day(
    key_path: Path, monkeypatch: pytest.MonkeyPatch, keys: str | None, shown: str
) -> None:
    made_at = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()
    os.utime(key_path, (made_at, made_at))
    if keys:
        monkeypatch.setenv(KEYS_VARIABLE, keys)
    assert shown in run("list")


def test_a_key_in_use_is_kept_unless_one_insists(key_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("rotate")
    monkeypatch.setattr(token_keys, "tokens_in_use", lambda: {"v1": {"bronze.reports": 1_234}})
    with pytest.raises(CalanqueError, match=r"bronze\.reports \(1,234\)"):
        run("retire", "v1")
    assert TokenKeys.load().ids == ("v1", "v2")
    run("retire", "v1", "--even-in-use")
    assert TokenKeys.load().ids == ("v2",)
