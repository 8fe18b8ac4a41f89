"""The process manager: supervisord, its file generated from the declared services, its door on loopback."""

import configparser
import io
import os
import shlex
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, cast

import psutil

from calanque.errors import CalanqueError
from calanque.settings import Settings, keyless
from calanque.stack.configuration import write_private
from calanque.stack.services import Service

ALIVE = frozenset({"RUNNING", "STARTING", "BACKOFF"})
PATIENCE_S = 10
# What makes a client of Spark of whoever has it: who starts the stack may be one, and the engine is none.
OF_A_CLIENT = frozenset({"SPARK_CONNECT_MODE_ENABLED", "SPARK_LOCAL_REMOTE", "SPARK_REMOTE"})
FEW_ARENAS = {"MALLOC_ARENA_MAX": "2"}
"""glibc keeps up to eight pools a core for the threads of a process, and what one frees the others do not use: of the
engine's, 280 MiB after a demo. Two are enough for two cores."""


def write_file(settings: Settings, services: Iterable[Service]) -> None:
    """Write `home/conf/supervisord.conf` (0600: it holds passwords in the services' environments)."""
    file = configparser.RawConfigParser()
    home, password = settings.home, settings.secret("supervisor")
    file["supervisord"] = {
        "logfile": _escape(f"{settings.logs}/supervisor.log"),
        "pidfile": _escape(f"{home}/supervisor.pid"),
        "childlogdir": _escape(str(settings.logs)),
        "directory": _escape(str(home)),
        "minfds": "1024",
        "umask": "027",
    }
    file["inet_http_server"] = {"port": settings.address("supervisor"), "username": "calanque", "password": password}
    file["rpcinterface:supervisor"] = {
        "supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"
    }
    for service in services:
        file[f"program:{service.name}"] = _program(settings, service)
    text = io.StringIO()
    file.write(text)
    write_private(home / "conf" / "supervisord.conf", text.getvalue())


def _escape(text: str) -> str:
    return text.replace("%", "%%")


def _program(settings: Settings, service: Service) -> dict[str, str]:
    known = FEW_ARENAS | dict(service.environment)
    environment = ",".join(f'{key}="{_escape(value)}"' for key, value in sorted(known.items()))
    return {
        "command": _escape(shlex.join(service.command)),
        "environment": environment,
        "directory": _escape(str(settings.home)),
        "autostart": "false",
        "autorestart": "true",
        "startsecs": "2",
        "startretries": "3",
        "stopwaitsecs": "25",
        "stopasgroup": "true" if service.name.startswith(("airflow", "mlflow", "metastore")) else "false",
        "killasgroup": "true",
        "stopsignal": "INT" if service.name == "postgres" else "TERM",
        "redirect_stderr": "true",
        "stdout_logfile": _escape(f"{settings.logs}/{service.name}.log"),
        "stdout_logfile_maxbytes": "50MB",
        "stdout_logfile_backups": "3",
    }


def door(settings: Settings) -> Any:
    """Return supervisord's XML-RPC interface."""
    url = f"http://calanque:{settings.secret('supervisor')}@{settings.address('supervisor')}/RPC2"
    return cast("Any", xmlrpc.client.ServerProxy(url)).supervisor


def running_names(settings: Settings) -> list[str]:
    """Return the services that the process manager was started with, in the order of their needs."""
    file = configparser.RawConfigParser()
    file.read(settings.home / "conf" / "supervisord.conf", encoding="utf-8")
    return [part.removeprefix("program:") for part in file.sections() if part.startswith("program:")]


def is_running(settings: Settings) -> bool:
    """Tell whether this installation's supervisord answers."""
    if not (settings.home / "secrets" / "supervisor").is_file():
        return False
    try:
        return bool(door(settings).getState()["statename"] == "RUNNING")
    except (OSError, xmlrpc.client.Error):
        return False


def start(settings: Settings) -> None:
    """Start supervisord, detached, and wait for its door.

    Raises:
        CalanqueError: if it does not answer within 20 s.
    """
    command = [sys.executable, "-m", "supervisor.supervisord", "-c", str(settings.home / "conf" / "supervisord.conf")]
    # Every service inherits this environment beside its own.
    allowed = {name: value for name, value in keyless(os.environ).items() if name not in OF_A_CLIENT}
    done = subprocess.run(command, capture_output=True, text=True, env=allowed, check=False)  # noqa: S603
    for _ in range(100):
        if is_running(settings):
            return
        time.sleep(0.2)
    said = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["nothing"]
    raise CalanqueError(f"The process manager did not start; it said: {said[0]}. Read {settings.logs}/supervisor.log.")


def stop_one(settings: Settings, name: str) -> None:
    """Stop one service, if it runs, and wait for its end."""
    manager = door(settings)
    if manager.getProcessInfo(name)["statename"] in ALIVE:
        manager.stopProcess(name, True)


def stop(settings: Settings, names: Iterable[str]) -> None:
    """Stop the services one after the other, what they have left running, then supervisord, and wait for its end."""
    for name in names:
        stop_one(settings, name)
    manager = door(settings)
    _end_what_is_left(manager.getPID())
    manager.shutdown()
    for _ in range(300):
        if not (settings.home / "supervisor.pid").exists():
            return
        time.sleep(0.1)


def _end_what_is_left(supervisord: int) -> None:
    """End the tasks that outlive their scheduler: Airflow gives each a process group that no stop of a service reaches.

    One that goes on would write beside its own second try, once the stack is up again.
    """
    left = list(_of_session(supervisord))
    for process in left:
        with suppress(psutil.Error):
            process.terminate()
    for process in psutil.wait_procs(left, PATIENCE_S)[1]:
        with suppress(psutil.Error):
            process.kill()


def _of_session(leader: int) -> Iterator[psutil.Process]:
    for process in psutil.process_iter():
        with suppress(ProcessLookupError, PermissionError):
            if process.pid != leader and os.getsid(process.pid) == leader:
                yield process
