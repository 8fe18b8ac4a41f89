"""What only reads like a personal value: in free text, where redaction leaves it as it is, and in open columns."""

import re
from typing import Annotated, Literal

from pydantic import Field

from calanque.closed import Closed, Options
from calanque.contracts.patterns import problem_of_pattern

Word = Annotated[str, Field(strict=True, pattern=r"^\S(.*\S)?$")]
_PERSONAL = (
    "Jean Dupont", "DUPONT", "Aïcha", "06 39 98 12 34", "+33639981234", "jean@example.org", "12 rue de Rome",
    "12/03/1985", "AB-123-CD", "1 85 03 13 055 123 45", "@zinou13", "192.0.2.1", "43.2965, 5.3698",
)  # fmt: skip
"""Made up; a pattern that fits one of them fits anybody's."""


PersonalType = Literal[
    "PERSON",
    "EMAIL_ADDRESS",
    "PHONE_NUMBER",
    "FR_NIR",
    "FR_PLATE",
    "IBAN_CODE",
    "POSTAL_ADDRESS",
    "BIRTH_DATE",
    "CREDIT_CARD",
    "HANDLE",
    "IP_ADDRESS",
    "GPS_POSITION",
    "FR_IDENTITY_CARD",
    "FR_PASSPORT",
    "FR_RESIDENCE_PERMIT",
    "FR_DRIVING_LICENCE",
    "FR_TAX_NUMBER",
    "FR_SIREN",
    "FR_SIRET",
    "FR_AGENT_NUMBER",
    "FR_HEALTH_NUMBER",
    "PERSON_NUMBER",
]
"""Types of personal values that the French pack finds."""


class Resemblance(Closed):
    """Types of personal values that values of an open column read like, and why they are none."""

    types: Annotated[tuple[PersonalType, ...], Field(min_length=1)]
    because: Annotated[str, Field(pattern=r"\S")]


class AllowList(Options):
    """Values, and patterns of values, that nobody is meant by, though the pack takes them for personal ones.

    A value that was found is left in clear when it is one of these from its first sign to its last, whatever its case:
    `Paradis` leaves "rue Paradis" and "M. Paradis" alike, `rue Paradis` neither, where the pack found the name alone.
    """

    values: tuple[Word, ...] = ()
    patterns: tuple[Word, ...] = ()

    def regex(self) -> str:
        """Return the regular expression of all of them, from the first sign of a value to its last."""
        return rf"\A(?:{'|'.join([*map(re.escape, self.values), *(f'(?:{one})' for one in self.patterns)])})\Z"

    def problems(self) -> list[str]:
        """Return what is wrong, as sentences."""
        if not self.values and not self.patterns:
            return ["allows nothing: name values or patterns, or leave it out."]
        found = [sentence for one in self.patterns if (sentence := problem_of_pattern(one))]
        return (
            found
            or [
                f"the pattern '{one}' lets '{value}' pass, and so anybody's: say more of what is meant."
                for one in self.patterns
                for value in _PERSONAL
                if re.fullmatch(one, value, re.IGNORECASE | re.DOTALL)
            ][:1]
        )
