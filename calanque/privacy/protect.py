"""The door of every personal column: batches of rows in, protected batches out, in Spark workers or anywhere else."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from calanque.closed import Closed
from calanque.errors import CalanqueError
from calanque.privacy.key_file import key_stamp
from calanque.privacy.spans import UNREAD
from calanque.privacy.tokens import TokenKeys, TokenKind

if TYPE_CHECKING:
    import pandas as pd


_PURPOSE = re.compile(r"^[a-z][a-z0-9_]*$")


class Redact(Closed):
    """Free text: placeholders take the place of personal values."""

    action: Literal["redact"] = "redact"
    output: str


class Token(Closed):
    """A direct identifier: its keyed token, bound to the feed's purpose."""

    action: Literal["token"] = "token"
    kind: TokenKind
    purpose: str = Field(pattern=_PURPOSE.pattern)
    output: str


class Drop(Closed):
    """Nothing of the column goes on."""

    action: Literal["drop"] = "drop"


Action = Redact | Token | Drop
Plan = Mapping[str, Action | str]


def read_action(column: str, protection: str) -> Action:
    """Read the protection of a column, which keeps its name: `redact`, `drop` or `token:<kind>:<purpose>`.

    Raises:
        CalanqueError: if it is none of these.
    """
    match protection.split(":"):
        case ["redact"]:
            return Redact(output=column)
        case ["drop"]:
            return Drop()
        case ["token", "person" | "phone" | "email" | "plate" | "identifier" as kind, purpose]:
            if _PURPOSE.fullmatch(purpose):
                return Token(kind=kind, purpose=purpose, output=column)
    raise CalanqueError(
        f"The protection '{protection}' of column '{column}' is unknown: write redact, drop or token:<kind>:<purpose>."
    )


def protect_batches(frames: "Iterable[pd.DataFrame]", plan: Plan) -> "Iterator[pd.DataFrame]":
    """Protect each frame's columns as the plan says.

    Args:
        frames: frames of string columns; None and NaN stay None.
        plan: source column -> action, or its protection in words (see `read_action`). A planned column leaves under
            the name its action gives, in the place it had; columns that are not in the plan pass as they are.

    Yields:
        One frame for each given one, with the same rows in the same order.

    Raises:
        CalanqueError: if a planned column is missing, two outputs share a name, or a value cannot be protected;
            the sentence names the column, never a value.
    """
    actions = {name: read_action(name, a) if isinstance(a, str) else a for name, a in plan.items()}
    for frame in frames:
        yield _protect(frame, actions)


def is_erased(frame: "pd.DataFrame", plan: Plan, listed: frozenset[str]) -> "pd.Series[bool]":
    """Say of each row whether one of its planned columns gives a listed token, under whichever key the list has it.

    Raises:
        CalanqueError: if a key of the list is not there any more, or a value cannot be judged; it names no value.
    """
    import pandas as pd

    found = pd.Series(False, index=frame.index)
    for name, written in plan.items():
        action = read_action(name, written) if isinstance(written, str) else written
        if isinstance(action, Token):
            for key_id in sorted({token.split(":")[0] for token in listed if token.split(":")[1] == action.kind}):
                found |= _column(name, frame[name], action, key_id).isin(listed)
    return found


def without_erased(frames: "Iterable[pd.DataFrame]", plan: Plan, listed: frozenset[str]) -> "Iterator[pd.DataFrame]":
    """Leave the rows out that give a listed token, before anything of them is protected or written."""
    for frame in frames:
        yield frame[~is_erased(frame, plan, listed)] if listed else frame


def _protect(frame: "pd.DataFrame", plan: Mapping[str, Action]) -> "pd.DataFrame":
    import pandas as pd

    if missing := sorted(set(plan) - set(frame.columns)):
        raise CalanqueError(
            f"The column '{missing[0]}' is to be protected but is not in the batch: compare plan and contract."
        )
    columns: dict[str, Any] = {}
    for name in frame.columns:
        action = plan.get(name)
        if isinstance(action, Drop):
            continue
        output = action.output if action else name
        if output in columns:
            raise CalanqueError(f"Two columns would be named '{output}' after protection: give one another output.")
        columns[output] = _column(name, frame[name], action) if action else frame[name]
    return pd.DataFrame(columns, index=frame.index)


def _column(name: str, series: "pd.Series[Any]", action: Redact | Token, key_id: str | None = None) -> "pd.Series[Any]":
    """Apply one action; whatever goes wrong, no value may leave in the error or in its chain of causes."""
    import pandas as pd

    try:
        values = [None if pd.isna(value) else str(value) for value in series]
        protected = _redacted(values) if isinstance(action, Redact) else _tokens(values, action, key_id)
    except CalanqueError:
        raise
    except Exception as error:
        reason = type(error).__name__
    else:
        return pd.Series(protected, index=series.index, dtype=object)
    raise CalanqueError(f"The column '{name}' could not be protected ({reason}): nothing of this batch was written.")


def _redacted(values: list[str | None]) -> list[str | None]:
    from calanque.privacy.redact import BATCH_COUNT, redact

    texts = list(dict.fromkeys(value for value in values if value))
    redacted: dict[str, str] = {}
    for start in range(0, len(texts), BATCH_COUNT):
        batch = texts[start : start + BATCH_COUNT]
        redacted.update(zip(batch, (r.text for r in redact(batch)), strict=True))
    return [_looked_up(value, redacted) for value in values]


def _looked_up(value: str | None, redacted: Mapping[str, str]) -> str | None:
    """Return the redacted text of a value; one that has none is masked whole, never left in clear."""
    return redacted.get(value, f"<{UNREAD}>") if value else value


def _tokens(values: list[str | None], action: Token, key_id: str | None = None) -> list[str | None]:
    keys = _worker_keys(key_stamp())
    return [keys.token(action.kind, value, action.purpose, key_id) for value in values]


@lru_cache(maxsize=1)
def _worker_keys(_stamp: tuple[object, ...]) -> TokenKeys:
    # A worker outlives many tasks: it reads the keys again when their file has changed, not before.
    return TokenKeys.load()
