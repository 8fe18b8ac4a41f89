"""For whom the console asks the query door: its accounts are shared, and the journal names the person.

The console says the name beside its query, sealed with the key that the door's events bear. Whoever asks by an account
of their own has no such key, and can put no other's name on what they read. Nothing but the standard library is
imported: the journal's receiver, which reads it, is a process that stays small.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Self
from urllib.parse import quote, unquote

HEADER = "X-Trino-Client-Info"


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


def said(account: str, person: str, sql: str, key: str) -> str:
    """Return what the console says beside a query: the person, and the seal of this person on this query.

    Args:
        account: by which the door is asked.
        person: who reads.
        sql: the query; a seal taken from it fits no other.
        key: of the door's events.
    """
    name = quote(person, safe="")
    message = "\n".join((account, name, sql)).encode()
    return f"{name} {hmac.new(key.encode(), message, hashlib.sha256).hexdigest()}"


def person_of(given: str | None, account: str, sql: str, key: str) -> str | None:
    """Return for whom a query was asked; None where nobody is named, or the seal is not the console's."""
    person = unquote((given or "").partition(" ")[0])
    is_sealed = bool(person) and hmac.compare_digest((given or "").encode(), said(account, person, sql, key).encode())
    return person if is_sealed else None
