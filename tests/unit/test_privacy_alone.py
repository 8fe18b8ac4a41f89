"""The privacy room alone: it needs neither Spark nor Airflow, and redacts where there is no network at all."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in (ROOT / "calanque" / "privacy").rglob("*.py")
)
WORK = """
import sys
import pandas as pd
from calanque.privacy.protect import protect_batches
from calanque.privacy.redact import redact

(done,) = redact(["Mon voisin Jean Dupont, 06 39 98 12 34, jean.dupont@example.org"])
plan = {"text": "redact", "phone_token": "token:phone:reports"}
frame = pd.DataFrame({"text": ["M. Dupont est parti"], "phone_token": ["06 39 98 12 34"]})
(protected,) = protect_batches([frame], plan)
print(done.text, protected["text"][0], protected["phone_token"][0].split(":")[1])
"""
EXPECTED = "Mon voisin <PERSON>, <PHONE_NUMBER>, <EMAIL_ADDRESS> M. <PERSON> est parti phone"
# Every way out is closed before anything of ours is imported; to try one is an error, caught or not.
GUARD = """
import socket, sys
tried = []

def refuse(*arguments, **named):
    tried.append(arguments)
    raise OSError("no network here")

socket.socket.connect = socket.socket.connect_ex = socket.socket.sendto = refuse
socket.create_connection = socket.getaddrinfo = socket.gethostbyname = refuse
"""
CLOSING = "\nassert not tried, 'the network was tried'\n"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """An environment with a key, no proxy, and a home where no cache of a list or a model can lie."""
    key = tmp_path / "key"
    key.write_text("11" * 32, encoding="utf-8")
    key.chmod(0o600)
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return kept | {"CALANQUE_TOKEN_KEY_FILE": str(key), "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}


def run(code: str, environment: dict[str, str], *before: str) -> subprocess.CompletedProcess[str]:
    command = [*before, sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)


def test_neither_spark_nor_airflow_is_imported(environment: dict[str, str]) -> None:
    assert len(MODULES) > 15
    imports = "\n".join(f"import {module}" for module in MODULES)
    heavy = "('pyspark', 'airflow', 'delta', 'great_expectations', 'mlflow', 'dbt', 'hdfs', 'trino')"
    code = f"{imports}\n{WORK}\nimport json\nprint(json.dumps([m for m in {heavy} if m in sys.modules]))"
    done = run(code, environment)
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1]) == []


def test_every_process_weighs_a_word_alike(environment: dict[str, str]) -> None:
    code = (
        "from calanque.privacy.lexicon.shape import name_shape\n"
        "print([name_shape(w) for w in ('ndombasi', 'vrba', 'karagozian', 'soilihi', 'reparer')])"
    )
    told = {run(code, environment | {"PYTHONHASHSEED": seed}).stdout for seed in ("1", "2", "3")}
    assert len(told) == 1
    assert "0." in told.pop()


def without_network() -> tuple[str, ...]:
    """Return what runs a program where even the loopback is down; nothing where the machine does not allow that."""
    namespace = ("unshare", "--net") if os.geteuid() == 0 else ("unshare", "--user", "--map-root-user", "--net")
    if shutil.which("unshare") is None:
        return ()
    tried = subprocess.run([*namespace, "true"], capture_output=True, check=False)
    return namespace if tried.returncode == 0 else ()


def test_redaction_makes_no_network_call(environment: dict[str, str]) -> None:
    done = run(GUARD + WORK + CLOSING, environment, *without_network())
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.strip() == EXPECTED


def test_the_guard_sees_a_call(environment: dict[str, str]) -> None:
    code = (
        f"{GUARD}\ntry:\n    import urllib.request; urllib.request.urlopen('http://127.0.0.1:9')\nexcept OSError: pass"
    )
    done = run(code + CLOSING, environment)
    assert "the network was tried" in done.stderr
