"""The one module that imports Presidio and spaCy: the French pack as recognisers of one warm analyzer, no network.

None of Presidio's stock recognisers is loaded, so `tldextract` is never asked for its list; the model is an installed
package, so nothing is downloaded. Patterns run first; the language model reads only the sentences where a capital or a
cue is left once their findings are set aside.
"""

import gc
import logging
import re
from collections import defaultdict
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache, partial
from importlib.metadata import distribution, version
from pathlib import Path
from typing import Any, TypeVar, cast

import spacy
from presidio_analyzer import AnalyzerEngine, EntityRecognizer, RecognizerRegistry, RecognizerResult
from presidio_analyzer.context_aware_enhancers import ContextAwareEnhancer
from presidio_analyzer.nlp_engine import NerModelConfiguration, NlpArtifacts, SpacyNlpEngine
from spacy.language import Language
from spacy.tokenizer import Tokenizer
from spacy.tokens import Doc
from spacy.vocab import Vocab

from calanque.privacy.budget import OverBudgetError
from calanque.privacy.columns import in_columns
from calanque.privacy.lexicon.shape import name_shape
from calanque.privacy.mend import found_in_mended
from calanque.privacy.model_input import inputs_for, placed
from calanque.privacy.persons.names import mentions, read_names
from calanque.privacy.recognisers import PACK, STRUCTURED
from calanque.privacy.rules import Recogniser
from calanque.privacy.spans import MASK_SCORE, Span, merge
from calanque.privacy.text import prepare

Limit = Callable[[], AbstractContextManager[None]]
Found = TypeVar("Found")
LANGUAGE = "fr"
MODEL = "fr_core_news_md"
BATCH_SIZE = 128
_CACHED_SENTENCE_COUNT = 20_000
_LONG = 5_000
_STRETCH = 64
"""Characters of a text whose spans are compared with each other."""
_EMPTY_VOCABULARY = Vocab()
_UNUSED_PARTS = [
    *("tok2vec", "morphologizer", "parser", "senter", "attribute_ruler", "lemmatizer"),
    *("tokenizer", "vocab"),
]
# spaCy's own French tokenizer compiles its exceptions for over a second; these signs split French as well for names.
_PLAIN_LANGUAGE = {"nlp": {"lang": "xx", "tokenizer": {"@tokenizers": "spacy.Tokenizer.v1"}}}
_SIGNS = r"""\[\]()"'«»\u201c\u201d\u201e\u2018\u2019…,;:!?./\-–—*•#@<>=+~|"""
_PREFIX = re.compile(f"^[{_SIGNS}]")
_SUFFIX = re.compile(f"[{_SIGNS}%€]$")
_INFIX = re.compile(r"(?<=[A-Za-zÀ-ÿ]['\u2019])|[,;:/()\[\]«»\"\u201c\u201d|=+*…]|(?<=[A-Za-z])\.(?=[A-Z])")

logging.getLogger("presidio-analyzer").setLevel(logging.ERROR)


def _model_folder() -> Path:
    name = MODEL.replace("_", "-")
    return Path(str(distribution(name).locate_file(f"{MODEL}/{MODEL}-{version(name)}")))


class _Reading:
    """What rules alone found in a text, and the sentences that the model is to read of it."""

    def __init__(self, text: str) -> None:
        self._text = prepare(text)
        patterns = found_in_mended(STRUCTURED, self._text)
        self._names = read_names(self._text, merge(patterns))
        self._known = [*patterns, *in_columns(self._text), *self._names.spans]
        self._wanted = inputs_for(self._text, self._known, self._names)
        self.asked = {item.text for item in self._wanted}

    def spans(self, persons: Mapping[str, Sequence[tuple[int, int]]]) -> list[Span]:
        """Return all that is found, with what the model found in each sentence."""
        spans = [*self._known]
        spans += (span for item in self._wanted for span in placed(item, self._names, persons[item.text]))
        spans += mentions(self._names, spans)
        return self._text.restored(spans)


def _within(limit: Limit, work: Callable[[], Found]) -> Found | None:
    try:
        with limit():
            return work()
    except OverBudgetError:
        return None


class FrenchArtifacts(NlpArtifacts):
    """What the engine knows of one text before the recognisers run: spans of the patterns and of the model."""

    def __init__(self, engine: SpacyNlpEngine, spans: list[Span]) -> None:
        """Keep the spans; tokens and lemmas are not computed, no recogniser of ours reads them."""
        super().__init__(
            entities=[],
            tokens=Doc(_EMPTY_VOCABULARY),
            tokens_indices=[],
            lemmas=[],
            nlp_engine=engine,
            language=LANGUAGE,
        )
        self.spans = spans


class FrenchNlpEngine(SpacyNlpEngine):
    """spaCy's entity recogniser alone, behind the patterns, with a cache of exact sentences."""

    def __init__(self) -> None:
        """Name the model; `load` reads it."""
        super().__init__(
            models=[{"lang_code": LANGUAGE, "model_name": MODEL}],
            ner_model_configuration=NerModelConfiguration(model_to_presidio_entity_mapping={"PER": "PERSON"}),
        )
        self._known: dict[str, tuple[tuple[int, int], ...]] = {}

    def load(self) -> None:
        """Read the entity recogniser and its word vectors; the rest of the package would triple the start."""
        self._model: Language = spacy.load(MODEL, exclude=_UNUSED_PARTS, config=_PLAIN_LANGUAGE)
        # Vectors are looked up by hash: their strings would take a third of the start.
        self._model.vocab.vectors.from_disk(_model_folder() / "vocab", exclude=["strings"])
        self._model.tokenizer = Tokenizer(
            self._model.vocab,
            prefix_search=_PREFIX.search,
            suffix_search=_SUFFIX.search,
            infix_finditer=_INFIX.finditer,
        )
        self.nlp = {LANGUAGE: self._model}  # type: ignore[assignment]  # Presidio declares it None

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        """Return the artifacts of one text."""
        return self.artifacts([text])[0]

    def process_batch(  # type: ignore[override]  # Presidio's two base classes disagree with each other
        self,
        texts: list[str] | list[tuple[str, object]],
        language: str,
        batch_size: int = BATCH_SIZE,
        n_process: int = 1,
        as_tuples: bool = False,
        **_: Any,
    ) -> Generator[tuple[Any, NlpArtifacts] | tuple[Any, NlpArtifacts, Any], None, None]:
        """Yield (text, artifacts), or (text, artifacts, context), as Presidio's batch engine wants them."""
        pairs = [(str(item[0]), item[1]) if as_tuples else (str(item), None) for item in texts]
        found = self.artifacts([text for text, _context in pairs])
        for (text, context), artifacts in zip(pairs, found, strict=True):
            yield (text, artifacts, context) if as_tuples else (text, artifacts)

    def artifacts(self, texts: Sequence[str]) -> list[FrenchArtifacts]:
        """Return the artifacts of each text; the model is called once for all of them."""
        return [FrenchArtifacts(self, spans or []) for spans in self.spans_of(texts, [nullcontext] * len(texts))]

    def spans_of(self, texts: Sequence[str], limits: Sequence[Limit]) -> list[list[Span] | None]:
        """Return what the patterns, the name rules and the model find in each text, overlaps included.

        Args:
            texts: any number; the model is called once for all of them.
            limits: what each text is read within.

        Returns:
            None of a text that went over its limit.
        """
        read = [_within(limit, partial(_Reading, text)) for text, limit in zip(texts, limits, strict=True)]
        for index, reading in enumerate(read):
            # What the model reads of a long text is at that text's own cost.
            if (
                reading
                and len(texts[index]) > _LONG
                and not _within(limits[index], partial(self._learn, reading.asked))
            ):
                read[index] = None
        self._learn({sentence for reading in read if reading for sentence in reading.asked})
        return [
            None if reading is None else _within(limit, partial(reading.spans, self._known))
            for reading, limit in zip(read, limits, strict=True)
        ]

    def _learn(self, sentences: set[str]) -> bool:
        if len(self._known) > _CACHED_SENTENCE_COUNT:
            self._known.clear()
        unknown = sorted(sentences - self._known.keys(), key=len)
        for sentence, doc in zip(unknown, self._model.pipe(unknown, batch_size=BATCH_SIZE), strict=True):
            self._known[sentence] = tuple((e.start_char, e.end_char) for e in doc.ents if e.label_ == "PER")
        return True


class PackRecognizer(EntityRecognizer):
    """One recogniser of the pack in Presidio's clothes; it works in any analyzer, and reuses our engine's spans."""

    def __init__(self, recogniser: Recogniser) -> None:
        """Wrap a recogniser of `calanque.privacy.recognisers`."""
        self.recogniser = recogniser
        self.name: str
        name = f"Calanque{recogniser.entity.title().replace('_', '')}"
        super().__init__([recogniser.entity], name=name, supported_language=LANGUAGE)

    def load(self) -> None:
        """Need nothing: the data is in the module."""

    def analyze(
        self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts | None = None
    ) -> list[RecognizerResult]:
        """Return the results of this type."""
        known = nlp_artifacts.spans if isinstance(nlp_artifacts, FrenchArtifacts) else None
        spans = self._found(text) if known is None else known
        return [self._result(span) for span in spans if span.type == self.recogniser.entity]

    def _found(self, text: str) -> list[Span]:
        prepared = prepare(text)
        return prepared.restored([*self.recogniser.find(prepared), *in_columns(prepared)])

    def _result(self, span: Span) -> RecognizerResult:
        metadata = {
            RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
            RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
            "rule": span.rule,
        }
        return RecognizerResult(span.type, span.start, span.end, span.score, recognition_metadata=metadata)


class _NoEnhancer(ContextAwareEnhancer):
    """Our rules look for their cues themselves, tolerant of accents; lemmas are not computed."""

    def __init__(self) -> None:
        super().__init__(0.0, 0.0, 0, 0)

    def enhance_using_context(
        self, text: str, raw_results: list[RecognizerResult], *_: Any, **__: Any
    ) -> list[RecognizerResult]:
        return raw_results


def recognizers() -> list[EntityRecognizer]:
    """Return the pack as Presidio recognisers, for use in an analyzer of your own."""
    return [PackRecognizer(recogniser) for recogniser in PACK]


@cache
def analyzer() -> AnalyzerEngine:
    """Return this process's analyzer, built on first call (about a second) and kept warm."""
    registry = RecognizerRegistry(recognizers=recognizers(), supported_languages=[LANGUAGE])
    engine = AnalyzerEngine(
        registry=registry,
        nlp_engine=FrenchNlpEngine(),
        supported_languages=[LANGUAGE],
        context_aware_enhancer=_NoEnhancer(),
        default_score_threshold=MASK_SCORE,
    )
    name_shape("calanque")
    # Lexicons and model live as long as the process: the collector need not walk them again and again.
    gc.collect()
    gc.freeze()
    return engine


def analyze_batch(texts: Sequence[str], limits: Sequence[Limit]) -> list[list[Span] | None]:
    """Return the spans of each text, overlaps included, sorted; offsets are code points of the given text.

    Args:
        texts: any number.
        limits: what each of them is read within.

    Returns:
        None of a text that went over its limit.
    """
    # The analyzer would ask every recogniser for its share of these spans, text by text, and sort them again.
    found = cast("FrenchNlpEngine", analyzer().nlp_engine).spans_of(texts, limits)
    return [
        None if spans is None else _within(limit, partial(_best, spans))
        for spans, limit in zip(found, limits, strict=True)
    ]


def _best(spans: list[Span]) -> list[Span]:
    """Return the spans that are masked, without those that lie in one of their own type with a better score."""
    kept: list[Span] = []
    covering: defaultdict[tuple[str, int], list[Span]] = defaultdict(list)
    for span in sorted(spans, key=lambda s: (-s.score, s.start, -s.end)):
        first, last = span.start // _STRETCH, span.end // _STRETCH
        is_held = any(k.start <= span.start and span.end <= k.end for k in covering[span.type, first])
        if span.score >= MASK_SCORE and not is_held:
            kept.append(span)
            for stretch in range(first, last + 1):
                covering[span.type, stretch].append(span)
    return sorted(kept)
