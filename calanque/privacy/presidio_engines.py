"""Presidio's engines, by which every text is read and masked and every token made: the one place that calls them.

`AnalyzerEngine` asks the French pack and a city's own recognisers, raises a score by its context, leaves out what is
allowed and says why. `AnonymizerEngine` replaces what was found, by placeholders in a text and by a token in a cell.
"""

import gc
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from presidio_analyzer import AnalyzerEngine, RecognizerRegistry, RecognizerResult
from presidio_anonymizer import AnonymizerEngine
from presidio_anonymizer.entities import OperatorConfig
from presidio_anonymizer.entities import RecognizerResult as Masked
from presidio_anonymizer.operators import Operator, OperatorType

from calanque.privacy.budget import Budget, OverBudgetError
from calanque.privacy.city import FLAGS, LANGUAGE, CityFile, city_file
from calanque.privacy.lexicon.shape import name_shape
from calanque.privacy.lexicon.vocabulary import lemmas
from calanque.privacy.presidio import Artifacts, Context, FrenchNlpEngine, recognizers_of
from calanque.privacy.spans import MASK_SCORE, Span
from calanque.privacy.text import prepare
from calanque.privacy.tokens import TokenKeys, TokenKind


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


@lru_cache(maxsize=1)
def _analyzer(city: CityFile) -> tuple[AnalyzerEngine, FrenchNlpEngine]:
    registry = RecognizerRegistry(recognizers=recognizers_of(city), supported_languages=[LANGUAGE])
    nlp = FrenchNlpEngine()
    engine = AnalyzerEngine(registry, nlp, supported_languages=[LANGUAGE])
    # Given at once, it warns that an engine without a model has no lemmas: ours has.
    engine.context_aware_enhancer = Context()
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
    name_shape("calanque")
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
