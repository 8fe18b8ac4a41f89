"""Keyed tokens (pseudonyms): HMAC-SHA-256 with one key per purpose, the key's id in the token, and no way back.

The master keys come from a file that only its owner reads, or from the environment (see `calanque.privacy.key_file`);
each purpose and kind gets its own key by HKDF (RFC 5869), so that two purposes can never be joined by their tokens.
"""

import base64
import hmac
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NoReturn

import phonenumbers
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from calanque.errors import CalanqueError
from calanque.privacy.key_file import SHORTEST_KEY_BYTES, check_length, read_keys

TokenKind = Literal["person", "phone", "email", "plate", "identifier"]

_TOKEN_BYTES = 20
PURPOSE = re.compile(r"[a-z][a-z0-9_]*")
_NO_DIAL_SIGN = re.compile(r"[^\d+]")
_PHONE_REGIONS = ("FR", "RE", "GP", "MQ", "GF", "YT", "PM")
_OVERSEAS_CODES = (262, 590, 594, 596, 508)
_NUMBER_KINDS = (
    *("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost"),
    *("personal_number", "voip", "pager", "uan", "voicemail"),
)
_KNOWN_PHONE_COUNT = 10_000
_CIVILITIES = frozenset(
    {"m", "mr", "mrs", "mme", "mlle", "monsieur", "madame", "mademoiselle", "dr", "docteur", "me", "maitre"}
)


def _fold(value: str) -> str:
    # Decomposed before as well as after: a styled letter ("\U0001d670") has no lower case of its own.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", value).casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def normalise_person(value: str) -> str:
    """Return a name without case, accents, signs, civility or word order: "M. DUPONT Jean" is "Jean Dupont"."""
    names = re.findall(r"[^\W_]+", _fold(value))
    return " ".join(sorted(n for n in names if n not in _CIVILITIES) or sorted(names))


def normalise_phone(value: str) -> str:
    """Return the number in E.164, national numbers read as French (overseas too); else its digits alone."""
    plain = value if value.isascii() else unicodedata.normalize("NFKC", value)
    digits = _NO_DIAL_SIGN.sub("", plain.replace("(0)", ""))
    digits = "+" + digits[2:] if digits.startswith("00") else digits
    french = _plainly_french().fullmatch(digits)
    return f"+33{french['abroad'] or french['home']}" if french else _e164(digits)


@cache
def _plainly_french() -> re.Pattern[str]:
    """Compile which numbers are French whatever phonenumbers would say of them: most need no parsing.

    +33 and nine digits always is; ten digits from 0 are when they are valid in France, or valid nowhere overseas.
    """
    overseas = {r for code in _OVERSEAS_CODES for r in phonenumbers.region_codes_for_country_code(code)}
    french, elsewhere = _valid_numbers(["FR"]), _valid_numbers(sorted(overseas))
    nine = r"[1-9]\d{8}"
    national = rf"(?={nine}\Z)(?:{french})|(?!(?:{elsewhere})\Z){nine}"
    return re.compile(rf"\+33(?P<abroad>{nine})|0(?P<home>{national})", re.ASCII)


def _valid_numbers(regions: Sequence[str]) -> str:
    known = [phonenumbers.PhoneMetadata.metadata_for_region(region) for region in regions]
    found = [getattr(region, kind) for region in known if region for kind in _NUMBER_KINDS]
    return "|".join(kind.national_number_pattern for kind in found if kind and kind.national_number_pattern)


@lru_cache(maxsize=_KNOWN_PHONE_COUNT)
def _e164(digits: str) -> str:
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
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", value)).casefold()
    # A sign that decomposes into a blank and an accent leaves the accent to the letter before it.
    return unicodedata.normalize("NFKC", plain)


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
            check_length(key_id, key)
        self._masters = dict(masters)
        self.current_id = max(masters, key=lambda key_id: int(key_id[1:]))
        self._derive = lru_cache(maxsize=256)(self._derived)

    @classmethod
    def load(cls, path: Path | None = None) -> "TokenKeys":
        """Read the keys of this installation, or those of a key file.

        Raises:
            CalanqueError: if the file is missing, readable by others, or holds no key of at least 256 bits.
        """
        return cls({key.key_id: key.secret for key in read_keys(path)})

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the ids of all keys; the tokens of one person under each of them find every row about them."""
        return tuple(self._masters)

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
        if not PURPOSE.fullmatch(purpose):
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
