"""Word lists that are files of this folder: general knowledge, folded, no case and no accents.

`asia_*` and `communities_*` are names of communities living in France that INSEE's lists of births until 2000 lack or
rank too low; `brands` are proper nouns that name no person (brands, medicines, eponyms of clinical French);
`common_words` are words of municipal French that end a name and never start one. `towns` are communes of 15,000
inhabitants, and of 3,000 in Provence; `lands` are countries, departments, regions and large towns abroad.
"""

from functools import cache
from pathlib import Path


@cache
def listed(name: str, sign: str | None = None) -> frozenset[str]:
    """Return the words of a list; `sign` parts those that have blanks in them."""
    text = Path(__file__).with_name(f"{name}.txt").read_text(encoding="utf-8")
    return frozenset(text.strip().replace("\n", sign).split(sign) if sign else text.split())


BRANDS, COMMON_WORDS = listed("brands"), listed("common_words")
COMMUNITY_NAMES = {True: listed("communities_first_names"), False: listed("communities_surnames")}
"""By whether they are first names."""
