"""The state of the services as a table: health, memory, address."""

from typing import TYPE_CHECKING

import psutil

from calanque.closed import Closed
from calanque.settings import Settings
from calanque.stack import configuration, supervisor
from calanque.stack.services import declare

if TYPE_CHECKING:
    from rich.table import Table

MIB = 1024 * 1024


class ServiceStatus(Closed):
    """What one service is doing now; memory is the proportional share (PSS) of its whole process tree."""

    name: str
    state: str
    is_ready: bool
    pid: int
    memory_mib: float
    uptime_s: int
    address: str


def status(settings: Settings) -> tuple[ServiceStatus, ...]:
    """Return the state of every declared service; all stopped when the process manager is not running."""
    configuration.make_secrets(settings)
    services = declare(settings)
    known = {}
    if supervisor.is_running(settings):
        known = {info["name"]: info for info in supervisor.door(settings).getAllProcessInfo()}
    return tuple(
        ServiceStatus(
            name=service.name,
            state=str(info.get("statename", "STOPPED")).lower(),
            is_ready=bool(info.get("pid")) and service.ready(settings),
            pid=int(info.get("pid", 0)),
            memory_mib=tree_pss_mib(int(info.get("pid", 0))),
            uptime_s=int(info["now"] - info["start"]) if info.get("pid") else 0,
            address=service.address,
        )
        for service in services
        for info in [known.get(service.name, {})]
    )


def tree_pss_mib(pid: int) -> float:
    """Return the proportional set size of a process and its descendants in MiB; 0 when it is gone."""
    if not pid:
        return 0.0
    try:
        parent = psutil.Process(pid)
        family = [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0.0
    total = 0
    for process in family:
        try:
            total += process.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return total / MIB


def table(statuses: tuple[ServiceStatus, ...]) -> "Table":
    """Return the states as a rich table, with the total of the memory."""
    from rich.table import Table

    result = Table(title="Calanque services", show_footer=True)
    result.add_column("service", "total")
    result.add_column("state")
    result.add_column("ready")
    result.add_column("memory (PSS)", f"{sum(entry.memory_mib for entry in statuses):,.0f} MiB", justify="right")
    result.add_column("up", justify="right")
    result.add_column("address", overflow="fold")
    for entry in statuses:
        mark = "[green]yes[/]" if entry.is_ready else "[red]no[/]"
        result.add_row(
            entry.name, entry.state, mark, f"{entry.memory_mib:,.0f} MiB", f"{entry.uptime_s} s", entry.address
        )
    return result
