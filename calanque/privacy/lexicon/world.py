"""First names and surnames of other countries whose people live in France, from Faker's lists; folded.

Lists in Cyrillic, Greek, Armenian and Georgian letters are written in Latin ones.
"""

from functools import cache
from importlib import import_module
from typing import Any

from text_unidecode import unidecode

from calanque.privacy.text import fold

_LOCALES = (
    *("az_AZ", "bg_BG", "cs_CZ", "de_DE", "el_GR", "en_IN", "en_KE", "en_NG", "en_PK", "en_TH", "es_CO", "es_ES"),
    *("fr_BE", "fr_CH", "fr_DZ", "ha_NG", "hr_HR", "hu_HU", "hy_AM", "id_ID", "ig_NG", "it_IT", "ja_JP", "ka_GE"),
    *("lt_LT", "nl_BE", "pl_PL", "pt_BR", "pt_PT", "ro_RO", "ru_RU", "sk_SK", "sl_SI", "sw", "tr_TR", "tw_GH"),
    *("uk_UA", "uz_UZ", "vi_VN", "yo_NG", "zh_CN", "zh_TW"),
)
_SURNAMES = (
    *("last_names", "last_names_male", "last_names_female", "last_romanized_names", "unisex_last_names"),
    "male_last_names",
)
_FIRST_NAMES = ("first_names", "first_names_male", "first_names_female", "first_romanized_names", "middle_names")
_SHORTEST = 3
_ASIAN = frozenset(("vi_VN", "zh_CN", "zh_TW", "ja_JP"))
"""Where names of two letters are names: elsewhere they are particles or initials."""


@cache
def world_names() -> tuple[frozenset[str], frozenset[str]]:
    """Return the first names and the surnames, in Latin letters without accents."""
    first: set[str] = set()
    last: set[str] = set()
    for locale in _LOCALES:
        provider = import_module(f"faker.providers.person.{locale}").Provider
        shortest = 2 if locale in _ASIAN else _SHORTEST
        first |= _folded(provider, _FIRST_NAMES, shortest)
        last |= _folded(provider, _SURNAMES, shortest)
    return frozenset(first), frozenset(last)


def _folded(provider: Any, lists: tuple[str, ...], shortest: int) -> set[str]:
    names = (fold(_latin(str(name))) for attribute in lists for name in getattr(provider, attribute, ()))
    return {name for name in names if len(name) >= shortest and name.isascii()}


def _latin(name: str) -> str:
    return name if name.isascii() or name[0] < "Ͱ" else unidecode(name)
