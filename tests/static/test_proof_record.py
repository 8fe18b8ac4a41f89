"""The record of the last whole proof: older than the code that it covers, it is a warning with the command."""

import warnings
from pathlib import Path

import proof_record


def warn(record: dict[str, str], now: dict[str, str]) -> None:
    if parts := proof_record.changed(record, now):
        told = f"{', '.join(parts)} changed since the last proof: run 'make proof' before a release"
        warnings.warn(told, UserWarning, stacklevel=2)


def test_the_record_is_of_this_code_or_a_warning_says_so() -> None:
    record = proof_record.read()
    assert not record or set(record["tests"]) == {path.stem for path in proof_record.RECORD.parent.glob("test_*.py")}
    warn(record.get("code", {}), proof_record.digests())


def test_a_part_that_changed_is_named(tmp_path: Path) -> None:
    now = proof_record.digests()
    assert proof_record.changed(now, now) == []
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        warn(now | {"ml": "another"}, now)
    assert [str(one.message) for one in said] == ["ml changed since the last proof: run 'make proof' before a release"]
