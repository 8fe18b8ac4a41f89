"""The one module that imports Presidio: the French pack as recognisers of an analyzer of your own, no network.

All recognisers share one reading of a text, so that they find what `redact` finds, whatever NLP engine stands beside.
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

from presidio_analyzer import AnalysisExplanation, EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts, NoOpNlpEngine
from spacy.tokens import Doc
from spacy.vocab import Vocab

from calanque.privacy.explain import explain
from calanque.privacy.lexicon.vocabulary import lemmas
from calanque.privacy.reading import spans_of
from calanque.privacy.spans import ENTITY_TYPES, Span

LANGUAGE = "fr"

_TOKEN = re.compile(r"([^\W_]+['\u2019]?|\s+|.)( ?)")


@lru_cache(maxsize=1)
def _read(text: str) -> tuple[Span, ...]:
    """Return what one reading finds: Presidio asks every recogniser for its share of it, text by text."""
    return tuple(spans_of(text))


class FrenchNlpEngine(NoOpNlpEngine):
    """An NLP engine without a model: tokens, and lemmas as Lexique has them, for recognisers with words of context."""

    def __init__(self) -> None:
        """Name the language."""
        super().__init__(models=[{"lang_code": LANGUAGE, "model_name": "none"}])
        self._words = Vocab()

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        """Return the tokens of a text, their places and their lemmas; a word that Lexique lacks is its own."""
        found = _TOKEN.findall(text.encode(errors="replace").decode())  # spaCy takes no lone surrogate
        tokens = Doc(self._words, [word for word, _ in found], [bool(space) for _, space in found])
        known, plain = lemmas(), (word.lower().replace("\u2019", "'") for word, _ in found)
        words = [known.get(word, (word, False))[0] for word in plain]
        return NlpArtifacts([], tokens, [token.idx for token in tokens], words, self, language)

    def process_batch(
        self, texts: Iterable[Any], language: str, *_: object, as_tuples: bool = False, **__: object
    ) -> Iterator[Any]:
        """Yield each text with its artifacts, and with what came beside it if it came in a tuple."""
        for item in texts:
            text, *beside = item if as_tuples else (item,)
            yield str(text), self.process_text(str(text), language), *beside

    def is_stopword(self, word: str, language: str) -> bool:
        """Say whether a lemma is a word of grammar, which is no context."""
        return lemmas().get(word, (word, False))[1]

    def is_punct(self, word: str, language: str) -> bool:
        """Say whether a token holds neither letter nor digit."""
        return not any(map(str.isalnum, word))


class Explanation(AnalysisExplanation):
    """Why a value was found: the terms of a name are added up when somebody asks for them."""

    def __init__(self, recognizer: str, text: str, span: Span) -> None:
        """Take the recogniser's name, the text it read and what it found there."""
        self._read = text, span
        super().__init__(recognizer, span.score, pattern_name=span.rule)

    @property
    def textual_explanation(self) -> str:
        """The rule, and of a name the terms of its score."""
        return explain(*self._read)

    @textual_explanation.setter
    def textual_explanation(self, _: str | None) -> None:
        """Presidio's own has none to give."""

    def to_dict(self) -> dict[str, object]:
        """Return the explanation as plain values."""
        kept = {name: value for name, value in self.__dict__.items() if name != "_read"}
        return kept | {"textual_explanation": self.textual_explanation}

    def __repr__(self) -> str:
        return str(self.to_dict())


class PackRecognizer(EntityRecognizer):
    """One type of the pack in Presidio's clothes."""

    def __init__(self, entity: str) -> None:
        """Take one of `calanque.privacy.spans.ENTITY_TYPES`."""
        self.name: str
        super().__init__([entity], name=f"Calanque{entity.title().replace('_', '')}", supported_language=LANGUAGE)

    def load(self) -> None:
        """Need nothing: the data is in the package."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """Return the results of this type."""
        return [self._result(text, span) for span in _read(text) if span.type in self.supported_entities]

    def _result(self, text: str, span: Span) -> RecognizerResult:
        metadata = {
            RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
            RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
            "rule": span.rule,
        }
        explanation = Explanation(self.name, text, span)
        return RecognizerResult(span.type, span.start, span.end, span.score, explanation, recognition_metadata=metadata)


def recognizers() -> list[EntityRecognizer]:
    """Return the pack as Presidio recognisers, for use in an analyzer of your own."""
    return [PackRecognizer(entity) for entity in ENTITY_TYPES]
