"""Towns that a postcode or "demeurant à" may name, and lands; folded, no hyphens."""

from calanque.privacy.lexicon.word_lists import listed

TOWNS, LANDS = listed("towns", ","), listed("lands", ",")
LONGEST_TOWN_WORD_COUNT = max(len(name.replace("'", " ").split()) for name in TOWNS)
PLACES = TOWNS | LANDS
