"""Numbers and days in sentences, most of them French. A model takes this module with it."""

WEEKDAYS = {"monday": "lundi", "tuesday": "mardi", "wednesday": "mercredi", "thursday": "jeudi", "friday": "vendredi"}
WEEKDAYS |= {"saturday": "samedi", "sunday": "dimanche"}


def in_french(number: str) -> str:
    """Return numbers as French writes them: `-1,234.5` gives `-1 234,5`, with a narrow space."""
    return number.replace(",", "\u202f").replace(".", ",")


def signed(number: int) -> str:
    """Return a whole number with its sign, as both languages print it, with a true minus; nothing before 0."""
    return f"{number:+d}".replace("-", "\u2212") if number else "0"


def in_number(word: str, shown: float) -> str:
    """Return a word beside a number that is shown: French has the plural from two on, `1,8 fait`, `2,0 faits`."""
    return word if abs(shown) < 2 else f"{word}s"
