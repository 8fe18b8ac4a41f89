"""Presidio's engines do the work, with recognisers that a city adds by a YAML file alone. All persons are invented."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from presidio_analyzer import AnalyzerEngine, pattern_recognizer
from presidio_anonymizer.operators import Replace
from typer.testing import CliRunner

from calanque.cli.main import app
from calanque.errors import CalanqueError
from calanque.privacy import budget, city
from calanque.privacy.presidio_engines import Tokenise
from calanque.privacy.protect import protect_batches
from calanque.privacy.recognisers import PACK_VERSION
from calanque.privacy.redact import pack_version, redact

HEAD = "supported_languages: [fr]\nrecognizers:\n"
LOCKER = (
    "  - name: Casiers\n    supported_language: fr\n    supported_entity: LOCKER\n"
    "    patterns: [{name: casier, regex: '\\b[A-Z]\\d{2}\\b', score: 0.2}]\n    context: [casier]\n"
)
NICKNAMES = (
    "  - name: Surnoms\n    supported_language: fr\n    supported_entity: PERSON\n"
    "    deny_list: [le Grand Blond, la Puce]\n"
)
PLAN = {"note": "redact", "who": "token:person:reports"}
FRAME = pd.DataFrame({"note": ["Vu Mme Aïcha Benali, tel 06 39 98 12 34"], "who": ["Jean Dupont"]})


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the city's file is; there is none yet."""
    path = tmp_path / "recognisers.yml"
    monkeypatch.setattr(city, "city_path", lambda: path)
    return path


def masked(text: str) -> str:
    return redact([text])[0].text


def test_texts_and_fields_are_protected_by_presidios_engines_and_by_nothing_else(
    key_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each engine is made to do something else, one after the other, and what comes out is that."""
    (done,) = protect_batches([FRAME], PLAN)
    assert done["note"][0] == "Vu Mme <PERSON>, tel <PHONE_NUMBER>" and done["who"][0].startswith("v1:person:")
    monkeypatch.setattr(Replace, "operate", lambda *_, **__: "<HANDLE>")
    monkeypatch.setattr(Tokenise, "operate", lambda *_, **__: "a token")
    (done,) = protect_batches([FRAME], PLAN)
    assert done.to_dict("records") == [{"note": "Vu Mme <HANDLE>, tel <HANDLE>", "who": "a token"}]
    monkeypatch.setattr(AnalyzerEngine, "analyze", lambda *_, **__: [])
    (done,) = protect_batches([FRAME], PLAN)
    assert done["note"][0] == FRAME["note"][0]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("Rangé en B12 hier.", "Rangé en B12 hier.", id="weak-alone"),
        pytest.param("Clé du casier B12, merci", "Clé du casier <LOCKER>, merci", id="beside-its-word"),
        pytest.param("CASIERS DE LA SALLE : B12", "CASIERS DE LA SALLE : <LOCKER>", id="its-plural-in-capitals"),
        pytest.param("casier \uff22\uff11\uff12", "casier <LOCKER>", id="full-width"),
        pytest.param("casier B&#49;2", "casier <LOCKER>", id="an-entity-of-HTML"),
        pytest.param("Mme Benali, casier B12", "Mme <PERSON>, casier <LOCKER>", id="beside-the-packs"),
        pytest.param("C'est le grand blond qui l'a dit", "C'est <PERSON> qui l'a dit", id="a-list-in-any-case"),
        pytest.param("<LOCKER> et casier <LOCKER>", "<LOCKER> et casier <LOCKER>", id="masked-already"),
    ],
)
def test_a_recogniser_of_the_file_masks_beside_the_pack(text: str, told: str, file: Path) -> None:
    file.write_text(HEAD + LOCKER + NICKNAMES, encoding="utf-8")
    assert masked(text) == told
    assert masked(told) == told


def test_without_the_file_nothing_of_it_is_masked_or_taken_for_masked(file: Path) -> None:
    assert masked("casier B12") == "casier B12"
    # A placeholder is a word that was masked: who writes his own name so is not hidden from the reading.
    assert masked("Vu <DUPONT> hier") == "Vu <<PERSON>> hier"
    file.write_text(HEAD + LOCKER.replace("LOCKER", "DUPONT"), encoding="utf-8")
    assert masked("Vu <DUPONT> hier") == "Vu <DUPONT> hier"
    file.unlink()
    assert pack_version() == PACK_VERSION


def test_what_the_file_says_now_is_read_and_is_of_the_packs_version(file: Path) -> None:
    file.write_text(HEAD + LOCKER, encoding="utf-8")
    before = pack_version()
    assert before.startswith(f"{PACK_VERSION}+") and masked("casier B12") == "casier <LOCKER>"
    file.write_text(HEAD + LOCKER.replace("d{2}", "d{3}"), encoding="utf-8")
    assert pack_version() not in {before, PACK_VERSION}
    assert (masked("casier B12"), masked("casier B123")) == ("casier B12", "casier <LOCKER>")
    file.unlink()
    assert masked("casier B123") == "casier B123"


def test_a_worker_reads_with_the_recognisers_that_came_with_its_batch(file: Path) -> None:
    file.write_text(HEAD + LOCKER, encoding="utf-8")
    came = city.city_file()
    file.unlink()
    frame = pd.DataFrame({"note": ["casier B12"]})
    (done,) = protect_batches([frame], {"note": "redact"}, city=came)
    (after,) = protect_batches([frame], {"note": "redact"})
    assert (done["note"][0], after["note"][0]) == ("casier <LOCKER>", "casier B12")


def test_the_decision_process_and_the_counts_are_told(file: Path) -> None:
    file.write_text(HEAD + LOCKER, encoding="utf-8")
    lines = "\n".join(json.dumps({"id": n, "text": text}) for n, text in enumerate(["casier B12", "Vu M. Dupont"]))
    out = CliRunner().invoke(app, ["redact", "--explain"], input=lines).stdout
    assert "[B12](LOCKER 0.55 Casiers.casier beside casier)" in out
    assert "title before +" in out
    assert f"# 2 texts, 2 values masked (pack {pack_version()})" in out
    assert "#   LOCKER Casiers.casier beside casier: 1" in out and "#   PERSON person.words: 1" in out


WRONG: dict[str, tuple[str, str]] = {
    "a-typo": (LOCKER.replace("context", "contexte"), "'recognizers.0.contexte': is not a known field"),
    "another-language": (LOCKER.replace("language: fr", "language: en"), "'recognizers.0.supported_language'"),
    "a-predefined-one": (LOCKER + "    type: predefined\n", "'recognizers.0.type'"),
    "a-type-in-small-letters": (LOCKER.replace("LOCKER", "locker"), "'recognizers.0.supported_entity'"),
    "a-bad-pattern": (LOCKER.replace(r"\d{2}", "(unclosed"), "is no regular expression"),
    "fits-nothing-at-all": (LOCKER.replace(r"\b[A-Z]\d{2}\b", "[A-Z]*"), "fits a text without a character"),
    "finds-nothing": (LOCKER.replace(LOCKER.splitlines()[3] + "\n", ""), "finds nothing"),
    "a-score-of-two": (LOCKER.replace("0.2", "2"), "'recognizers.0.patterns.0.score'"),
    "a-name-twice": (LOCKER * 2, "the name Casiers stands twice"),
    "a-word-that-is-a-number": (NICKNAMES.replace("la Puce", "13"), "'recognizers.0.deny_list.1'"),
    "an-alias": (LOCKER.replace("[casier]", "&a [casier]"), "an anchor or alias"),
}


@pytest.mark.parametrize(("text", "sentence"), WRONG.values(), ids=WRONG.keys())
def test_a_file_that_is_wrong_is_told_and_nothing_is_redacted(text: str, sentence: str, file: Path) -> None:
    file.write_text(HEAD + text, encoding="utf-8")
    with pytest.raises(CalanqueError) as caught:
        redact(["casier B12"])
    assert sentence in str(caught.value) and "recognisers.yml" in str(caught.value)
    answer = CliRunner().invoke(app, ["feeds", "check", "citizen_reports"])
    assert answer.exit_code != 0 and sentence in " ".join(answer.output.split())


SLOW = {"repeats-of-repeats": (r"(a|aa)+$", "a" * 60 + "!"), "lines-of-cells": ("^(.*?,){25}P", "a,b," * 400)}


@pytest.mark.parametrize(("pattern", "long"), SLOW.values(), ids=SLOW.keys())
def test_a_pattern_that_takes_too_long_is_told_and_masks_the_text_whole(pattern: str, long: str, file: Path) -> None:
    wrong = LOCKER.replace(r"\b[A-Z]\d{2}\b", pattern)
    file.write_text(HEAD + wrong, encoding="utf-8")
    answer = CliRunner().invoke(app, ["feeds", "check", "citizen_reports"])
    assert answer.exit_code != 0 and "recogniser 'Casiers', pattern 'casier' takes more than" in answer.output
    before, done, after = redact(["Jean Dupont", long, "Jean Dupont"])
    assert before.text == after.text == "<PERSON>"
    assert done.text == "<UNREAD_TEXT>"


def test_presidio_passes_over_no_pattern_before_its_text_has_used_its_share(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With Presidio's own minute the text would go on in clear: here a second of it, and a share of four."""
    assert pattern_recognizer.REGEX_TIMEOUT_SECONDS > budget.LEAST_S + budget.PER_CHARACTER_S * 64 * 2**20
    slow, text = SLOW["repeats-of-repeats"]
    file.write_text(HEAD + LOCKER.replace(r"\b[A-Z]\d{2}\b", slow), encoding="utf-8")
    monkeypatch.setattr(budget, "LEAST_S", 1.0)
    assert masked(text) == "<UNREAD_TEXT>"
    monkeypatch.setattr(pattern_recognizer, "REGEX_TIMEOUT_SECONDS", 0.2)
    assert masked(text) == text, "this is what the longer time-out is for"


def test_a_plain_pattern_is_not_slow() -> None:
    assert not city.is_slow(r"\b[A-Z]\d{2}\b")
    assert not city.is_slow(r"\b(?:TK|MC)-\d{4}-\d{1,6}\b")


def listed(**said: Any) -> str:
    from calanque.contracts.allow_list import AllowList

    return AllowList(**said).regex()


@pytest.mark.parametrize(
    ("said", "text", "told"),
    [
        pytest.param({"values": ["Paradis"]}, "à Paradis, Mme Paradis", "à Paradis, Mme Paradis", id="value"),
        pytest.param({"values": ["paradis"]}, "Vu Mme PARADIS hier", "Vu Mme PARADIS hier", id="in-any-case"),
        pytest.param({"values": ["Paradis"]}, "Vu Mme Jeanne Paradis", "Vu Mme <PERSON>", id="only-whole"),
        pytest.param(
            {"patterns": [r"AB-\d{3}-ZZ"]}, "ref AB-123-ZZ, AB-123-CD", "ref AB-123-ZZ, <FR_PLATE>", id="pattern"
        ),
        pytest.param({"values": ["Dupon."]}, "Vu Mme Dupont", "Vu Mme <PERSON>", id="a-value-is-no-pattern"),
    ],
)
def test_what_a_contract_allows_is_left(said: dict[str, Any], text: str, told: str) -> None:
    (done,) = redact([text], allowed=listed(**said))
    assert done.text == told
    assert redact([done.text], allowed=listed(**said))[0].text == told
    assert redact([text])[0].text != told or "<" in told
