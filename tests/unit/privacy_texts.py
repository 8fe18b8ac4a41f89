"""Texts of `privacy_cases`, a line each: a case, then the text with its values marked and its odd letters escaped."""

import re
from pathlib import Path

CASES = Path(__file__).parent / "privacy_cases"
ESCAPE = re.compile(r"\\(?:u[0-9a-f]{4}|x[0-9a-f]{2}|[nrt])")
MARK = re.compile(r"\[\[(?:([A-Z_]+)\|)?(.*?)\]\]", re.DOTALL)


def cases(name: str) -> tuple[tuple[str, str], ...]:
    """Return the case and the marked text of each line of a file."""
    lines = (CASES / name).read_text(encoding="utf-8").splitlines()
    told = [line.split(maxsplit=1) for line in lines if not line.startswith("#")]
    return tuple((case, ESCAPE.sub(lambda m: m.group().encode().decode("unicode_escape"), text)) for case, text in told)


def plain(text: str) -> str:
    """Return a marked text as it was written."""
    return MARK.sub(r"\2", text)


def masked(text: str) -> str:
    """Return a marked text as it must be once it is redacted."""
    return MARK.sub(lambda mark: f"<{mark[1] or 'PERSON'}>", text)
