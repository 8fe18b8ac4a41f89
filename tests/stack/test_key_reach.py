"""What tells where the keys of the tokens are reaches the processes that make tokens, and no other."""

from collections.abc import Iterator
from pathlib import Path

from calanque.settings import Settings


def environment_of(pid: int) -> set[str]:
    """Return the names of the variables that a process was started with, none if it has ended by now."""
    try:
        text = Path(f"/proc/{pid}/environ").read_bytes().decode("utf-8", "replace")
    except (FileNotFoundError, ProcessLookupError):
        return set()
    return {line.partition("=")[0] for line in text.split("\0")}


def family_of(pid: int) -> Iterator[int]:
    """Yield a process and all that it started."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text(encoding="utf-8").split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        for child in children:
            yield from family_of(int(child))


def test_only_the_engine_is_told_where_the_keys_are(stack: Settings) -> None:
    from calanque.stack import supervisor
    from calanque.stack.services import declare

    processes = {info["name"]: info["pid"] for info in supervisor.door(stack).getAllProcessInfo()}
    processes["the process manager"] = int((stack.home / "supervisor.pid").read_text(encoding="utf-8"))
    told = {
        name
        for name, pid in processes.items()
        for one in ([pid] if name == "the process manager" else family_of(pid))
        if any(variable.startswith("CALANQUE_TOKEN_KEY") for variable in environment_of(one))
    }
    assert len(processes) == len(declare(stack)) + 1
    assert told == {"spark"}
