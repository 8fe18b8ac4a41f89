"""The pack in plain Presidio, beside recognisers of Presidio's own. All persons are invented."""

import logging

import pytest
from presidio_analyzer import AnalyzerEngine, BatchAnalyzerEngine, Pattern, PatternRecognizer, RecognizerRegistry
from presidio_analyzer.predefined_recognizers import PhoneRecognizer

from calanque.privacy.presidio import FrenchNlpEngine, recognizers
from calanque.privacy.redact import find_values
from ml.persons.texts import written

LOCKER = PatternRecognizer(
    "LOCKER", patterns=[Pattern("locker", r"\b[A-Z]\d{2}\b", 0.2)], context=["casier"], supported_language="fr"
)
"""A recogniser as Presidio's users write them: weak alone, sure beside its word."""
PHONE = PhoneRecognizer(supported_language="fr", supported_regions=("FR",))
VALUES = {"nom": "M. Jean Dupont", "contact": ["tel 06 39 98 12 34", "rien"], "age": 7, "garde": {"par": "Mme Benali"}}


def engine(*beside: PatternRecognizer) -> AnalyzerEngine:
    """Return an analyser of the pack and of what stands beside it."""
    registry = RecognizerRegistry(recognizers=[*recognizers(), *beside], supported_languages=["fr"])
    return AnalyzerEngine(registry, FrenchNlpEngine(), supported_languages=["fr"])


def scores(text: str) -> list[float]:
    """Return the score of each locker of a text."""
    [batch] = BatchAnalyzerEngine(engine(LOCKER)).analyze_iterator([text], "fr")
    alone = engine(LOCKER).analyze(text, "fr")
    assert alone == batch
    return [result.score for result in alone if result.entity_type == "LOCKER"]


@pytest.mark.parametrize(
    ("text", "score"),
    [
        pytest.param("Rangé en B12 hier.", 0.2, id="no-context"),
        pytest.param("Rangé au casier B12 hier.", 0.55, id="its-word"),
        pytest.param("CASIERS de la salle des agents : B12", 0.55, id="plural-behind-words-of-grammar"),
        pytest.param("casier\n\n  [ B12 \ud800", 0.55, id="signs-and-lines-between"),
    ],
)
def test_a_recogniser_beside_the_pack_is_raised_by_its_context(text: str, score: float) -> None:
    assert scores(text) == [pytest.approx(score)]


def test_tokens_are_the_text_and_lemmas_are_of_the_dictionary() -> None:
    nlp = FrenchNlpEngine()
    nlp.load()
    text = "L\u2019agent a vu  deux chevaux_\n\nBenali"
    artifacts = nlp.process_text(text, "fr")
    assert artifacts.tokens.text == text
    assert [text[place] for place in artifacts.tokens_indices] == [token.text[0] for token in artifacts.tokens]
    assert {"agent", "voir", "cheval", "benali"} <= set(artifacts.keywords)
    assert not {"l'", "l\u2019", "deux ", "_", "\n\n"} & set(artifacts.keywords)
    beside = [(one, number) for one, _, number in nlp.process_batch([("a", 1), ("b", 2)], "fr", as_tuples=True)]
    assert beside == [("a", 1), ("b", 2)]


def test_engines_and_our_own_reading_find_the_same_with_a_reason_for_each() -> None:
    texts = [document.text for document in written()[::25]]
    analyzer = engine()
    batch = BatchAnalyzerEngine(analyzer).analyze_iterator(texts, "fr", batch_size=16, return_decision_process=True)
    assert len(texts) > 100
    for text, found, ours in zip(texts, batch, find_values(texts), strict=True):
        places = sorted((r.start, r.end, r.entity_type, r.score) for r in found)
        assert places == [(s.start, s.end, s.type, s.score) for s in ours]
        assert places == sorted((r.start, r.end, r.entity_type, r.score) for r in analyzer.analyze(text, "fr"))
        for result in found:
            told = result.analysis_explanation
            assert told.recognizer.startswith("Calanque") and told.original_score == result.score
            assert told.textual_explanation.startswith(told.pattern_name)


def test_the_decision_process_tells_the_terms_of_a_name() -> None:
    [result] = engine().analyze("Vu Mme Benali hier.", "fr", return_decision_process=True)
    told = result.analysis_explanation
    assert "title before +" in told.textual_explanation
    assert "title before +" in str(told)
    assert told.to_dict()["pattern_name"] == "person.words"


def test_presidio_has_nothing_to_warn_of_and_may_warn(caplog: pytest.LogCaptureFixture) -> None:
    analyzer = engine(PHONE)
    with caplog.at_level(logging.WARNING, "presidio-analyzer"):
        values = {one.key: one.recognizer_results for one in BatchAnalyzerEngine(analyzer).analyze_dict(VALUES, "fr")}
        assert [one.entity_type for one in values["nom"]] == ["PERSON"]
        assert {one.entity_type for one in values["contact"][0]} == {"PHONE_NUMBER"} and not values["contact"][1]
        assert [one.recognizer_results[0].entity_type for one in values["garde"]] == ["PERSON"]
        assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
        analyzer.analyze("rien", "fr", entities=["PERSON", "NOBODYS"])
    assert "NOBODYS" in caplog.text
