"""The privacy room alone: it needs neither Spark nor Airflow, and redacts where there is no network at all."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from apart import ROOT, run_apart

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
def environment(tmp_path: Path, key_path: Path) -> dict[str, str]:
    """An environment with a key, no proxy, and a home where no cache of a list or a model can lie."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return kept | {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}


def without_network() -> tuple[str, ...]:
    """Return what runs a program where even the loopback is down; nothing where the machine does not allow that."""
    namespace = ("unshare", "--net") if os.geteuid() == 0 else ("unshare", "--user", "--map-root-user", "--net")
    if shutil.which("unshare") is None:
        return ()
    tried = subprocess.run([*namespace, "true"], capture_output=True, check=False)
    return namespace if tried.returncode == 0 else ()


def test_redaction_needs_no_network_and_imports_neither_spark_nor_airflow(environment: dict[str, str]) -> None:
    assert len(MODULES) > 15
    imports = "\n".join(f"import {module}" for module in MODULES)
    heavy = "('pyspark', 'airflow', 'delta', 'great_expectations', 'mlflow', 'dbt', 'hdfs', 'trino')"
    code = f"{GUARD}\n{imports}\n{WORK}{CLOSING}print([m for m in {heavy} if m in sys.modules])"
    assert run_apart(code, *without_network(), only=environment).splitlines() == [EXPECTED, "[]"]


def test_the_guard_sees_a_call(environment: dict[str, str]) -> None:
    code = (
        f"{GUARD}\ntry:\n    import urllib.request; urllib.request.urlopen('http://127.0.0.1:9')\nexcept OSError: pass"
    )
    with pytest.raises(AssertionError, match="the network was tried"):
        run_apart(code + CLOSING, only=environment)
