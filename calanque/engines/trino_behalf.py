"""For whom the console asks the query door: its accounts are shared, and the journal names the person.

The console says the name beside its query, sealed with the key that the door's events bear. Whoever asks by an account
of their own has no such key, and can put no other's name on what they read. Nothing but the standard library is
imported: the journal's receiver, which reads it, is a process that stays small.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import datetime
from typing import Self
from urllib.parse import quote, unquote

HEADER = "X-Trino-Client-Info"
_SAID = re.compile(r"([!-~]+) ([0-9]{1,12}) ([0-9a-f]{64})")
_FRESH_S = 60


class OnBehalf(str):
    """An account of the query door that asks for a person.

    It equals the account: what one person was answered is the answer to another who asks the same by it.
    """

    __slots__ = ("person",)
    person: str

    def __new__(cls, account: str, person: str) -> Self:
        """Return the account, with whom it asks for."""
        made = super().__new__(cls, account)
        made.person = person
        return made


def said(account: str, person: str, sql: str, key: str, at_s: int) -> str:
    """Return what the console says beside a query: the person, the time, and the seal of both on this query.

    Args:
        account: by which the door is asked.
        person: who reads.
        sql: the query; a seal taken from it fits no other.
        key: of the door's events.
        at_s: when it is asked, in seconds since 1970: a seal that an account's holders have seen is soon worth nothing.
    """
    name = quote(person, safe="")
    message = "\n".join((account, name, str(at_s), sql)).encode()
    return f"{name} {at_s} {hmac.new(key.encode(), message, hashlib.sha256).hexdigest()}"


def person_of(given: str | None, account: str, sql: str, key: str, asked_at: str) -> str | None:
    """Return for whom a query was asked; None where nobody is named, or the seal is not the console's or is old."""
    if not given or not (parts := _SAID.fullmatch(given)):
        return None
    person, at_s = unquote(parts[1]), int(parts[2])
    if not hmac.compare_digest(given, said(account, person, sql, key, at_s)):
        return None
    return person if abs(datetime.fromisoformat(asked_at).timestamp() - at_s) <= _FRESH_S else None
