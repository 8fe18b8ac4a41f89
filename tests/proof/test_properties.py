"""The properties of `tests/unit` on many random examples: a few show that the machinery works, many find defects."""

import sys
from importlib import import_module
from pathlib import Path

UNIT = Path(__file__).parents[1] / "unit"
MODULES = sorted(path.stem for path in UNIT.glob("test_*.py") if "@given" in path.read_text(encoding="utf-8"))
sys.path.append(str(UNIT))
PROPERTIES = {
    name: test
    for module in MODULES
    for name, test in vars(import_module(module)).items()
    if getattr(test, "is_hypothesis_test", False)
}
globals().update(PROPERTIES)


def test_there_are_properties_to_ask() -> None:
    assert len(MODULES) >= 7
    assert len(PROPERTIES) >= 15
