"""Tokens under many made-up values: equal when they should be, never otherwise; phones as phonenumbers reads them."""

import random
import string
import unicodedata

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calanque.privacy.tokens import NORMALISERS, TokenKeys, normalise_phone

KEYS = TokenKeys({"v1": bytes(range(32)), "v2": bytes(range(32, 64))})
WORD = st.text("abcdefghijklmnopqrstuvwxyzàâäçéèêëîïôöùûüÿœæñ", min_size=2, max_size=12)
# A civility is no part of a name, and alone it is nobody's.
NAME = st.lists(WORD.filter(lambda word: " " in NORMALISERS["person"](f"x {word}")), min_size=1, max_size=4)
PURPOSE = st.from_regex(r"[a-z][a-z0-9_]{0,20}", fullmatch=True)
KIND = st.sampled_from(sorted(NORMALISERS))
REGIONS = ("FR", "RE", "GP", "MQ", "GF", "YT", "PM")


@given(NAME, st.randoms(use_true_random=False))
def test_case_accents_spaces_and_order_do_not_change_a_person(words: list[str], draw: random.Random) -> None:
    shuffled = list(words)
    draw.shuffle(shuffled)
    other = draw.choice(("  ", "\t", "-", "\u00a0")).join(draw.choice((str.upper, str.title))(w) for w in shuffled)
    tokens = {
        KEYS.token("person", form, "reports")
        for form in (" ".join(words), other, unicodedata.normalize("NFD", other), f"  M. {' '.join(words)} ")
    }
    assert len(tokens) == 1


@given(KIND, st.text(max_size=40))
def test_normalising_twice_is_normalising_once(kind: str, value: str) -> None:
    once = NORMALISERS[kind](value)
    assert NORMALISERS[kind](once) == once


@given(KIND, st.text(min_size=1, max_size=30), PURPOSE, PURPOSE)
def test_no_purpose_kind_or_key_shares_a_token(kind: str, value: str, left: str, right: str) -> None:
    tokens = [
        KEYS.token(k, value, purpose, key_id)  # type: ignore[arg-type]
        for k in (kind, "identifier" if kind != "identifier" else "person")
        for purpose in {left, right}
        for key_id in KEYS.ids
    ]
    digests = [token.split(":")[2] for token in tokens if token]
    assert len(set(digests)) == len(digests)


def test_no_collision_among_twenty_thousand_names() -> None:
    draw = random.Random(7)
    names = {" ".join("".join(draw.choices(string.ascii_lowercase, k=7)) for _ in range(2)) for _ in range(20_000)}
    normal = {NORMALISERS["person"](name) for name in names}
    assert len(normal) > 19_900
    assert len({KEYS.token("person", name, "reports") for name in names}) == len(normal)


def by_phonenumbers(digits: str) -> str:
    """Read a number with nothing but phonenumbers: what the fast way must agree with."""
    try:
        numbers = [phonenumbers.parse(digits, region) for region in REGIONS]
    except phonenumbers.NumberParseException:
        return digits.lstrip("+")
    number = next(filter(phonenumbers.is_valid_number, numbers), numbers[0])
    if not phonenumbers.is_possible_number(number):
        return digits.lstrip("+")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


NATIONAL = st.from_regex(r"0[0-9]{9}", fullmatch=True)
ABROAD = st.from_regex(r"\+33[0-9]{8,10}", fullmatch=True)
OVERSEAS = st.from_regex(r"0(262|263|590|594|596|508|639|69[0-9]|70[0-9]|97[0-9])[0-9]{6}", fullmatch=True)


@given(NATIONAL | ABROAD | OVERSEAS | st.from_regex(r"\+?[0-9]{1,15}", fullmatch=True))
def test_a_phone_is_what_phonenumbers_says(digits: str) -> None:
    if not digits.startswith("00"):
        assert normalise_phone(digits) == by_phonenumbers(digits)


@pytest.mark.parametrize("second", range(1, 10))
def test_a_phone_of_each_prefix_is_what_phonenumbers_says(second: int) -> None:
    draw = random.Random(second)
    for rest in range(1000):
        digits = f"0{second}{rest:03d}{draw.randrange(10**5):05d}"
        written = " ".join(digits[at : at + 2] for at in range(0, 10, 2))
        assert normalise_phone(written) == by_phonenumbers(digits)


@given(NATIONAL, st.sampled_from((" ", ".", "-", "\u00a0", "/")))
def test_how_a_phone_is_written_does_not_matter(digits: str, sign: str) -> None:
    pairs = sign.join(digits[at : at + 2] for at in range(0, 10, 2))
    wide = digits.translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    assert normalise_phone(digits) == normalise_phone(pairs) == normalise_phone(f"({pairs})") == normalise_phone(wide)
