"""Each type alone: tables of what it must find and what must stay, then laws. All values are invented."""

import json
import re
import string
import time
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calanque.privacy.reading import spans_of, structured
from calanque.privacy.recognisers import STRUCTURED
from calanque.privacy.spans import ENTITY_TYPES, Span, mask, merge
from calanque.privacy.text import prepare

FOLDER = Path(__file__).parent / "privacy_cases"


def told(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


CASES = {path.stem.upper(): told(path.stem) for path in sorted(FOLDER.glob("*.jsonl"))}
FEWEST_CASES = 20


def found(entity: str, text: str) -> list[Span]:
    prepared = prepare(text)
    spans = spans_of(text) if entity == "PERSON" else prepared.restored(structured(prepared))
    return merge(span for span in spans if span.type == entity)


def covers(spans: list[Span], start: int, end: int) -> bool:
    return any(span.start <= start and end <= span.end for span in merge(spans))


@pytest.mark.parametrize(
    ("entity", "case"), [pytest.param(e, case, id=case["id"]) for e, cases in CASES.items() for case in cases]
)
def test_value_is_found_exactly_and_a_hard_negative_stays(entity: str, case: dict[str, Any]) -> None:
    values = [case["text"][span.start : span.end] for span in found(entity, case["text"])]
    assert values == ([] if case["value"] is None else [case["value"]])


PROSE = told("prose/documents")


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFD", c)[0] for c in text)


CASINGS = {"as-written": str, "lower": str.lower, "upper": str.upper, "no-accent": _plain}


@pytest.mark.parametrize("casing", CASINGS)
@pytest.mark.parametrize("document", [pytest.param(d, id=d["id"]) for d in PROSE])
def test_structured_values_of_a_whole_text_are_masked_and_nothing_of_a_plain_one(
    document: dict[str, Any], casing: str
) -> None:
    text = CASINGS[casing](document["text"])
    prepared = prepare(text)
    readable = mask(text, merge(prepared.restored(structured(prepared))))
    left = [v for v in document["values"] if re.search(rf"(?<!\w){re.escape(CASINGS[casing](v))}(?!\w)", readable)]
    assert left == []
    assert document["values"] or readable == text


def test_every_type_has_its_recogniser_and_its_table() -> None:
    assert {recogniser.entity for recogniser in STRUCTURED} | {"PERSON"} == set(ENTITY_TYPES) == set(CASES)
    ids = [case["id"] for cases in CASES.values() for case in cases]
    assert len(ids) == len(set(ids))
    for entity, cases in CASES.items():
        negatives = sum(case["value"] is None for case in cases)
        assert min(negatives, len(cases) - negatives) >= FEWEST_CASES, entity


@pytest.mark.parametrize("case", [pytest.param(case, id=case["id"]) for case in told("prose/lists")])
def test_values_of_a_list_share_one_cue(case: dict[str, Any]) -> None:
    assert [case["text"][s.start : s.end] for s in found(case["entity"], case["text"])] == case["values"]


MARKED = [(e, c) for e, cases in CASES.items() if e != "PERSON" for c in cases if c["value"] is not None]


@given(st.sampled_from(MARKED), st.text("e\u0301🚗\u00a0\u202f…ß«»", max_size=12))
def test_offsets_are_code_points_whatever_comes_before(case: tuple[str, dict[str, Any]], before: str) -> None:
    entity, marked = case
    text = before + "\n" + marked["text"]
    (span,) = found(entity, text)
    assert text[span.start : span.end] == marked["value"]


@given(st.sampled_from(MARKED))
def test_narrow_spaces_and_typographic_signs_change_nothing(case: tuple[str, dict[str, Any]]) -> None:
    entity, marked = case
    text, value = (t.translate({0x20: "\u202f", 0x27: "\u2019"}) for t in (marked["text"], marked["value"]))
    assert covers(found(entity, text), text.index(value), text.index(value) + len(value))


NUMBERS = {
    "FR_NIR": ("NIR : ", 15),
    "CREDIT_CARD": ("carte bancaire ", 16),
    "FR_SIREN": ("SIREN ", 9),
    "FR_SIRET": ("SIRET n° ", 14),
    "FR_TAX_NUMBER": ("numéro fiscal : ", 13),
    "FR_IDENTITY_CARD": ("carte d'identité n° ", 12),
    "FR_RESIDENCE_PERMIT": ("titre de séjour ", 10),
    "FR_DRIVING_LICENCE": ("permis de conduire n° ", 12),
    "FR_HEALTH_NUMBER": ("IPP ", 10),
    "FR_AGENT_NUMBER": ("RIO ", 7),
}


@pytest.mark.parametrize("entity", NUMBERS)
@given(st.data())
def test_number_with_any_key_is_masked_beside_its_cue(entity: str, data: st.DataObject) -> None:
    cue, length = NUMBERS[entity]
    first = data.draw(st.sampled_from("1234"))
    value = first + data.draw(st.text(string.digits, min_size=length - 1, max_size=length - 1))
    if entity == "CREDIT_CARD" and len(set(value)) == 1:
        return
    text = f"{cue}{value}, remis hier."
    assert covers(found(entity, text), len(cue), len(cue) + length)


def test_iban_with_a_wrong_key_is_masked() -> None:
    text = "IBAN FR76 3000 6000 0112 3456 7890 180"
    assert covers(found("IBAN_CODE", text), 5, len(text))


HOSTILE = (
    "1 ", "a.", "a@", "0-", "1.", "rue de la ", "ne a ", ":", "12 rue ", "tel 06 ", "(", "bat a ", "A1", "x*",
    "né le ", "13001 ",
)  # fmt: skip
SMALL_COUNT, GROWTH = 4_000, 8
LARGEST_RATIO = 3.0 * GROWTH


def _duration_s(text: str) -> float:
    prepared = prepare(text)
    started = time.process_time()
    for recogniser in STRUCTURED:
        recogniser.find(prepared)
    return time.process_time() - started


@pytest.mark.parametrize("piece", HOSTILE)
def test_time_grows_as_the_text(piece: str) -> None:
    small = piece * (SMALL_COUNT // len(piece))
    least = max(min(_duration_s(small + "\n" * count) for count in range(2)), 0.002)  # no text twice: they are cached
    # Once more, if another process had the cache of the processor meanwhile.
    assert any(_duration_s(small * GROWTH + "\n" * count) < LARGEST_RATIO * least for count in range(2))
