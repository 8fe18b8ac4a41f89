"""Names of persons: a learned classifier of words; in a text read whole, other values are set aside before it."""

from calanque.privacy.persons.attributes import view
from calanque.privacy.persons.classifier import ENTITY, classifier, names
from calanque.privacy.spans import Span
from calanque.privacy.text import Prepared


class PersonRecogniser:
    """What the words of a text tell, no value of another kind set aside."""

    entity = ENTITY

    def find(self, text: Prepared) -> list[Span]:
        """Return the names found, scores from `MASK_SCORE` on."""
        seen, model = view(text, text.blanks), classifier()
        return names(text, seen, model.scores(seen), model.threshold)


PERSON = PersonRecogniser()
