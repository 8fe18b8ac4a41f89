"""The marked texts that the classifier of names learns from; every person in them is invented."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from calanque.errors import CalanqueError
from calanque.settings import settings

PERSON = "PERSON"
SENTENCES = Path(__file__).with_name("sentences.txt")
_HEAD = re.compile(r"^=== \S+ .+\n", re.MULTILINE)
_MARK = re.compile(r"\[\[([A-Z_]+)\|(.*?)\]\]", re.DOTALL)
_SERIES = re.compile(r"_(\d+)$")
_SENTENCE_WEIGHT = 5
_GENERATED = ("municipal", "stress")
_DOCUMENTS, _SEED = "1560", "7"
"""Other documents of the open half than those that `evaluate.py` judges."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A text and its personal values as (start, end, type), sorted.

    Attributes:
        series: of `benchmarks/privacy/written`, each by authors of its own; 0 elsewhere.
        weight: how often a word of it counts.
    """

    text: str
    values: tuple[tuple[int, int, str], ...]
    series: int = 0
    weight: int = 1


def marked(body: str, series: int = 0, weight: int = 1) -> Marked:
    """Return a text written with `[[TYPE|value]]` marks."""
    text, position, values = "", 0, []
    for mark in _MARK.finditer(body):
        text += body[position : mark.start()]
        values.append((len(text), len(text) + len(mark[2]), mark[1]))
        text, position = text + mark[2], mark.end()
    return Marked(text + body[position:], tuple(values), series, weight)


def written() -> list[Marked]:
    """Return the texts of `benchmarks/privacy/written`, in the order of their files."""
    found = []
    for path in sorted((_kit() / "written").glob("*.txt")):
        number = _SERIES.search(path.stem)
        bodies = _HEAD.split(path.read_text(encoding="utf-8"))[1:]
        found += [marked(body.strip("\n"), int(number[1]) if number else 1) for body in bodies]
    return found


def sentences(path: Path = SENTENCES) -> list[Marked]:
    r"""Return the sentences written for what the classifier mistook: one a line, "\n" for a line end, "#" a comment."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [
        marked(line.replace("\\n", "\n"), weight=_SENTENCE_WEIGHT)
        for line in lines
        if line.strip() and not line.startswith("#")
    ]


def generated() -> Iterator[Marked]:
    """Yield documents of the generator's open half.

    Raises:
        CalanqueError: if the generator ends with an error.
    """
    for name in _GENERATED:
        command = [sys.executable, str(_kit() / "generate.py"), "--set", name, "--half", "open"]
        environment = {"PYTHONPATH": ":".join(sys.path), "CALANQUE_ROOT": str(settings().root)}
        asked = [*command, "--documents", _DOCUMENTS, "--seed", _SEED]
        done = subprocess.run(asked, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            raise CalanqueError(f"The generator of texts ended with an error: {done.stderr.strip()[-300:]}")
        for line in done.stdout.splitlines():
            record = json.loads(line)
            values = sorted((span["start"], span["end"], span["type"]) for span in record["spans"])
            yield Marked(record["text"], tuple(values))


def _kit() -> Path:
    return settings().root / "benchmarks" / "privacy"
