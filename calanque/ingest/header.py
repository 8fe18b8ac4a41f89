"""Judge the files of a batch by their first line, before any row is read; pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from calanque.contracts.forbidden import forbidden_word
from calanque.contracts.model import FeedContract
from calanque.formats.base import Header as Header
from calanque.ingest.renamed import likely_names


class Refusal(NamedTuple):
    """Why a whole batch is refused: a reason code for the rows and a sentence for the engineer."""

    reason: str
    sentence: str


def check_headers(contract: FeedContract, headers: Mapping[str, Header]) -> Refusal | None:
    """Return the refusal of the batch, or None when every file has the columns of the contract.

    Args:
        contract: the feed's contract.
        headers: column names by file name.
    """
    for name, header in headers.items():
        refusal = _check_one(contract, name, header)
        if refusal:
            return refusal
    return None


def judge_headers(contract: FeedContract, headers: Mapping[str, Header], cut: Sequence[str]) -> Refusal | None:
    """Return why files are refused before a row is read, or None.

    Args:
        contract: the feed's contract.
        headers: column names by file name.
        cut: names of the files whose last row stops midway.
    """
    refusal = check_headers(contract, headers)
    if refusal is None and cut:
        refusal = Refusal(
            "truncated_file",
            f"{cut[0]} is truncated: its last row stops midway. Ask the source to send it again, whole.",
        )
    return refusal


def _check_one(contract: FeedContract, file: str, header: Header) -> Refusal | None:
    if not any(header):
        return Refusal("empty_batch", f"{file} is empty: the source sent nothing, not even a header. Ask for it again.")
    # A partner's own column of a feed about persons may be called by one of them.
    is_named = contract.file_format.has_header and not contract.is_personal
    declared = [column.name for column in contract.landing]
    if mismatch := contract.file_format.mismatch(header, tuple(declared)):
        reason, why = mismatch
        return Refusal(reason, f"{file} {why}")
    # First: a file without a header would otherwise have its first row's values quoted below.
    missing = [name for name in declared if name not in header]
    if missing:
        likely = _likely(declared, missing, header) if is_named else ""
        return Refusal(
            f"missing_column:{missing[0]}",
            f"{file} lacks the column{'s' if len(missing) > 1 else ''} {', '.join(missing)} of the contract"
            f"{likely}: ask the source, or write a new version of the contract.",
        )
    forbidden = next(((name, word) for name in header if (word := forbidden_word(name))), None)
    if forbidden:
        name = forbidden[0] if is_named else forbidden[1]
        return Refusal(
            f"forbidden_column:{name}",
            f"{file} has the column '{name}': '{forbidden[1]}' can never enter the lake. "
            "Ask the source to leave it out.",
        )
    twice = next((name for name, count in Counter(header).items() if count > 1), None)
    if twice:
        name = twice if is_named or twice in declared else f"no. {header.index(twice) + 1} from the left"
        return Refusal(
            f"duplicate_column:{name}", f"{file} has the column '{name}' twice: ask the source to correct it."
        )
    if contract.unknown_columns == "refuse":
        return _unknown(declared, file, header, is_named)
    return None


def _unknown(declared: list[str], file: str, header: Header, is_named: bool) -> Refusal | None:
    unknown = {at: name for at, name in enumerate(header, 1) if name not in declared}
    if not unknown:
        return None
    first, places = next(iter(unknown.values())), ", ".join(map(str, unknown))
    names = (
        ", ".join(unknown.values())
        if is_named
        else f"{places} (from the left; not named here, a name may be a person's)"
    )
    return Refusal(
        f"unknown_column:{first}" if is_named else "unknown_column",
        f"{file} has the column{'s' if len(unknown) > 1 else ''} {names} "
        "unknown to the contract: add it to the contract with its classification, or set unknownColumns to ignore.",
    )


def _likely(declared: list[str], missing: list[str], header: Header) -> str:
    """Return the likely new names, in brackets; nothing when the first line may not be a header: it would be values."""
    if 2 * len(missing) > len(declared):
        return ""
    names = likely_names(missing, [name for name in header if name and name not in declared])
    renamed = ", ".join(f"{old} is likely '{new}' now" for old, new in names.items())
    return f" ({renamed})" if renamed else ""
