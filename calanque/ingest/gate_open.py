"""Gate: a sample of the open text that a batch brings to bronze, read for personal values; none of them is ever told.

Example: half of the values of `label` are names. The batch is loaded, and its gate warns that `label` holds PERSON in
50 % of the 200 distinct values read; under a contract with `personalInOpen: critical` it is refused.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from calanque.contracts.gates import Check, GateResult
from calanque.contracts.model import BETWEEN_LANGUAGES
from calanque.ingest.column_scan import find_bronze_leaks, open_text
from calanque.ingest.staged_sample import sample_staged

if TYPE_CHECKING:
    from collections.abc import Sequence

    from calanque.contracts.model import FeedContract
    from calanque.ingest.column_scan import Leak

NAME = "open_text"
RULE = "expect_open_text_to_hold_no_personal_value"


def check_open_text(contract: FeedContract, path: str, batch_id: str) -> GateResult | None:
    """Look for personal values in the open text of the good rows staged in `path`.

    Returns:
        One check a column that holds some, or one that none does; None of a feed that brings no open text.

    Raises:
        CalanqueError: if HDFS does not answer, or outside the main thread, where nothing ends a reading.
    """
    names = [column.name for column in open_text(contract)]
    if not names:
        return None
    sample = sample_staged(path, names)
    leaks = groupby(find_bronze_leaks(contract, sample), key=lambda leak: leak.column)
    checks = tuple(_failed(contract, column, list(found)) for column, found in leaks)
    is_passed = not checks or contract.personal_in_open == "warning"
    count = sum(map(len, sample.values.values()))
    return GateResult(
        feed=contract.feed, batch_id=batch_id, passed=is_passed, checks=checks or (_held(contract, names, count),)
    )


def _held(contract: FeedContract, names: Sequence[str], count: int) -> Check:
    return Check(
        name=RULE,
        column=None,
        severity=contract.personal_in_open,
        success=True,
        observed=None,
        sentence=f"{RULE} holds ({count:,} distinct values of {', '.join(names)} read).",
    )


def _failed(contract: FeedContract, column: str, leaks: Sequence[Leak]) -> Check:
    types, count = {leak.type: leak.hit_count / leak.value_count for leak in leaks}, leaks[0].value_count
    observed = f"{_told(types, 'in')} of the {count:,} distinct values read"
    sources = ", ".join(next(made.sources for made in contract.bronze if made.name == column))
    advice = max(leaks, key=lambda leak: leak.hit_count).advice
    english = (
        f"{RULE} on {column} fails ({observed}): it is made of {sources}. If somebody is meant, {advice}, with the "
        "reason. Raise the version of the contract."
    )
    french = (
        f"La colonne ouverte {column}, faite de {sources}, contient ce qui se lit comme des données personnelles "
        f"({_told(types, 'dans').replace('.', ',')} des {count} valeurs distinctes lues). S’il s’agit de personnes, "
        "changez sa classification dans le contrat ; sinon dites-le par readsLike, avec la raison. Augmentez sa "
        "version."
    )
    return Check(
        name=RULE,
        column=column,
        severity=contract.personal_in_open,
        success=False,
        observed=observed,
        sentence=f"{english}{BETWEEN_LANGUAGES}{french}",
    )


def _told(types: dict[str, float], within: str) -> str:
    return ", ".join(f"{kind} {within} {max(0.1, round(100 * share, 1)):g} %" for kind, share in types.items())
