"""The door of every personal column: batches of rows in, protected batches out, in Spark workers or anywhere else."""

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from calanque.errors import CalanqueError
from calanque.privacy.city import CityFile, give
from calanque.privacy.key_file import key_stamp
from calanque.privacy.spans import UNREAD
from calanque.privacy.tokens import PURPOSE, TokenKeys, TokenKind

if TYPE_CHECKING:
    import pandas as pd

Plan = Mapping[str, str]
"""By column its protection: `redact`, `drop` or `token:<kind>:<purpose>`."""


class Token(NamedTuple):
    """A direct identifier: its keyed token, bound to the feed's purpose."""

    kind: TokenKind
    purpose: str


Action = Literal["redact", "drop"] | Token


def read_action(column: str, protection: str) -> Action:
    """Read the protection of a column.

    Raises:
        CalanqueError: if it is neither `redact` nor `drop` nor `token:<kind>:<purpose>`.
    """
    match protection.split(":"):
        case ["redact" | "drop" as action]:
            return action
        case ["token", "person" | "phone" | "email" | "plate" | "identifier" as kind, purpose]:
            if PURPOSE.fullmatch(purpose):
                return Token(kind, purpose)
    raise CalanqueError(
        f"The protection '{protection}' of column '{column}' is unknown: write redact, drop or token:<kind>:<purpose>."
    )


def protect_batches(
    frames: "Iterable[pd.DataFrame]", plan: Plan, allowed: str | None = None, city: CityFile | None = None
) -> "Iterator[pd.DataFrame]":
    """Protect each frame's columns as the plan says, by Presidio's engines.

    Args:
        frames: frames of string columns; None and NaN stay None.
        plan: the columns to protect, which keep their names and places; the others pass as they are.
        allowed: a regular expression; of free text, what fits it whole is left as it is.
        city: the city's own recognisers; by default those of this host's file.

    Yields:
        One frame for each given one, with the same rows in the same order.

    Raises:
        CalanqueError: if a planned column is missing, or a value cannot be protected; the sentence names no value.
    """
    actions = {name: read_action(name, protection) for name, protection in plan.items()}
    give(city)
    for frame in frames:
        yield _protect(frame, actions, allowed)


def is_erased(frame: "pd.DataFrame", plan: Plan, listed: frozenset[str]) -> "pd.Series[bool]":
    """Say of each row whether one of its planned columns gives a listed token, under whichever key the list has it.

    Raises:
        CalanqueError: if a key of the list is not there any more, or a value cannot be judged; it names no value.
    """
    import pandas as pd

    found = pd.Series(False, index=frame.index)
    for name, protection in plan.items():
        if isinstance(action := read_action(name, protection), Token):
            for key_id in sorted({token.split(":")[0] for token in listed if token.split(":")[1] == action.kind}):
                found |= _column(name, frame[name], action, key_id).isin(listed)
    return found


def without_erased(frames: "Iterable[pd.DataFrame]", plan: Plan, listed: frozenset[str]) -> "Iterator[pd.DataFrame]":
    """Leave the rows out that give a listed token, before anything of them is protected or written."""
    for frame in frames:
        yield frame[~is_erased(frame, plan, listed)] if listed else frame


def _protect(frame: "pd.DataFrame", plan: Mapping[str, Action], allowed: str | None) -> "pd.DataFrame":
    import pandas as pd

    if missing := sorted(set(plan) - set(frame.columns)):
        raise CalanqueError(
            f"The column '{missing[0]}' is to be protected but is not in the batch: compare plan and contract."
        )
    kept = {name: frame[name] for name in frame.columns if plan.get(name) != "drop"}
    done = {n: _column(n, values, plan[n], allowed=allowed) if n in plan else values for n, values in kept.items()}
    return pd.DataFrame(done, index=frame.index)


def _column(
    name: str, series: "pd.Series[Any]", action: Action, key_id: str | None = None, allowed: str | None = None
) -> "pd.Series[Any]":
    """Apply one action; whatever goes wrong, no value may leave in the error or in its chain of causes."""
    import pandas as pd

    try:
        values = [None if pd.isna(value) else str(value) for value in series]
        protected = _tokens(values, action, key_id) if isinstance(action, Token) else _redacted(values, allowed)
    except CalanqueError:
        raise
    except Exception as error:
        reason = type(error).__name__
    else:
        return pd.Series(protected, index=series.index, dtype=object)
    raise CalanqueError(f"The column '{name}' could not be protected ({reason}): nothing of this batch was written.")


def _redacted(values: list[str | None], allowed: str | None) -> list[str | None]:
    from calanque.privacy.redact import BATCH_COUNT, redact

    texts = list(dict.fromkeys(value for value in values if value))
    redacted: dict[str, str] = {}
    for start in range(0, len(texts), BATCH_COUNT):
        batch = texts[start : start + BATCH_COUNT]
        redacted.update(zip(batch, (r.text for r in redact(batch, allowed=allowed)), strict=True))
    return [_looked_up(value, redacted) for value in values]


def _looked_up(value: str | None, redacted: Mapping[str, str]) -> str | None:
    """Return the redacted text of a value; one that has none is masked whole, never left in clear."""
    return redacted.get(value, f"<{UNREAD}>") if value else value


def _tokens(values: list[str | None], action: Token, key_id: str | None = None) -> list[str | None]:
    from calanque.privacy.presidio_engines import tokens

    return tokens(values, _worker_keys(key_stamp()), action.kind, action.purpose, key_id)


@lru_cache(maxsize=1)
def _worker_keys(_stamp: tuple[object, ...]) -> TokenKeys:
    # A worker outlives many tasks: it reads the keys again when their file has changed, not before.
    return TokenKeys.load()
