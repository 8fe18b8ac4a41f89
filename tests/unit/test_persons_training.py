"""The classifier of names: trained alike in every process, read without scikit-learn, and able to say why."""

import io
import json
from contextlib import redirect_stdout
from pathlib import Path

import pytest
from apart import run_apart

from calanque.engines.tracking import LoggedRun, RunRecord
from calanque.errors import CalanqueError
from calanque.privacy.explain import explain
from calanque.privacy.lines import redact_lines
from calanque.privacy.persons.attributes import CASINGS, attributes, of_neighbour, of_word
from calanque.privacy.persons.classifier import Classifier, classifier
from calanque.privacy.persons.kinds import kind
from calanque.privacy.persons.terms import readable
from calanque.privacy.reading import seen, structured
from calanque.privacy.redact import redact
from calanque.privacy.text import prepare
from ml.persons.copies import masked, misread, recased, swapped
from ml.persons.steps import card, train, train_persons
from ml.persons.texts import Marked, marked, sentences, written

TEXT = "Le témoin, marchand, a vu Mme Aïcha Benali, 06 39 98 12 34.\nLe lycée Jean Moulin est fermé ; N. Petit aussi."
TRAINING = """
from ml.persons.copies import swapped
from ml.persons.steps import train
from ml.persons.texts import written
from ml.persons.train import weights_text

texts = written()[::400]
sets = {"written": texts, "other": [swapped(text, str(i)) for i, text in enumerate(texts)]}
print(weights_text(train(sets, -3.0).weights, -3.0, ()))
"""
BLOCKED = """
import sys
for name in ("sklearn", "scipy"):
    sys.modules[name] = None
from calanque.privacy.redact import redact
print(redact(["Vu Mme Aïcha Benali hier."])[0].text)
"""
DATED = """
from calanque.privacy.redact import redact
print([done.text for done in redact(["Inès Moreau, 03/05/11", "Hugo (04/02/2016)", "Paul Moreau, 3 mai 1999 à Lyon"])])
"""
LATER = """
import datetime
class Later(datetime.date):
    today = classmethod(lambda _: datetime.date(2051, 1, 1))
datetime.date = Later
"""
WEIGHED = """
from calanque.privacy.lexicon.shape import name_shape
print([name_shape(w) for w in ('ndombasi', 'vrba', 'karagozian', 'soilihi', 'reparer')])
"""


def here(code: str) -> str:
    """Return what code prints in this process, whose hashes have a seed of their own."""
    with redirect_stdout(io.StringIO()) as printed:
        exec(code, {})
    return printed.getvalue().strip()


def view_of(text: str):
    prepared = prepare(text)
    return seen(prepared, structured(prepared))


def test_the_same_texts_give_the_same_weights_in_every_process() -> None:
    # Some seconds: another process must read all that is learnt from, or the order of its sets would not be told.
    told = here(TRAINING)
    assert run_apart(TRAINING, PYTHONHASHSEED="1") == told
    assert len(told.splitlines()) > 200


def test_names_are_found_without_scikit_learn_and_weigh_alike_in_every_process() -> None:
    assert run_apart(BLOCKED + WEIGHED, PYTHONHASHSEED="1").splitlines() == ["Vu Mme <PERSON> hier.", here(WEIGHED)]
    assert "0." in here(WEIGHED)


def test_a_text_is_read_alike_in_another_year() -> None:
    assert run_apart(LATER + DATED, PYTHONHASHSEED="1") == here(DATED)
    assert "<BIRTH_DATE>" in here(DATED)


def test_sums_that_are_kept_are_those_of_the_attributes() -> None:
    """What makes it fast must not change what it says."""
    words, model = view_of(TEXT), classifier()
    for index, score in enumerate(model.scores(words)):
        assert score == pytest.approx(sum(weight for _, weight in model.terms(words, index)))
    assert model.scores(view_of("")) == model.scores(view_of("12 !")) == []


def test_a_word_is_told_as_it_is_whatever_its_casing() -> None:
    assert [readable(f"cw={casing}bail") for casing in CASINGS] == ["the word “bail”"] * len(CASINGS)


def test_each_weight_is_readable() -> None:
    names = {readable(attribute) for attribute in classifier().weights}
    assert {"role before", "comma after", "odds of its being a name", "value of another kind before"} <= names
    assert not {name for name in names if name.startswith(("-", "+", "<", ">")) or "=" in name.replace("“=”", "")}


def test_attributes_know_a_word_by_what_it_is_not_by_which_name() -> None:
    key = view_of("Vu Benali.").keys[1]
    assert not [a for a in (*of_word(key), *of_neighbour(key, -1)) if "benali" in a]
    assert kind(view_of("le voisin").keys[1]).endswith("role")
    words = view_of(TEXT)
    assert all(list(attributes(words, i)) == list(attributes(words, i)) for i in range(len(words.keys)))


def test_kept_sums_are_forgotten_when_they_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("calanque.privacy.persons.classifier._MOST_KEPT", 3)
    model = Classifier({"bias": -1.0, "c=T": 2.0}, 0.0)
    assert len(model.scores(view_of(TEXT))) == len(view_of(TEXT).keys)
    assert len(model._words) <= 3


# why


def test_explain_tells_the_terms_of_each_name() -> None:
    out = io.StringIO()
    redact_lines([json.dumps({"id": 1, "text": "Vu Mme Benali, 06 39 98 12 34."})], out, io.StringIO(), True)
    head, text, why, *_ = out.getvalue().splitlines()
    assert head.startswith("# 1 (pack ")
    assert "[Benali](PERSON" in text
    assert why.startswith("  person.words from ")
    assert "Benali +" in why
    assert "title before +" in why


def test_a_name_of_a_later_reading_is_explained_by_what_that_reading_saw() -> None:
    text = "Mme Aïcha Benali attend."
    [done] = redact([text])
    [span] = done.spans
    assert explain(text, span) == explain(text, span, done.spans)
    assert explain(text, span).count(": ") == 2
    assert explain("tel 06 39 98 12 34", redact(["tel 06 39 98 12 34"])[0].spans[0]) == "phone_number.french"


# the texts it learns from


def test_marks_and_copies_keep_the_values_where_they_are() -> None:
    document = marked("Vu [[PERSON|Jean-Paul DUPONT]] au [[PHONE_NUMBER|06 39 98 12 34]], né [[PERSON|Dupont]].")
    copies = [swapped(document, "1"), misread(document, "1"), recased(document, True), recased(document, False)]
    for copy in copies:
        kinds = [entity for _, _, entity in copy.values]
        assert kinds == ["PERSON", "PHONE_NUMBER", "PERSON"]
        assert copy.text.lower().startswith(("vu ", "v"))
    other = copies[0]
    first, _, last = (other.text[start:end] for start, end, _ in other.values)
    assert first.split()[-1].isupper()
    assert last.casefold() == first.split()[-1].casefold()
    assert swapped(document, "1") == other != swapped(document, "2")
    assert masked(document, "1").text.count("<PERSON>") == 3 - len(masked(document, "1").values)


def test_every_series_of_authors_is_a_fold_and_sentences_are_marked() -> None:
    assert {document.series for document in written()} == set(range(1, 15))
    lines = sentences()
    assert len(lines) > 400
    assert {entity for line in lines for _, _, entity in line.values} == {"PERSON"}
    assert not [line for line in lines if "[[" in line.text or "]]" in line.text]
    assert sum(not line.values for line in lines) > 100


def test_a_training_on_few_texts_finds_most_of_their_names_and_says_so() -> None:
    """The full fit is the command's work; scores are compared here, not bytes."""
    texts = [Marked(d.text, d.values, d.series) for d in written() if d.series < 3][::16]
    trained = train({"written": texts, "capitals": texts[:3], "small": texts[:3]}, say=lambda _: None)
    chosen = trained.figures["written"][trained.threshold]
    assert chosen.persons > 50
    assert chosen.leak < 0.35
    assert chosen.over_mask < 0.12
    told = card(trained, {"written": len(texts)})
    assert "(chosen)" in told
    assert f"| written | {len(texts)} |" in told


def test_the_command_writes_the_weights_and_says_where_the_run_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = [document for document in written() if document.series < 3][::40]
    sets = [("written", few), ("capitals", few[:1]), ("small", few[:1])]
    kept: list[RunRecord] = []

    def log_run(record: RunRecord) -> LoggedRun:
        kept.append(record)
        if len(kept) > 1:
            raise CalanqueError("The MLflow server does not answer.")
        return LoggedRun("7", "1", "persons", "1")

    monkeypatch.setattr("ml.persons.steps.learning_sets", lambda: iter(sets))
    monkeypatch.setattr("ml.persons.steps.tracking.log_run", log_run)
    monkeypatch.setattr("ml.persons.steps.tracking.run_page", lambda run_id: f"page of {run_id}")
    said: list[str] = []
    told = train_persons(tmp_path / "weights.tsv", said.append)
    assert said[-1] == "Kept in MLflow: page of 7"
    assert kept[0].texts["card.md"] == told
    assert kept[0].metrics.keys() >= {"leak.written", "over_mask.small"}
    assert (tmp_path / "weights.tsv").read_text("utf-8").startswith("# Weights of calanque.privacy.persons")
    train_persons(tmp_path / "weights.tsv", said.append)
    assert said[-1] == "Not kept in MLflow: The MLflow server does not answer."
