"""Keys of tokens that a city keeps in the secrets backend of its Airflow are pulled from there, and never shown."""

import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner
from waiting import HUNG_S

from calanque.cli import app
from calanque.privacy.key_file import read_keys


def airflow(*arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "airflow", *arguments], capture_output=True, timeout=HUNG_S, check=False
    )
    assert done.returncode == 0, done.stderr[-1000:]


@pytest.mark.parametrize("kind", ["connection", pytest.param("variable", marks=pytest.mark.full)])
def test_keys_are_pulled_from_the_secrets_backend_of_airflow(key: Path, kind: str) -> None:
    known, new = read_keys()[0].secret.hex(), secrets.token_hex(32)
    text = f"v1:{known},v2:{new} 2026-11-24"
    if kind == "variable":
        airflow("variables", "set", "calanque_token_keys", text)
    else:
        airflow("connections", "add", "calanque_token_keys", "--conn-type", "generic", "--conn-password", text)
    done = CliRunner().invoke(app, ["dpo", "keys", "pull", f"--{kind}", "calanque_token_keys"])
    airflow(f"{kind}s", "delete", "calanque_token_keys")
    assert done.exit_code == 0, done.exception
    assert [(k.key_id, k.secret.hex()) for k in read_keys(key)] == [("v1", known), ("v2", new)]
    assert new not in done.output and known not in done.output
    missing = CliRunner().invoke(app, ["dpo", "keys", "pull", f"--{kind}", "calanque_token_keys"])
    assert "Airflow finds no" in str(missing.exception)
