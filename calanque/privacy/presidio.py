"""The one module that imports Presidio: its engines read and mask every text, and make every token; no network.

Its `AnalyzerEngine` asks two kinds of recognisers, the French pack as one and a city's own (`calanque.privacy.city`),
raises a score by its context, leaves out what is allowed, and says why. Its `AnonymizerEngine` replaces what was found,
by placeholders in a text and by a token in a cell.
"""

import gc
import logging
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Any

from presidio_analyzer import (
    AnalysisExplanation,
    AnalyzerEngine,
    EntityRecognizer,
    LemmaContextAwareEnhancer,
    RecognizerRegistry,
    RecognizerResult,
)
from presidio_analyzer.nlp_engine import NlpArtifacts, NoOpNlpEngine
from presidio_analyzer.recognizer_registry import RecognizerRegistryProvider
from presidio_anonymizer import AnonymizerEngine
from presidio_anonymizer.entities import OperatorConfig
from presidio_anonymizer.entities import RecognizerResult as Masked
from presidio_anonymizer.operators import Operator, OperatorType
from spacy.tokens import Doc
from spacy.vocab import Vocab

from calanque.errors import CalanqueError
from calanque.privacy.budget import Budget, OverBudgetError
from calanque.privacy.city import FLAGS, LANGUAGE, CityFile, city_file, city_path
from calanque.privacy.explain import explain
from calanque.privacy.lexicon.vocabulary import lemmas
from calanque.privacy.reading import pack_spans
from calanque.privacy.spans import ENTITY_TYPES, MASK_SCORE, Span
from calanque.privacy.text import Prepared, prepare
from calanque.privacy.tokens import TokenKeys, TokenKind

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


class _Context(LemmaContextAwareEnhancer):
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


class Tokenise(Operator):
    """An operator of Presidio's anonymiser: the keyed token of a whole cell, bound to a purpose."""

    def operate(self, text: str, params: dict[str, Any] | None = None) -> str:
        """Return the token; an empty text where nothing is left of the value."""
        said = params or {}
        keys: TokenKeys = said["keys"]
        return keys.token(said["kind"], text, said["purpose"], said["key_id"]) or ""

    def validate(self, params: dict[str, Any] | None = None) -> None:
        """Nothing can be wrong that the contract let pass."""

    def operator_name(self) -> str:
        """Return the name by which a configuration asks for it."""
        return "token"

    def operator_type(self) -> OperatorType:
        """Return that it anonymises."""
        return OperatorType.Anonymize


def recognizers() -> list[EntityRecognizer]:
    """Return the pack and a city's own as Presidio recognisers, for use in an analyser of your own.

    Raises:
        CalanqueError: if the city's file is wrong.
    """
    return _recognizers(city_file())


def _recognizers(city: CityFile) -> list[EntityRecognizer]:
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


@lru_cache(maxsize=1)
def _analyzer(city: CityFile) -> tuple[AnalyzerEngine, FrenchNlpEngine]:
    registry = RecognizerRegistry(recognizers=_recognizers(city), supported_languages=[LANGUAGE])
    nlp = FrenchNlpEngine()
    engine = AnalyzerEngine(registry, nlp, supported_languages=[LANGUAGE])
    # Given at once, it warns that an engine without a model has no lemmas: ours has.
    engine.context_aware_enhancer = _Context()
    if any(one.context for one in registry.recognizers):
        lemmas()  # read once, at no text's cost
    return engine, nlp


@cache
def _anonymizer() -> AnonymizerEngine:
    engine: AnonymizerEngine = AnonymizerEngine()  # type: ignore[no-untyped-call]
    engine.add_anonymizer(Tokenise)
    return engine


def analyze_batch(
    texts: Sequence[str], budgets: Sequence[Budget], allowed: str | None = None
) -> list[list[Span] | None]:
    """Return the spans of each text that are masked, overlaps included, sorted; offsets are of the given text.

    Args:
        texts: any number.
        budgets: what each of them is read within.
        allowed: a regular expression; a value that fits it whole is left as it is.

    Returns:
        None of a text that went over its budget.
    """
    _warm()
    engines = _analyzer(city_file())
    return [_within(engines, budget, text, allowed) for text, budget in zip(texts, budgets, strict=True)]


def _within(
    engines: tuple[AnalyzerEngine, FrenchNlpEngine], budget: Budget, text: str, allowed: str | None
) -> list[Span] | None:
    try:
        with budget.spending():
            return _found(*engines, text, allowed)
    except OverBudgetError:
        return None


def _found(engine: AnalyzerEngine, nlp: FrenchNlpEngine, text: str, allowed: str | None) -> list[Span]:
    prepared = prepare(text)
    results = engine.analyze(
        prepared.original,
        LANGUAGE,
        score_threshold=MASK_SCORE,
        return_decision_process=True,
        allow_list=[allowed] if allowed else None,
        allow_list_match="regex",
        regex_flags=FLAGS,
        nlp_artifacts=Artifacts(prepared.original, prepared, nlp),
    )
    return sorted(prepared.restored(map(_span, results)))


def _span(result: RecognizerResult) -> Span:
    """Return a result as a span; of a city's recogniser the rule is its pattern, and the word that made it surer."""
    rule, told = result.recognition_metadata.get("rule"), result.analysis_explanation
    if rule is None:
        beside = f" beside {told.supportive_context_word}" if told.supportive_context_word else ""
        rule = f"{told.recognizer}.{told.pattern_name}{beside}"
    return Span(result.start, result.end, result.entity_type, result.score, rule)


@cache
def _warm() -> None:
    """Read the word lists and the weights, once a process and at no text's cost."""
    _found(*_analyzer(city_file()), "M. Dupont, 06 39 98 12 34", None)
    _anonymizer()
    # They live as long as the process: the collector need not walk them again and again, nor all else that is loaded.
    gc.freeze()


def masked(text: str, spans: Sequence[Span]) -> str:
    """Return the text with `<TYPE>` in place of each span; spans are sorted and do not overlap."""
    if not spans:
        return text
    found = [Masked(span.type, span.start, span.end, span.score) for span in spans]
    return str(_anonymizer().anonymize(text, found, merge_entities_with_spaces=False).text)


def tokens(
    values: Sequence[str | None], keys: TokenKeys, kind: TokenKind, purpose: str, key_id: str | None = None
) -> list[str | None]:
    """Return the token of each value: the same value, the same token; None of what is blank."""
    operators = {"DEFAULT": OperatorConfig("token", {"keys": keys, "kind": kind, "purpose": purpose, "key_id": key_id})}
    engine = _anonymizer()
    made = {
        value: engine.anonymize(value, [Masked(kind.upper(), 0, len(value), 1.0)], operators).text or None
        for value in dict.fromkeys(values)
        if value
    }
    return [made[value] if value else None for value in values]
