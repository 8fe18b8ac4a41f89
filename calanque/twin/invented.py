"""Invented personal values: phones of ARCEP's ranges for fiction, domains of RFC 2606, plates not yet issued."""

import random
import re
import unicodedata

_PHONE_PREFIXES = ("063998", "046571", "026191")
_PLATE_LETTERS = "VXYZ"
_PLATE_REST = "ABCDEFGHJKLMNPQRSTVWXYZ"


def cased(draw: random.Random, first: str, last: str) -> str:
    """Return a name as people write it in forms: order and capitals vary."""
    forms = (f"{first} {last}", f"{first} {last.upper()}", f"{last.upper()} {first}", f"{last} {first}".upper())
    return draw.choices(forms, (6, 2, 1, 1))[0]


def phone(draw: random.Random) -> str:
    """Return a French phone number, in one of the ways it is written."""
    digits = draw.choice(_PHONE_PREFIXES) + f"{draw.randrange(10_000):04d}"
    pairs = [digits[i : i + 2] for i in range(0, 10, 2)]
    return draw.choice((digits, " ".join(pairs), ".".join(pairs), "+33 " + digits[1] + " " + " ".join(pairs[1:])))


def email(draw: random.Random, first: str, last: str) -> str:
    """Return an e-mail address made of a name."""
    parts = [
        re.sub(r"[^a-z]+", "-", unicodedata.normalize("NFKD", p.lower()).encode("ascii", "ignore").decode())
        for p in (first, last)
    ]
    return f"{'.'.join(parts)}{draw.randrange(1, 99)}@{draw.choice(('example.org', 'example.net', 'example.com'))}"


def plate(draw: random.Random) -> str:
    """Return a French number plate, in one of the ways it is written."""
    left = draw.choice(_PLATE_LETTERS) + draw.choice(_PLATE_REST)
    right = draw.choice(_PLATE_REST) + draw.choice(_PLATE_REST)
    return draw.choice(("{}-{}-{}", "{} {} {}", "{}{}{}")).format(left, f"{draw.randrange(1, 1000):03d}", right)
