"""Keyed tokens (pseudonyms): HMAC-SHA-256 with one key per purpose, the key's id in the token, and no way back.

The master keys come from a file that only its owner reads; each purpose and kind gets its own key by HKDF (RFC 5869),
so that two purposes can never be joined by their tokens.
"""

import base64
import hmac
import os
import re
import stat
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NoReturn

import phonenumbers
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from calanque.errors import CalanqueError
from calanque.settings import settings

TokenKind = Literal["person", "phone", "email", "plate", "identifier"]

KEY_FILE_VARIABLE = "CALANQUE_TOKEN_KEY_FILE"
SECRET_NAME = "token_key"  # noqa: S105  (name of the secret, not the secret)
SHORTEST_KEY_BYTES = 32
_TOKEN_BYTES = 20
_FIRST_KEY_ID = "v1"
_KEY_LINE = re.compile(r"(?:(v[1-9]\d{0,3}):)?([0-9A-Fa-f]*)")
_PURPOSE = re.compile(r"[a-z][a-z0-9_]*")
_PHONE_REGIONS = ("FR", "RE", "GP", "MQ", "GF", "YT", "PM")
_CIVILITIES = frozenset(
    {"m", "mr", "mrs", "mme", "mlle", "monsieur", "madame", "mademoiselle", "dr", "docteur", "me", "maitre"}
)


def _fold(value: str) -> str:
    decomposed = unicodedata.normalize("NFKD", value.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def normalise_person(value: str) -> str:
    """Return a name without case, accents, signs, civility or word order: "M. DUPONT Jean" is "Jean Dupont"."""
    names = re.findall(r"[^\W_]+", _fold(value))
    return " ".join(sorted(n for n in names if n not in _CIVILITIES) or sorted(names))


def normalise_phone(value: str) -> str:
    """Return the number in E.164, national numbers read as French (overseas too); else its digits alone."""
    digits = re.sub(r"[^\d+]", "", unicodedata.normalize("NFKC", value).replace("(0)", ""))
    digits = "+" + digits[2:] if digits.startswith("00") else digits
    try:
        numbers = [phonenumbers.parse(digits, region) for region in _PHONE_REGIONS]
    except phonenumbers.NumberParseException:
        return digits.lstrip("+")
    number = next(filter(phonenumbers.is_valid_number, numbers), numbers[0])
    if not phonenumbers.is_possible_number(number):
        return digits.lstrip("+")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def normalise_email(value: str) -> str:
    """Return the address without blanks or case."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", value)).casefold()


def normalise_identifier(value: str) -> str:
    """Return letters and digits only, without case or accents: a plate, a file number."""
    return re.sub(r"[\W_]+", "", _fold(value))


NORMALISERS: Mapping[str, Callable[[str], str]] = MappingProxyType(
    {
        "person": normalise_person,
        "phone": normalise_phone,
        "email": normalise_email,
        "plate": normalise_identifier,
        "identifier": normalise_identifier,
    }
)


class TokenKeys:
    """The master keys of one installation; they cannot be printed, nor pickled into a Spark plan."""

    __slots__ = ("_derive", "_masters", "current_id")

    def __init__(self, masters: Mapping[str, bytes]) -> None:
        """Take keys by id (`v1`, `v2`…); the highest id makes new tokens.

        Raises:
            CalanqueError: if there is no key, or one has fewer than 256 bits.
        """
        if not masters:
            raise CalanqueError("No token key was given: put one of 256 bits or more, in hexadecimal, in the key file.")
        for key_id, key in masters.items():
            if len(key) < SHORTEST_KEY_BYTES:
                raise CalanqueError(f"The token key {key_id} has {8 * len(key)} bits: make one of at least 256 bits.")
        self._masters = dict(masters)
        self.current_id = max(masters, key=lambda key_id: int(key_id[1:]))
        self._derive = lru_cache(maxsize=256)(self._derived)

    @classmethod
    def load(cls, path: Path | None = None) -> "TokenKeys":
        """Read the keys of this installation.

        Args:
            path: the key file; by default the one `CALANQUE_TOKEN_KEY_FILE` names, else `secrets/token_key` of the
                installation. One key in hexadecimal, or one `v2:HEX` a line while keys rotate.

        Raises:
            CalanqueError: if the file is missing, readable by others, or holds no key of at least 256 bits.
        """
        given = os.environ.get(KEY_FILE_VARIABLE)
        path = path or (Path(given) if given else settings().home / "secrets" / SECRET_NAME)
        if not path.is_file():
            raise CalanqueError(
                f"The token key file is missing: start the stack once, or set {KEY_FILE_VARIABLE} to a key file."
            )
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise CalanqueError("The token key file can be read by other users: run 'chmod 600' on it.")
        return cls(_parse_keys(path.read_text(encoding="utf-8", errors="replace")))

    def token(self, kind: TokenKind, value: str | None, purpose: str, key_id: str | None = None) -> str | None:
        """Return the token of a value, such as `v1:person:` and 32 characters, or None for an empty value.

        Args:
            kind: decides how the value is normalised.
            value: the personal value; None, blanks and bare signs give None.
            purpose: the legal purpose the token is bound to (a contract's `purpose`).
            key_id: another key than the current one, to find rows written before a rotation.

        Raises:
            CalanqueError: if kind, purpose or key id is unknown or badly written.
        """
        if kind not in NORMALISERS:
            raise CalanqueError(f"There is no token of kind '{kind}': choose one of {', '.join(NORMALISERS)}.")
        normal = NORMALISERS[kind](value) if value else ""
        if not normal:
            return None
        used_id = key_id or self.current_id
        digest = hmac.digest(self._derive(used_id, purpose, kind), normal.encode("utf-8", "replace"), "sha256")
        return f"{used_id}:{kind}:{base64.b32encode(digest[:_TOKEN_BYTES]).decode().lower()}"

    def _derived(self, key_id: str, purpose: str, kind: str) -> bytes:
        if not _PURPOSE.fullmatch(purpose):
            raise CalanqueError(
                "A token's purpose is written in lower case, digits and underscores: take it from the contract."
            )
        if key_id not in self._masters:
            raise CalanqueError(
                f"There is no token key {key_id} in the key file: add it, or use one of {', '.join(self._masters)}."
            )
        info = f"calanque/token/{purpose}/{kind}".encode()
        return HKDF(SHA256(), SHORTEST_KEY_BYTES, salt=None, info=info).derive(self._masters[key_id])

    def __repr__(self) -> str:
        """Show ids only."""
        return f"TokenKeys({', '.join(self._masters)})"

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled."""
        raise CalanqueError("Token keys never travel: load them where they are used, with TokenKeys.load().")


def _parse_keys(text: str) -> dict[str, bytes]:
    masters: dict[str, bytes] = {}
    for number, line in enumerate(filter(None, map(str.strip, text.splitlines())), start=1):
        match = _KEY_LINE.fullmatch(line)
        if not match or len(match.group(2)) % 2:
            raise CalanqueError(
                f"Line {number} of the token key file is not a key in hexadecimal (or v2:HEX): write it anew."
            )
        masters[match.group(1) or _FIRST_KEY_ID] = bytes.fromhex(match.group(2))
    return masters
