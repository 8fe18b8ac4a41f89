"""The declared services, without starting any: configuration of both profiles, prerequisites, the jars' lock."""

import configparser
import json
import os
import re
import socket
import sys
import time
import xml.etree.ElementTree as ET
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from rich.console import Console
from typer.testing import CliRunner

from calanque.cli import stack
from calanque.cli.main import app
from calanque.errors import CalanqueError
from calanque.settings import Settings
from calanque.stack import configuration, environments, jars, lifecycle, preflight, services, supervisor

CLUSTER = {
    "profile": "cluster",
    "hdfs_url": "hdfs://city",
    "webhdfs_address": "http://namenode.city.example:9870",
    "database_url": "postgresql://lake:secret@db.city.example:5432",
    "metastore_url": "thrift://metastore.city.example:9083",
}
PROFILES = {"local": {}, "cluster": CLUSTER}


@pytest.fixture
def make(tmp_path: Path):
    def build(profile: str) -> Settings:
        home = tmp_path / f"a home with spaces {profile}"
        home.mkdir()
        return Settings(home=home, **PROFILES[profile])

    return build


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_profile_renders_valid_configuration(make, profile: str) -> None:
    settings = make(profile)
    written = configuration.render(settings)
    for template, path in written.items():
        text = path.read_text(encoding="utf-8")
        assert "{{" not in text, template
        assert path.stat().st_mode & 0o077 == 0, f"{path.name} may be read by others"
        if path.suffix == ".xml":
            assert ET.fromstring(text).tag in {"configuration", "Configure"}
        if path.suffix == ".json":
            json.loads(text)
        if path.suffix == ".cfg":
            configparser.RawConfigParser().read_string(text)
    names = ("spark/spark-defaults.conf.j2", "hdfs/core-site.xml.j2")
    spark, core = (written[name].read_text(encoding="utf-8") for name in names)
    assert f"spark.master                                         {settings.master}" in spark
    assert settings.hdfs_uri in core
    assert settings.metastore_uri in spark
    assert re.search(r"^spark\.sql\.session\.timeZone +UTC$", spark, re.MULTILINE), "no session says it"


def test_cluster_changes_addresses_and_masters_only(make) -> None:
    local, cluster = make("local"), make("cluster")
    assert (local.master, cluster.master) == ("local[*]", "yarn")
    assert cluster.hdfs_uri == "hdfs://city"
    assert cluster.metastore_uri == "thrift://metastore.city.example:9083"
    assert cluster.database("mlflow") == "postgresql://lake:secret@db.city.example:5432/mlflow"


def test_secrets_are_made_once_and_closed(make) -> None:
    settings = make("local")
    configuration.make_secrets(settings)
    first = {path.name: path.read_text() for path in (settings.home / "secrets").iterdir()}
    configuration.make_secrets(settings)
    assert {path.name: path.read_text() for path in (settings.home / "secrets").iterdir()} == first
    assert all(path.stat().st_mode & 0o077 == 0 for path in (settings.home / "secrets").iterdir())
    assert len(set(first.values())) == len(first) >= 10


def test_missing_secret_says_what_to_do(make) -> None:
    with pytest.raises(CalanqueError, match="calanque stack up"):
        make("local").secret("spark_token")


@pytest.fixture
def declared(make, monkeypatch) -> tuple[Settings, tuple[services.Service, ...]]:
    settings = make("local")
    configuration.render(settings)
    monkeypatch.setattr(jars, "hadoop_jar", lambda settings: Path("hadoop.jar"))
    return settings, services.declare(settings)


def test_needs_are_declared_before_use(declared) -> None:
    known: set[str] = set()
    for service in declared[1]:
        assert known.issuperset(service.needs), service.name
        known.add(service.name)
    assert known


def test_supervisor_file_is_made_from_the_declaration(declared) -> None:
    settings, found = declared
    supervisor.write_file(settings, found)
    path = settings.home / "conf" / "supervisord.conf"
    file = configparser.RawConfigParser()
    file.read(path)
    assert {section.removeprefix("program:") for section in file.sections() if section.startswith("program:")} == {
        service.name for service in found
    }
    programs = [file[section] for section in file.sections() if section.startswith("program:")]
    assert all('MALLOC_ARENA_MAX="2"' in program["environment"] for program in programs)
    assert file["inet_http_server"]["port"].startswith("127.0.0.1:")
    assert path.stat().st_mode & 0o077 == 0


def test_no_secret_on_a_command_line(declared) -> None:
    settings, found = declared
    secrets = [path.read_text() for path in (settings.home / "secrets").iterdir()]
    for service in found:
        assert not any(secret in word for secret in secrets for word in service.command), service.name


@pytest.mark.parametrize("variable", ["CALANQUE_TOKEN_KEYS", "CALANQUE_TOKEN_KEY_FILE"])
def test_what_tells_of_the_keys_is_declared_for_those_who_make_tokens_alone(
    declared, monkeypatch, variable: str
) -> None:
    settings, _ = declared
    monkeypatch.setenv(variable, "told")
    monkeypatch.setenv("CALANQUE_PORT_OFFSET", "7")
    found = services.declare(settings)
    assert [service.name for service in found if "told" in service.environment.values()] == ["spark"]
    assert {service.name for service in found if "CALANQUE_PORT_OFFSET" in service.environment} >= {"spark", "mlflow"}


def test_taken_port_is_named(make) -> None:
    settings = make("local").model_copy(update={"port_offset": 9000})
    port = settings.port("trino")
    with socket.socket() as busy:
        busy.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        busy.bind(("127.0.0.1", port))
        busy.listen()
        with pytest.raises(CalanqueError, match=rf"Port {port} \(trino\) is taken.*CALANQUE_PORTS__TRINO"):
            preflight.check_ports(settings)
    preflight.check_ports(settings)


@pytest.mark.parametrize("name", ["java", "maven"])
def test_missing_prerequisite_is_one_sentence(name: str, monkeypatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(CalanqueError, match=f"{name.capitalize()} is missing: install"):
        getattr(preflight, f"check_{name}")()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(None, "Maven did not fetch it", id="absent"),
        pytest.param(b"altered", "is not the file that", id="altered"),
    ],
)
def test_jar_that_differs_from_its_lock_is_refused(tmp_path: Path, content: bytes | None, sentence: str) -> None:
    if content is not None:
        (tmp_path / "delta.jar").write_bytes(content)
    with pytest.raises(CalanqueError, match=sentence):
        jars._verify(tmp_path, {"delta.jar": "0" * 64})


def test_passwords_are_shown_by_their_command_and_by_no_summary(make, monkeypatch) -> None:
    from calanque.demo import summary

    settings = make("local")
    configuration.make_secrets(settings)
    passwords = [path.read_text() for path in (settings.home / "secrets").glob("password_*")]
    assert len(passwords) == 6
    monkeypatch.setattr(stack, "settings", lambda: settings)
    monkeypatch.setattr(stack, "console", Console(width=200))
    shown = CliRunner().invoke(stack.app, ["passwords"]).output
    assert all(password in shown for password in passwords)
    console = Console(width=200, record=True)
    console.print(summary.addresses(settings))
    said = console.export_text()
    assert not any(password in said for password in passwords)
    assert "calanque stack passwords" in said


def test_a_start_says_whom_it_does_not_keep_out(make, monkeypatch) -> None:
    settings = make("local")
    monkeypatch.setattr(stack, "settings", lambda: settings)
    monkeypatch.setattr(stack, "console", Console(width=200))
    monkeypatch.setattr(lifecycle, "up", lambda settings, say, service: 1.0)
    assert "another of its users can be anybody to HDFS" in CliRunner().invoke(stack.app, ["up"]).output


def test_what_trains_does_not_spin_beside_other_work(make, monkeypatch):
    """Airflow's tasks by their environment; `calanque backtest` before it loads a library that trains."""
    assert environments.airflow_environment(make("local"))["OMP_WAIT_POLICY"] == "PASSIVE"
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    missing = ["backtest", "--incidents", "missing.csv", "--crs", "26910", "--cell", "250"]
    CliRunner().invoke(app, missing)
    assert os.environ.pop("OMP_WAIT_POLICY") == "PASSIVE"


def test_a_log_before_the_first_start_is_none_to_choose_from(make, monkeypatch):
    here = make("local")
    monkeypatch.setattr(stack, "settings", lambda: here)
    said = str(CliRunner().invoke(stack.app, ["logs", "nope"]).exception)
    assert said == "There is no log of 'nope': the stack has not been started here."
    here.logs.mkdir()
    (here.logs / "trino.log").touch()
    assert "choose one of trino." in str(CliRunner().invoke(stack.app, ["logs", "nope"]).exception)


def test_what_is_taken_down_is_what_was_started(make) -> None:
    """Services and secrets that this version declares and an earlier one did not have stand in nobody's way."""
    settings = make("local")
    configuration.make_secrets(settings)
    earlier = [service for service in services.declare(settings) if service.name != "mlflow"]
    supervisor.write_file(settings, earlier)
    (settings.home / "secrets" / "mlflow_secret").unlink()
    assert supervisor.running_names(settings) == [service.name for service in earlier]


def test_the_engine_alone_starts_without_what_it_does_not_need(declared) -> None:
    _settings, every = declared
    names = {service.name for service in lifecycle.needed(every, "spark")}
    assert {"spark", "metastore", "postgres", "namenode", "datanode1", "datanode3"} <= names
    assert not {name for name in names if name.startswith(("airflow", "trino", "mlflow"))}
    with pytest.raises(CalanqueError, match="There is no service 'sparc': choose one of"):
        lifecycle.needed(every, "sparc")


OUTLIVES = "import os, sys, time; os.fork() or os.setpgid(0, 0); print(os.getpgid(0), flush=True); time.sleep(600)"


@pytest.fixture
def supervised(make, monkeypatch: pytest.MonkeyPatch):
    """Start a process manager for one service of this command, and stop it with all it started."""
    monkeypatch.setenv("SPARK_REMOTE", "sc://elsewhere")
    settings = make("local")
    settings = settings.model_copy(update={"port_offset": settings.port_offset + 20_000})
    for folder in (settings.logs, settings.home / "secrets"):
        folder.mkdir(parents=True)
    (settings.home / "secrets" / "supervisor").write_text("a word", encoding="utf-8")

    def start(service: services.Service) -> Settings:
        supervisor.write_file(settings, [service])
        supervisor.start(settings)
        supervisor.door(settings).startProcess(service.name, False)
        return settings

    yield start
    if supervisor.is_running(settings):
        supervisor.stop(settings, supervisor.running_names(settings))


def test_what_outlives_its_service_ends_with_the_stack(supervised) -> None:
    """As a task of Airflow does, in a process group of its own."""
    command = (sys.executable, "-c", OUTLIVES)
    settings = supervised(services.Service(name="leaves-one", command=command, ready=lambda _: True))
    leader = supervisor.door(settings).getPID()
    try:
        until = time.monotonic() + 20
        while len(groups := {os.getpgid(pid) for pid in of_session(leader)}) < 2 and time.monotonic() < until:
            time.sleep(0.1)
        assert len(groups) == 2
        # With what its starter has, Spark's own start refuses, and the engine would be a client.
        assert not supervisor.OF_A_CLIENT & psutil.Process(leader).environ().keys()
    finally:
        supervisor.stop(settings, ["leaves-one"])
    assert of_session(leader) == []


def test_what_ends_again_and_again_is_told_long_before_its_time(supervised, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle, "STARTS_MAX", 1)
    command = (sys.executable, "-c", "import time; time.sleep(2.5)")
    service = services.Service(name="falls", command=command, ready=lambda _: False)
    settings = supervised(service)
    with pytest.raises(CalanqueError, match=r"'falls' does not start: read it with 'calanque stack logs falls'\."):
        lifecycle.wait_until_ready(settings, service)


def of_session(leader: int) -> list[int]:
    found = []
    for pid in psutil.pids():
        with suppress(ProcessLookupError):
            if pid != leader and os.getsid(pid) == leader:
                found.append(pid)
    return found
