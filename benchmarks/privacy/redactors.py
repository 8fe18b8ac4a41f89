"""The redactors that are compared: ours, and Presidio as it comes for French."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from generate import Scene, pieces
from metrics import Prediction
from names import CASINGS

Redactor = Callable[[Sequence[str]], list[list[Prediction]]]

WARM_UP = (
    "Dossier de {x1}, habitant {adr}, joignable au {tel}. Plaque relevée : {plaque}. Sécurité sociale {nir}.",
    "Nous avons reçu {f1} et {m2}, le premier né le {naissance}. Courriel : {mail.f1}, compte {pseudo}, IBAN {iban}.",
    "Position {gps}, adresse {ip}, société {siret}, carte {cb}. L'agent {matricule} attend [day], [spot], [hour].",
)
"""Wordings of the texts that warm a redactor: none of the sets has them."""
WARM_UP_COUNT = 192
BATCH_COUNT = 256

_SAME_TYPE = {"LOCATION": "POSTAL_ADDRESS", "DATE_TIME": "BIRTH_DATE"}
"""Types of stock Presidio that are taken, generously, for the type of ours that they come nearest to."""


@dataclass(slots=True)
class Timed:
    """A redactor, its name, and the CPU seconds of its start."""

    name: str
    load_s: float
    redact: Redactor

    def __call__(self, texts: Sequence[str]) -> tuple[list[list[Prediction]], float]:
        """Return the spans masked in each text, and the CPU seconds that it took."""
        start = time.process_time()
        found = self.redact(texts)
        return found, time.process_time() - start


def _timed(name: str, start: Callable[[], Redactor]) -> Timed:
    texts = list(_warm_up())
    begun = time.process_time()
    redactor = start()
    redactor(texts[:1])
    load_s = time.process_time() - begun
    redactor(texts)
    return Timed(name, load_s, redactor)


def _warm_up() -> Iterator[str]:
    for index in range(WARM_UP_COUNT):
        scene = Scene(Random(f"warm/{index}"), CASINGS[index % len(CASINGS)], index)  # noqa: S311 # test data, not keys
        yield "".join(piece.text for piece in pieces(scene, WARM_UP[index % len(WARM_UP)]))


def ours() -> Timed:
    """Return Calanque's redactor, warm."""
    return _timed("calanque", _start_ours)


def _start_ours() -> Redactor:
    from calanque.privacy.redact import redact

    def run(texts: Sequence[str]) -> list[list[Prediction]]:
        batches = [texts[i : i + BATCH_COUNT] for i in range(0, len(texts), BATCH_COUNT)]
        done = [redaction for batch in batches for redaction in redact(batch)]
        return [[Prediction(s.start, s.end, s.type) for s in redaction.spans] for redaction in done]

    return run


def stock() -> Timed:
    """Return Presidio with its own registry for French and spaCy's fr_core_news_md, warm."""
    return _timed("stock presidio", _start_stock)


def _start_stock() -> Redactor:
    import tldextract
    from presidio_analyzer import AnalyzerEngine, BatchAnalyzerEngine, RecognizerRegistry
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    # Without a preset list the e-mail recogniser asks the network for the suffixes of domains.
    tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
    tldextract.extract = tldextract.tldextract.TLD_EXTRACTOR
    model = {"lang_code": "fr", "model_name": "fr_core_news_md"}
    engine = NlpEngineProvider(nlp_configuration={"nlp_engine_name": "spacy", "models": [model]}).create_engine()
    registry = RecognizerRegistry(supported_languages=["fr"])
    registry.load_predefined_recognizers(languages=["fr"], nlp_engine=engine)
    analyzer = BatchAnalyzerEngine(AnalyzerEngine(registry, engine, supported_languages=["fr"]))

    def run(texts: Sequence[str]) -> list[list[Prediction]]:
        found = analyzer.analyze_iterator(texts, language="fr", batch_size=64)
        return [
            [Prediction(r.start, r.end, _SAME_TYPE.get(r.entity_type, r.entity_type)) for r in results]
            for results in found
        ]

    return run
