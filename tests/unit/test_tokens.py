"""Tokens: equal for one person within a purpose, never across; keys that stay where they are."""

import base64
import hashlib
import hmac
import pickle
from pathlib import Path

import cloudpickle
import pytest

from calanque.errors import CalanqueError
from calanque.privacy.tokens import TokenKeys
from calanque.settings import KEY_FILE_VARIABLE

TEST_KEY = bytes(range(32))
KEYS = TokenKeys({"v1": TEST_KEY})


def _token(kind: str, value: str | None, purpose: str = "reports") -> str | None:
    return KEYS.token(kind, value, purpose)  # type: ignore[arg-type]


def test_known_answer_by_hand_stays_for_ever() -> None:
    prk = hmac.digest(bytes(32), TEST_KEY, "sha256")  # HKDF of RFC 5869, written out
    key = hmac.digest(prk, b"calanque/token/reports/person\x01", "sha256")
    digest = hmac.new(key, b"dupont jean", hashlib.sha256).digest()
    assert _token("person", "Jean Dupont") == "v1:person:" + base64.b32encode(digest[:20]).decode().lower()
    assert _token("person", "Jean Dupont") == "v1:person:hm2qbgsc6qbolakawmsng434tufmt3ua"


@pytest.mark.parametrize(
    ("kind", "left", "right"),
    [
        pytest.param("person", "Jean Dupont", "DUPONT  Jean", id="case-and-order"),
        pytest.param("person", "Élodie Lefèvre", "elodie LEFEVRE", id="accents"),
        pytest.param("person", "e\u0301lodie", "élodie", id="decomposed"),
        pytest.param("person", "Jean-Pierre D'Arc", "JEAN PIERRE D\u2019ARC", id="signs"),
        pytest.param("person", "M. Dupont", "Dupont", id="civility"),
        pytest.param("person", "Strauß", "STRAUSS", id="sharp-s"),
        pytest.param("phone", "06 39 98 12 34", "+33639981234", id="e164"),
        pytest.param("phone", "0033 (0)6.39.98.12.34", "06-39-98-12-34", id="prefix-00"),
        pytest.param("phone", "0692 12 34 56", "+262692123456", id="overseas"),
        pytest.param("email", " Jean@Example.ORG", "jean@example.org", id="email-case"),
        pytest.param("plate", "ab-123-cd", "AB 123 CD", id="plate"),
    ],
)
def test_same_person_same_token(kind: str, left: str, right: str) -> None:
    assert _token(kind, left) == _token(kind, right) is not None


@pytest.mark.parametrize("value", [None, "", "  ", "—", "\t\n"])
@pytest.mark.parametrize("kind", ["person", "phone", "email", "plate"])
def test_empty_has_no_token(kind: str, value: str | None) -> None:
    assert _token(kind, value if kind != "email" or value != "—" else "") is None


@pytest.mark.parametrize(
    ("content", "mode", "message"),
    [
        pytest.param("00" * 16, 0o600, "has 128 bits", id="short"),
        pytest.param("", 0o600, "No token key", id="empty"),
        pytest.param("secret words", 0o600, "Line 1 of the token key file", id="not-hexadecimal"),
        pytest.param("v1:" + "00" * 32 + "\nv2:00", 0o600, "v2 has 8 bits", id="short-second"),
        pytest.param("v1:" + "11" * 32 + "\nv1:" + "22" * 32, 0o600, "v1 stands twice", id="twice"),
        pytest.param("v1:" + "11" * 32 + " 2026-02-30", 0o600, "a day that is not one", id="no-such-day"),
        pytest.param("v0:" + "11" * 32, 0o600, "Line 1", id="no-such-id"),
        pytest.param("00" * 32, 0o644, "read by other users", id="readable-by-others"),
        pytest.param(None, 0o600, "missing", id="missing"),
    ],
)
def test_bad_key_file_is_refused_without_showing_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str | None, mode: int, message: str
) -> None:
    path = tmp_path / "key"
    if content is not None:
        path.write_text(content, encoding="utf-8")
        path.chmod(mode)
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(path))
    with pytest.raises(CalanqueError, match=message) as caught:
        TokenKeys.load()
    assert not content or content not in str(caught.value)
    assert "1111" not in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(("face", "x", "reports"), "no token of kind", id="kind"),
        pytest.param(("person", "x", "Reports!"), "purpose is written", id="purpose"),
        pytest.param(("person", "x", "reports", "v9"), "no token key v9", id="key-id"),
    ],
)
def test_wrong_request_is_refused(arguments: tuple[str, ...], message: str) -> None:
    with pytest.raises(CalanqueError, match=message):
        KEYS.token(*arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize("dumps", [pickle.dumps, cloudpickle.dumps])
def test_keys_never_travel_nor_show(dumps: object) -> None:
    assert TEST_KEY.hex() not in repr(KEYS)
    with pytest.raises(CalanqueError, match="never travel"):
        dumps(KEYS)  # type: ignore[operator]
