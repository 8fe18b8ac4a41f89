"""One normal form, labelled numbers, closed addresses: tables of what is masked and of what stays. All is invented."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calanque.privacy.forms import normal_form
from calanque.privacy.redact import Redaction, redact

FOLDER = Path(__file__).parent / "privacy_cases" / "forms"
ESCAPE = re.compile(r"\\(?:u[0-9a-f]{4}|x[0-9a-f]{2}|[nrt])")
MARK = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)


def lines(name: str) -> Iterator[str]:
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            topic, text = line.split(maxsplit=1)
            yield f"{topic} {ESCAPE.sub(lambda m: m.group().encode().decode('unicode_escape'), text)}"


FOUND, KEPT = tuple(lines("found.txt")), tuple(lines("kept.txt"))


def plain(line: str) -> str:
    return MARK.sub(r"\1", line.partition(" ")[2])


@pytest.fixture(scope="module")
def redacted() -> dict[str, Redaction]:
    texts = [plain(line) for line in (*FOUND, *KEPT)]
    return dict(zip(texts, redact(texts), strict=True))


@pytest.mark.parametrize("line", FOUND)
def test_every_letter_and_digit_of_a_value_is_masked(line: str, redacted: dict[str, Redaction]) -> None:
    marked, text = line.partition(" ")[2], plain(line)
    masked = {i for span in redacted[text].spans for i in range(span.start, span.end)}
    shift = 0
    for match in MARK.finditer(marked):
        start = match.start() - shift
        readable = [text[i] for i in range(start, start + len(match[1])) if text[i].isalnum() and i not in masked]
        assert readable == []
        shift += 4


@pytest.mark.parametrize("line", KEPT)
def test_what_is_nobodys_stays(line: str, redacted: dict[str, Redaction]) -> None:
    assert redacted[plain(line)].text == plain(line)


def test_the_tables_are_as_long_as_the_page_says() -> None:
    assert len(set(FOUND)) == len(FOUND) >= 450
    assert len(set(KEPT)) == len(KEPT) >= 240


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(alphabet=st.sampled_from("aé0 1&#x;\u0301\u200b\r\nÃ©\ufffd\u0410\uff11ﬁ") | st.characters()))
def test_the_way_back_is_in_order_and_whole(text: str) -> None:
    form, origins = normal_form(text)
    if origins is None:
        assert len(form) == len(text)
    else:
        assert len(origins) == len(form) + 1
        assert list(origins) == sorted(origins)
        assert origins[-1] == len(text)


def test_a_plain_text_has_its_own_offsets() -> None:
    text = "Né à l’Estaque – 12 m², « œuvre » de Noël…"
    assert normal_form(text) == (text, None)
