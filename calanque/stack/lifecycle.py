"""Bring the services up in the order of their needs, each as early as it can, and take them down in reverse."""

import shutil
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any, cast

from calanque.errors import CalanqueError
from calanque.settings import Settings
from calanque.stack import configuration, jars, preflight, supervisor
from calanque.stack.services import Service, declare

Say = Callable[[str, float], None]
# What ends so often before it is ready will not be: its supervisor would start it for ever.
STARTS_MAX = 4


def up(settings: Settings, say: Say, name: str | None = None) -> float:
    """Start every service that is not ready; returns the seconds it took.

    Args:
        settings: the installation.
        say: called with a service's name and its seconds, as each becomes ready.
        name: start this one and what it needs, and no other.

    Raises:
        CalanqueError: if a prerequisite is missing, a port is taken, there is no such service, or one is not ready in
            its time.
    """
    started_at = time.monotonic()
    preflight.check_java()
    if not (jars.jars_folder(settings) / "complete").is_file():
        preflight.check_maven()
    jars.provision(settings)
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    running = supervisor.is_running(settings)
    if running:
        configuration.make_secrets(settings)
    else:
        shutil.rmtree(settings.fetching, ignore_errors=True)
        preflight.check_ports(settings)
        configuration.render(settings)
    services = declare(settings)
    if running and [service.name for service in services] != supervisor.running_names(settings):
        raise CalanqueError("Another version's services are running: 'calanque stack down' first, then up again.")
    if not running:
        supervisor.write_file(settings, services)
        supervisor.start(settings)
    _start_in_order(settings, services if name is None else needed(services, name), say)
    return time.monotonic() - started_at


def needed(services: tuple[Service, ...], name: str) -> tuple[Service, ...]:
    """Return a service and all that it needs.

    Raises:
        CalanqueError: if there is no such service.
    """
    named = {service.name: service for service in services}
    wanted = [_named(services, name)]
    for service in wanted:
        wanted += [named[need] for need in service.needs if named[need] not in wanted]
    return tuple(wanted)


def _named(services: tuple[Service, ...], name: str) -> Service:
    for service in services:
        if service.name == name:
            return service
    raise CalanqueError(f"There is no service '{name}': choose one of {', '.join(s.name for s in services)}.")


def _start_in_order(settings: Settings, services: tuple[Service, ...], say: Say) -> None:
    done: set[str] = set()
    running: dict[Future[float], Service] = {}
    with ThreadPoolExecutor(max_workers=len(services)) as pool:
        while len(done) < len(services):
            for service in services:
                if service.name not in done and service not in running.values() and done.issuperset(service.needs):
                    running[pool.submit(_start, settings, service)] = service
            finished, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in finished:
                service = running.pop(future)
                say(service.name, future.result())
                done.add(service.name)


def _start(settings: Settings, service: Service) -> float:
    started_at = time.monotonic()
    manager = supervisor.door(settings)
    state = cast("str", manager.getProcessInfo(service.name)["statename"])
    if state not in {"RUNNING", "STARTING"}:
        if service.prepare:
            service.prepare(settings)
        manager.startProcess(service.name, False)
    wait_until_ready(settings, service)
    if service.afterwards:
        service.afterwards(settings)
    return time.monotonic() - started_at


def restart(settings: Settings, name: str) -> float:
    """Restart one service and wait for it; returns the seconds it took.

    Raises:
        CalanqueError: if the stack is down, there is no such service, or it is not ready in its time.
    """
    if not supervisor.is_running(settings):
        raise CalanqueError("The stack is down: start it with 'calanque stack up'.")
    service = _named(declare(settings), name)
    supervisor.stop_one(settings, name)
    return _start(settings, service)


def wait_until_ready(settings: Settings, service: Service) -> None:
    """Wait for a service's probe.

    Raises:
        CalanqueError: if the process ended for good or again and again, or is not ready within its time.
    """
    manager = supervisor.door(settings)
    limit, starts = time.monotonic() + service.within_s, set[int]()
    while not service.ready(settings):
        process = cast("dict[str, Any]", manager.getProcessInfo(service.name))
        starts.add(process["start"])
        if process["statename"] in {"FATAL", "STOPPED"} or len(starts) > STARTS_MAX:
            raise CalanqueError(
                f"The service '{service.name}' does not start: read it with 'calanque stack logs {service.name}'."
            )
        if time.monotonic() > limit:
            sentence = f"The service '{service.name}' is not ready after {service.within_s} s"
            raise CalanqueError(f"{sentence}: read it with 'calanque stack logs {service.name}'.")
        time.sleep(0.3)


def down(settings: Settings) -> bool:
    """Stop every service and the process manager; returns False when nothing ran."""
    if not supervisor.is_running(settings):
        return False
    # What runs, not what is declared: an earlier version may have started it.
    supervisor.stop(settings, reversed(supervisor.running_names(settings)))
    return True
