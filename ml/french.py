"""Numbers and days in French sentences. A model takes this module with it."""

WEEKDAYS = {"monday": "lundi", "tuesday": "mardi", "wednesday": "mercredi", "thursday": "jeudi", "friday": "vendredi"}
WEEKDAYS |= {"saturday": "samedi", "sunday": "dimanche"}


def in_french(number: str) -> str:
    """Return numbers as French writes them: `-1,234.5` gives `-1 234,5`, with a narrow space."""
    return number.replace(",", "\u202f").replace(".", ",")
