"""Synthetic identifiers as they are met: right format and key most of the time, else mistyped or cut short."""

from collections.abc import Callable, Sequence
from random import Random

MISTYPED_RATE = 0.1
MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin"),
    *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
)
_SHORT_MONTHS = ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc.")
_PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTVWXYZ"
_DAYS = (
    *("premier", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize"),
    *("quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf", "vingt", "vingt et un", "vingt-deux"),
)
_DECADES = ("quarante", "cinquante", "soixante", "quatre-vingt")


def digits(rng: Random, count: int) -> str:
    """Return a string of random digits."""
    return "".join(rng.choices("0123456789", k=count))


def grouped(value: str, sizes: Sequence[int], separator: str = " ") -> str:
    """Cut a value in groups; what is left over joins the last one."""
    parts, at = [], 0
    for size in sizes[:-1]:
        parts.append(value[at : at + size])
        at += size
    return separator.join([*parts, value[at:]])


def luhn_key(body: str) -> str:
    """Return the digit that makes body + digit pass Luhn's check (ISO/IEC 7812-1)."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        doubled = int(digit) * (2 if place % 2 == 0 else 1)
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def _mistype(rng: Random, value: str) -> str:
    if rng.random() >= MISTYPED_RATE:
        return value
    place = rng.choice([i for i, c in enumerate(value) if c.isdigit()][-6:])
    return value[:place] + str((int(value[place]) + rng.randint(1, 9)) % 10) + value[place + 1 :]


def nir(rng: Random) -> str:
    """Return a social security number: key 97 - n mod 97, Corsica as 2A or 2B, at times without key."""
    department = rng.choice(["13", "13", "75", "69", "06", "83", "99", "2A", "2B", "97"])
    body = f"{rng.choice('12')}{rng.randint(40, 99)}{rng.randint(1, 12):02d}{department}"
    body += f"{rng.randint(1, 399):03d}{rng.randint(1, 899):03d}"
    key = 97 - int(body.replace("2A", "19").replace("2B", "18")) % 97
    full = f"{_mistype(rng, body)}{key:02d}"
    cut = rng.choices(["spaced", "solid", "no key", "key apart"], [6, 3, 2, 1])[0]
    if cut == "no key":
        return grouped(full[:13], (1, 2, 2, 2, 3, 3)) if rng.random() < 0.5 else full[:13]
    if cut == "key apart":
        return f"{full[:13]} {full[13:]}"
    return grouped(full, (1, 2, 2, 2, 3, 3, 2)) if cut == "spaced" else full


def plate(rng: Random) -> str:
    """Return a plate, SIV (AB-123-CD) or FNI (1234 AB 13), with its separators or not."""
    letters = "".join(rng.choices(_PLATE_LETTERS, k=4))
    separator = rng.choices(["-", " ", ""], [6, 3, 2])[0]
    if rng.random() < 0.78:
        value = separator.join((letters[:2], f"{rng.randint(1, 999):03d}", letters[2:]))
    else:
        separator = " " if separator == "-" else separator
        tail = "".join(rng.choices(_PLATE_LETTERS, k=rng.choice([2, 2, 3])))
        value = separator.join((str(rng.randint(12, 9999)), tail, rng.choice(["13", "83", "2A", "75", "06", "84"])))
    return value.lower() if rng.random() < 0.12 else value


def phone(rng: Random) -> str:
    """Return a phone number: national, +33, 0033, dotted, solid, overseas or foreign."""
    rest = digits(rng, 8)
    start = rng.choices(["6", "7", "4", "9", "1"], [6, 3, 4, 1, 1])[0]
    pairs = grouped(rest, (2, 2, 2, 2))
    return rng.choices(
        [
            f"0{start} {pairs}",
            f"0{start}{rest}",
            f"0{start}.{pairs.replace(' ', '.')}",
            f"0{start}-{pairs.replace(' ', '-')}",
            f"+33 {start} {pairs}",
            f"+33{start}{rest}",
            f"0033 {start} {pairs}",
            f"+33 (0){start} {pairs}",
            f"0692 {grouped(digits(rng, 6), (2, 2, 2))}",
            rng.choice(["+213 55", "+212 66", "+216 2", "+221 77 ", "+39 34", "+351 91 ", "+269 "]) + digits(rng, 7),
            f"0{start}/{pairs.replace(' ', '/')}",
        ],
        [10, 6, 4, 2, 3, 2, 1, 1, 1, 2, 1],
    )[0]


def identity_card(rng: Random) -> str:
    """Return a national identity card number: 12 digits (1988 on) or 9 characters (2021 on)."""
    if rng.random() < 0.6:
        value = f"{rng.randint(10, 22)}{rng.randint(1, 12):02d}13{digits(rng, 6)}"
        return grouped(value, (4, 3, 5)) if rng.random() < 0.2 else value
    return rng.choice("CDFGHJKLMNPRTVWXYZ") + "".join(rng.choices("CFGHJKLMNPRTVWXYZ0123456789", k=7)) + digits(rng, 1)


def passport(rng: Random) -> str:
    """Return a French passport number: two digits, two letters, five digits."""
    parts = (f"{rng.randint(10, 24)}", "".join(rng.choices(_PLATE_LETTERS, k=2)), digits(rng, 5))
    return (" " if rng.random() < 0.15 else "").join(parts)


def residence_permit(rng: Random) -> str:
    """Return a number of residence permit: ten digits of the foreigner's file, or two letters and seven digits."""
    if rng.random() < 0.6:
        return f"{rng.choice(['99', '75', '13', '76'])}{digits(rng, 8)}"
    return "".join(rng.choices("ABCDEFGHJKLMNPRSTUVWXYZ", k=2)) + digits(rng, 7)


def tax_number(rng: Random) -> str:
    """Return a tax number (SPI): ten digits and n mod 511 on three."""
    body = rng.choice("0123") + digits(rng, 9)
    value = _mistype(rng, f"{body}{int(body) % 511:03d}")
    return grouped(value, (2, 2, 3, 3, 3)) if rng.random() < 0.45 else value


def siren(rng: Random) -> str:
    """Return an enterprise number: nine digits, Luhn."""
    body = rng.choice("34589") + digits(rng, 7)
    value = _mistype(rng, body + luhn_key(body))
    return grouped(value, (3, 3, 3)) if rng.random() < 0.6 else value


def siret(rng: Random) -> str:
    """Return an establishment number: a SIREN, then five digits, Luhn over all."""
    start = rng.choice("34589") + digits(rng, 7)
    body = f"{start}{luhn_key(start)}000{rng.randint(1, 9)}"
    value = _mistype(rng, body + luhn_key(body))
    return grouped(value, (3, 3, 3, 5)) if rng.random() < 0.6 else value


def iban(rng: Random) -> str:
    """Return an IBAN, French four times in five; key of ISO 13616."""
    country, size = rng.choices([("FR", 23), ("BE", 12), ("DE", 18), ("ES", 20)], [8, 1, 1, 1])[0]
    account = digits(rng, size)
    number = account + "".join(str(ord(c) - 55) for c in country) + "00"
    value = _mistype(rng, f"{country}{98 - int(number) % 97:02d}{account}")
    return value if rng.random() < 0.3 else grouped(value, [4] * (len(value) // 4 + 1)).strip()


def credit_card(rng: Random) -> str:
    """Return a bank card number of 16 digits, Luhn."""
    body = rng.choice(["4970", "4", "51", "53", "55"])
    body += digits(rng, 15 - len(body))
    value = _mistype(rng, body + luhn_key(body))
    return rng.choice([grouped(value, (4, 4, 4, 4)), value, grouped(value, (4, 4, 4, 4), "-")])


def birth_date(rng: Random) -> str:
    """Return a date of birth in digits, with the month in letters, or wholly in words."""
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(1938, 2015)
    name = MONTHS[month - 1]
    words = rng.choices(range(10), [3, 2, 1, 1, 1, 3, 1, 1, 1, 1])[0]
    if words == 9:
        year_in_words = f"mille neuf cent {rng.choice(_DECADES)}-{rng.choice(['deux', 'cinq', 'sept'])}"
        return f"{_DAYS[rng.randint(1, 22) - 1]} {name} {year_in_words}"
    return (
        f"{day:02d}/{month:02d}/{year}",
        f"{day:02d}-{month:02d}-{year}",
        f"{day:02d}.{month:02d}.{year}",
        f"{year}-{month:02d}-{day:02d}",
        f"{day}/{month}/{year % 100:02d}",
        f"{day} {name} {year}",
        f"{'1er' if day == 1 else day} {_SHORT_MONTHS[month - 1]} {year}",
        f"{day:02d} {month:02d} {year}",
        f"{day:02d}{month:02d}{year}",
    )[words]


def gps(rng: Random) -> str:
    """Return a position near Marseille: decimal degrees, comma or hemisphere letters, or degrees and minutes."""
    lat, lon = 43.2 + rng.random() * 0.2, 5.3 + rng.random() * 0.2
    minutes = (
        f"43°{rng.randint(10, 29)}'{rng.randint(0, 59):02d}\"N 5°{rng.randint(20, 29)}'{rng.randint(0, 59):02d}\"E"
    )
    return rng.choice(
        [f"{lat:.5f}, {lon:.5f}", f"{lat:.6f},{lon:.6f}", f"{lat:.4f} {lon:.4f}", f"{lat:.4f} N, {lon:.4f} E", minutes]
    )


def ip(rng: Random) -> str:
    """Return an address, version 4 four times in five."""
    if rng.random() < 0.8:
        return ".".join(str(rng.randint(1, 254)) for _ in range(4))
    return "2a01:" + ":".join(f"{rng.randint(16, 65535):x}" for _ in range(7))


def agent_number(rng: Random) -> str:
    """Return a number of a police or city agent: five to seven digits, at times a letter before."""
    return rng.choice(["", "", "", "", "A", "PM"]) + digits(rng, rng.choice([5, 6, 6, 6, 7]))


VALUES: dict[str, tuple[str, Callable[[Random], str]]] = {
    "nir": ("FR_NIR", nir),
    "plaque": ("FR_PLATE", plate),
    "tel": ("PHONE_NUMBER", phone),
    "cni": ("FR_IDENTITY_CARD", identity_card),
    "passeport": ("FR_PASSPORT", passport),
    "sejour": ("FR_RESIDENCE_PERMIT", residence_permit),
    "spi": ("FR_TAX_NUMBER", tax_number),
    "siren": ("FR_SIREN", siren),
    "siret": ("FR_SIRET", siret),
    "iban": ("IBAN_CODE", iban),
    "cb": ("CREDIT_CARD", credit_card),
    "naissance": ("BIRTH_DATE", birth_date),
    "gps": ("GPS_POSITION", gps),
    "ip": ("IP_ADDRESS", ip),
    "matricule": ("FR_AGENT_NUMBER", agent_number),
}
"""Word used in templates: gold type and maker."""
