"""Which rows give an erased token: under whichever key, of which kind, and never another person's."""

import pandas as pd
import pytest

from calanque.errors import CalanqueError
from calanque.privacy import key_file
from calanque.privacy.protect import is_erased, protect_batches, without_erased
from calanque.privacy.tokens import TokenKeys

OLD, NEW = "v1:" + "a" * 64, "v2:" + "b" * 64
PLAN = {"who": "token:person:reports", "phone": "token:phone:reports", "text": "redact"}
FRAME = pd.DataFrame(
    {
        "who": ["Jeanne Malaussène", "MALAUSSENE Jeanne", "Paul Autre", None],
        "phone": [None, None, "04 91 00 00 01", "04 91 00 00 02"],
        "text": [None] * 4,
    }
)


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> TokenKeys:
    monkeypatch.setenv(key_file.KEYS_VARIABLE, f"{OLD},{NEW}")
    return TokenKeys.load()


CASES = {
    "nobody": ([], [False] * 4),
    "current-key": ([("person", "Jeanne Malaussène", "reports", "v2")], [True, True, False, False]),
    "older-key": ([("person", "Jeanne Malaussène", "reports", "v1")], [True, True, False, False]),
    "another-purpose": ([("person", "Jeanne Malaussène", "towing", "v2")], [False] * 4),
    "another-kind": ([("identifier", "Jeanne Malaussène", "reports", "v2")], [False] * 4),
    "by-phone": ([("phone", "+33491000002", "reports", "v1")], [False, False, False, True]),
    "two-persons": (
        [("phone", "+33491000001", "reports", "v2"), ("person", "Jeanne Malaussène", "reports", "v1")],
        [True, True, True, False],
    ),
}


@pytest.mark.parametrize(("told", "expected"), CASES.values(), ids=CASES)
def test_a_row_that_gives_a_listed_token_is_erased(keys: TokenKeys, told: list, expected: list[bool]) -> None:
    listed = frozenset(str(keys.token(*one)) for one in told)
    assert is_erased(FRAME, PLAN, listed).tolist() == expected
    (kept,) = without_erased([FRAME], PLAN, listed)
    (protected,) = protect_batches([kept], PLAN)
    assert len(protected) == expected.count(False)
    assert not listed & set(protected["who"]) | listed & set(protected["phone"])


def test_a_listed_token_whose_key_is_gone_stops_the_batch(keys: TokenKeys, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = frozenset([str(keys.token("person", "Jeanne Malaussène", "reports", "v1"))])
    monkeypatch.setenv(key_file.KEYS_VARIABLE, NEW)
    with pytest.raises(CalanqueError, match="no token key v1") as raised:
        is_erased(FRAME, PLAN, listed)
    assert "Malauss" not in str(raised.value)
