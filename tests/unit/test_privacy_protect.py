"""The door of personal columns: what leaves it, what it refuses, and that no value leaves by an error."""

import traceback
from functools import partial
from pathlib import Path
from typing import get_args

import cloudpickle
import pandas as pd
import pytest

from calanque.errors import CalanqueError
from calanque.privacy import protect
from calanque.privacy.protect import Action, Token, protect_batches, read_action
from calanque.privacy.tokens import TokenKind

PLAN = {
    "description": "redact",
    "reporter_name": "token:person:citizen_reports",
    "reporter_email": "drop",
}
FRAME = pd.DataFrame(
    {
        "report_id": ["a", "b", "c"],
        "description": ["tel 06 39 98 12 34", None, float("nan")],
        "reporter_name": ["Jean Dupont", "DUPONT Jean", None],
        "reporter_email": ["jean@example.org", "", None],
    },
    index=[5, 6, 9],
)


@pytest.fixture(autouse=True)
def _key(key_path: Path) -> None:
    protect._worker_keys.cache_clear()


def test_columns_leave_as_the_plan_says() -> None:
    (out,) = protect_batches([FRAME], PLAN)
    assert list(out.columns) == ["report_id", "description", "reporter_name"]
    assert list(out.index) == [5, 6, 9]
    assert out["description"].tolist() == ["tel <PHONE_NUMBER>", None, None]
    first, second, third = out["reporter_name"]
    assert first == second and first.startswith("v1:person:") and third is None
    assert "Dupont" not in out.to_csv() and "example.org" not in out.to_csv()


def test_an_empty_text_stays_one_and_a_text_without_its_redaction_is_masked_whole() -> None:
    frame = pd.DataFrame({"description": ["", "Vu Mme Benali", None]})
    (out,) = protect_batches([frame], {"description": "redact"})
    assert out["description"].tolist() == ["", "Vu Mme <PERSON>", None]
    assert protect._looked_up("Vu Mme Benali", {}) == "<UNREAD_TEXT>"


@pytest.mark.parametrize(
    ("protection", "action"),
    [
        pytest.param("redact", "redact", id="redact"),
        pytest.param("drop", "drop", id="drop"),
        *(pytest.param(f"token:{kind}:p", Token(kind, "p"), id=kind) for kind in get_args(TokenKind)),
    ],
)
def test_protection_is_read(protection: str, action: Action) -> None:
    assert read_action("x", protection) == action


@pytest.mark.parametrize(
    "protection", ["", "none", "token", "token:", "token:p", "token:person:A b", "token:face:p", "redact:now", "hash"]
)
def test_unknown_protection_is_refused(protection: str) -> None:
    with pytest.raises(CalanqueError, match="is unknown"):
        read_action("x", protection)


def test_function_travels_to_a_worker_with_the_plan_alone(key_path: Path) -> None:
    sent, key = cloudpickle.dumps(partial(protect_batches, plan=PLAN)), key_path.read_text(encoding="utf-8")
    assert key.encode() not in sent and bytes.fromhex(key) not in sent
    (out,) = cloudpickle.loads(sent)([FRAME])
    assert out["reporter_name"][5].startswith("v1:person:")


@pytest.mark.parametrize(
    "frame", [FRAME.iloc[:0], pd.DataFrame(columns=FRAME.columns)], ids=["no-rows", "never-had-rows"]
)
def test_empty_batch_keeps_its_columns(frame: pd.DataFrame) -> None:
    (out,) = protect_batches([frame], PLAN)
    assert (len(out), list(out.columns)) == (0, ["report_id", "description", "reporter_name"])


def test_a_planned_column_that_is_missing_is_refused() -> None:
    with pytest.raises(CalanqueError, match="'descripton' is to be protected but"):
        list(protect_batches([FRAME], {"descripton": "redact"}))


def test_no_value_leaves_by_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(values: list[str | None], _: object) -> list[str | None]:
        raise ValueError(f"could not read {values[0]}")

    monkeypatch.setattr(protect, "_redacted", fail)
    with pytest.raises(CalanqueError, match=r"'description' could not be protected \(ValueError\)") as caught:
        list(protect_batches([FRAME], PLAN))
    assert "06 39" not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None
