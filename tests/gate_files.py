"""Every gate of the project, as its file says it."""

from calanque.contracts import Folders
from calanque.contracts.gates import Gate, GateKind, load_gate


def load_gates(kind: GateKind) -> dict[str, Gate]:
    """Return every gate of a kind by name."""
    files = (Folders().expectations / kind).glob("*.yml")
    return {path.stem: load_gate(path.stem, kind) for path in sorted(files)}
