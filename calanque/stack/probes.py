"""Tell whether a service answers. A probe never raises and never waits for more than a few seconds."""

import json
import socket
import ssl
from collections.abc import Callable
from urllib.error import URLError
from urllib.request import urlopen

from calanque.settings import Settings

Probe = Callable[[Settings], bool]
TIMEOUT_S = 10


def listening(port_name: str, after: int = 0) -> Probe:
    """Return a probe: does something accept connections on this port, or on one so many after it?"""

    def probe(settings: Settings) -> bool:
        try:
            with socket.create_connection((settings.host, settings.port(port_name) + after), timeout=TIMEOUT_S):
                return True
        except OSError:
            return False

    return probe


def _get(url: str, context: ssl.SSLContext | None = None) -> bytes | None:
    try:
        with urlopen(url, timeout=TIMEOUT_S, context=context) as answer:  # noqa: S310 - addresses of our own services
            return bytes(answer.read())
    except (URLError, OSError, ValueError):
        return None


def answers(url: str) -> Probe:
    """Return a probe: does this address answer with success?"""
    return lambda settings: _get(url) is not None


def postgres(settings: Settings) -> bool:
    """Tell whether PostgreSQL accepts a query."""
    import psycopg2

    try:
        psycopg2.connect(settings.database("postgres"), connect_timeout=TIMEOUT_S).close()
    except psycopg2.OperationalError:
        return False
    return True


def _jmx(settings: Settings, bean: str) -> dict[str, object]:
    raw = _get(f"{settings.webhdfs_url}/jmx?qry=Hadoop:service=NameNode,name={bean}")
    beans = json.loads(raw)["beans"] if raw else []
    return dict(beans[0]) if beans else {}


def live_datanodes(settings: Settings) -> int:
    """Return how many DataNodes the NameNode counts as live; 0 when it does not answer."""
    return int(str(_jmx(settings, "FSNamesystemState").get("NumLiveDataNodes", 0)))


def namenode(settings: Settings) -> bool:
    """Tell whether the NameNode answers."""
    return bool(_jmx(settings, "NameNodeInfo"))


def datanode(number: int) -> Probe:
    """Return a probe for one DataNode; for the last, that all three are counted and safe mode is over."""
    if number < 3:
        return listening("datanode_data", number - 1)
    return lambda settings: live_datanodes(settings) == 3 and not _jmx(settings, "NameNodeInfo").get("Safemode")


def trino(settings: Settings) -> bool:
    """Tell whether Trino has ended its start."""
    authority = settings.home / "trino-ca.pem"
    if not authority.is_file():
        return False
    raw = _get(f"{settings.trino_url}/v1/info", ssl.create_default_context(cafile=str(authority)))
    return raw is not None and not json.loads(raw)["starting"]


def airflow_job(kind: str) -> Probe:
    """Return a probe: does Airflow's own health page call this component healthy?"""
    key = kind.replace("-", "_")

    def probe(settings: Settings) -> bool:
        raw = _get(f"{settings.airflow_url}/api/v2/monitor/health")
        return raw is not None and json.loads(raw).get(key, {}).get("status") == "healthy"

    return probe
