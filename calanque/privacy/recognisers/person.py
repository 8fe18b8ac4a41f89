"""Names of persons: by their words, their casing and what stands beside them; the language model settles doubts."""

from calanque.privacy.persons.names import ENTITY, mentions, read_names
from calanque.privacy.spans import Span
from calanque.privacy.text import Prepared


class PersonRecogniser:
    """What the words alone tell; a doubt is left to the language model where there is one."""

    entity = ENTITY

    def find(self, text: Prepared) -> list[Span]:
        """Return the names found, overlaps included, scores from `MASK_SCORE` on."""
        reading = read_names(text)
        return [*reading.spans, *mentions(reading, reading.spans)]


PERSON = PersonRecogniser()
