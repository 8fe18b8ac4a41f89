"""The pack and a city's own recognisers in Presidio's clothes, and an NLP engine without a model; no network.

The engines that ask them are in `calanque.privacy.presidio_engines`.
"""

import logging
import re
from collections.abc import Iterable, Iterator
from typing import Any

from presidio_analyzer import (
    AnalysisExplanation,
    EntityRecognizer,
    LemmaContextAwareEnhancer,
    RecognizerResult,
    pattern_recognizer,
)
from presidio_analyzer.nlp_engine import NlpArtifacts, NoOpNlpEngine
from presidio_analyzer.recognizer_registry import RecognizerRegistryProvider
from spacy.tokens import Doc
from spacy.vocab import Vocab

from calanque.errors import CalanqueError
from calanque.privacy.city import LANGUAGE, CityFile, city_file, city_path
from calanque.privacy.explain import explain
from calanque.privacy.lexicon.vocabulary import lemmas
from calanque.privacy.reading import pack_spans
from calanque.privacy.spans import ENTITY_TYPES, Span
from calanque.privacy.text import Prepared, prepare

# A pattern that took a minute is passed over, and its text goes on in clear: the budget of a text ends it before.
pattern_recognizer.REGEX_TIMEOUT_SECONDS = 24 * 3600
# It says at every text that it looks for its recognisers.
for _name in ("presidio-analyzer", "presidio-anonymizer"):
    logging.getLogger(_name).setLevel(logging.WARNING)

PACK = "Calanque"
_TOKEN = re.compile(r"([^\W_]+['\u2019]?|\s+|.)( ?)")
_MADE = frozenset(("tokens", "tokens_indices", "lemmas", "keywords"))


class Artifacts(NlpArtifacts):
    """A text as the pack reads it; its tokens are made when a recogniser with words of context looks at them."""

    def __init__(self, text: str, prepared: Prepared | None, nlp_engine: "FrenchNlpEngine") -> None:
        """Take a text, and what was prepared of it: then its offsets are those of the prepared one."""
        self.text, self.prepared, self.nlp_engine = text, prepared, nlp_engine
        self.entities, self.scores, self.language = [], [], LANGUAGE

    def __getattr__(self, name: str) -> Any:
        """Make the tokens at the first look."""
        if name not in _MADE:
            raise AttributeError(name)
        self.__dict__ |= {part: made for part, made in vars(self.nlp_engine.tokens(self.text)).items() if part in _MADE}
        return self.__dict__[name]


class FrenchNlpEngine(NoOpNlpEngine):
    """An NLP engine without a model: tokens, and lemmas as Lexique has them, for recognisers with words of context."""

    def __init__(self) -> None:
        """Name the language."""
        super().__init__(models=[{"lang_code": LANGUAGE, "model_name": "none"}])
        self._words = Vocab()

    def tokens(self, text: str) -> NlpArtifacts:
        """Return the tokens of a text, their places and their lemmas; a word that Lexique lacks is its own."""
        found = _TOKEN.findall(text.encode(errors="replace").decode())  # spaCy takes no lone surrogate
        tokens = Doc(self._words, [word for word, _ in found], [bool(space) for _, space in found])
        known, plain = lemmas(), (word.lower().replace("\u2019", "'") for word, _ in found)
        words = [known.get(word, (word, False))[0] for word in plain]
        return NlpArtifacts([], tokens, [token.idx for token in tokens], words, self, LANGUAGE)

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        """Return a text whose tokens are made when somebody asks for them."""
        return Artifacts(text, None, self)

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
    """Why the pack found a value: the terms of a name are added up when somebody asks for them."""

    def __init__(self, text: str, span: Span) -> None:
        """Take the text that was read and what was found there."""
        self._read = text, span
        super().__init__(PACK, span.score, pattern_name=span.rule)

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
    """The whole pack as one recogniser of all its types: a text is read once, whatever is asked for."""

    name: str

    def __init__(self) -> None:
        """Name the types."""
        super().__init__(list(ENTITY_TYPES), name=PACK, supported_language=LANGUAGE)

    def load(self) -> None:
        """Need nothing: the data is in the package."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """Return what the pack finds in a text, of the types that are asked for."""
        known = nlp_artifacts.prepared if isinstance(nlp_artifacts, Artifacts) else None
        prepared = known or prepare(text)
        spans = pack_spans(prepared)
        return [
            self._result(text, span) for span in (spans if known else prepared.restored(spans)) if span.type in entities
        ]

    def _result(self, text: str, span: Span) -> RecognizerResult:
        metadata = {
            RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
            RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
            "rule": span.rule,
        }
        explanation = Explanation(text, span)
        return RecognizerResult(span.type, span.start, span.end, span.score, explanation, recognition_metadata=metadata)


class Context(LemmaContextAwareEnhancer):
    """Presidio's own, which copies every result: those of recognisers without words of context stay as they are."""

    def enhance_using_context(
        self,
        text: str,
        raw_results: list[RecognizerResult],
        nlp_artifacts: NlpArtifacts,
        recognizers: list[EntityRecognizer],
        context: list[str] | None = None,
    ) -> list[RecognizerResult]:
        """Return the results, with the scores that a word beside them raises."""
        with_words = {one.id for one in recognizers if one.context}
        key = RecognizerResult.RECOGNIZER_IDENTIFIER_KEY
        raised = [one for one in raw_results if one.recognition_metadata[key] in with_words]
        if not raised:
            return raw_results
        rest = [one for one in raw_results if one.recognition_metadata[key] not in with_words]
        return rest + super().enhance_using_context(text, raised, nlp_artifacts, recognizers, context)


def recognizers() -> list[EntityRecognizer]:
    """Return the pack and a city's own as Presidio recognisers, for use in an analyser of your own.

    Raises:
        CalanqueError: if the city's file is wrong.
    """
    return recognizers_of(city_file())


def recognizers_of(city: CityFile) -> list[EntityRecognizer]:
    """Return the pack and the recognisers of a city's file."""
    return [PackRecognizer(), *_city_recognizers(city)]


def _city_recognizers(city: CityFile) -> list[EntityRecognizer]:
    if not city.recognizers:
        return []
    try:
        provider = RecognizerRegistryProvider(registry_configuration=city.registry())
        loaded = list(provider.create_recognizer_registry().recognizers)
    except ValueError as error:
        raise CalanqueError(f"{city_path().name}: Presidio can not read it: {' '.join(str(error).split())}.") from error
    # It loads others in silence where it does not know what is meant.
    names, asked = sorted(str(one.to_dict()["name"]) for one in loaded), sorted(one.name for one in city.recognizers)
    if names != asked:
        raise CalanqueError(
            f"{city_path().name}: Presidio loads {', '.join(names)} of it, where it names {', '.join(asked)}."
        )
    return loaded
