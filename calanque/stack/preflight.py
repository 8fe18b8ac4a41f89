"""Check what the machine must have before anything starts; each lack ends in one sentence."""

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator

import psutil

from calanque.errors import CalanqueError
from calanque.settings import Ports, Settings, keyless

OLDEST_JAVA = 17


def check_java() -> str:
    """Return the path of `java`.

    Raises:
        CalanqueError: if it is missing or too old.
    """
    java = shutil.which("java")
    if java is None:
        raise CalanqueError(
            "Java is missing: install Java 17 or newer (for example 'apt-get install openjdk-17-jre-headless')."
        )
    command, allowed = [java, "-version"], keyless(os.environ)
    said = subprocess.run(command, env=allowed, capture_output=True, text=True, check=False).stderr  # noqa: S603
    found = re.search(r'version "(\d+)', said)
    if not found or int(found[1]) < OLDEST_JAVA:
        raise CalanqueError(
            f"Java {found[1] if found else 'of an unknown version'} is too old: install Java {OLDEST_JAVA} or newer."
        )
    return java


def check_maven() -> None:
    """Raise a CalanqueError when Maven is missing."""
    if shutil.which("mvn") is None:
        raise CalanqueError(
            "Maven is missing: install it (for example 'apt-get install maven'); it fetches the pinned jars."
        )


def check_ports(settings: Settings) -> None:
    """Raise a CalanqueError that names the first port somebody else listens on."""
    for name, port in _ports(settings):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.host, port))
            except OSError:
                raise CalanqueError(_taken(name, port)) from None


def _ports(settings: Settings) -> Iterator[tuple[str, int]]:
    for name in Ports.model_fields:
        # The three DataNodes take each of their ports and the two after it.
        for step in range(3 if name.startswith("datanode") else 1):
            yield name, settings.port(name) + step


def _taken(name: str, port: int) -> str:
    owner = ""
    for connection in psutil.net_connections("tcp"):
        if (
            connection.laddr
            and connection.laddr.port == port
            and connection.status == psutil.CONN_LISTEN
            and connection.pid
        ):
            owner = f" by process {connection.pid} ({psutil.Process(connection.pid).name()})"
            break
    return (
        f"Port {port} ({name}) is taken{owner}: stop it ('calanque stack down' if it is another clone's stack), "
        f"or choose another with CALANQUE_PORTS__{name.upper()}={port + 1000} or CALANQUE_PORT_OFFSET."
    )
