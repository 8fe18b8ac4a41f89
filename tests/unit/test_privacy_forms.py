"""One normal form, labelled numbers, closed addresses: tables of what is masked and of what stays. All is invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from privacy_texts import MARK, cases, plain

from calanque.privacy.forms import normal_form
from calanque.privacy.redact import Redaction, redact

FOUND, KEPT = cases("forms/found.txt"), cases("forms/kept.txt")


@pytest.fixture(scope="module")
def redacted() -> dict[str, Redaction]:
    texts = [plain(text) for _, text in (*FOUND, *KEPT)]
    return dict(zip(texts, redact(texts), strict=True))


@pytest.mark.parametrize(("case", "marked"), FOUND, ids=[case for case, _ in FOUND])
def test_every_letter_and_digit_of_a_value_is_masked(case: str, marked: str, redacted: dict[str, Redaction]) -> None:
    text = plain(marked)
    masked = {i for span in redacted[text].spans for i in range(span.start, span.end)}
    shift = 0
    for match in MARK.finditer(marked):
        start = match.start() - shift
        readable = [text[i] for i in range(start, start + len(match[2])) if text[i].isalnum() and i not in masked]
        assert readable == []
        shift += 4


@pytest.mark.parametrize(("case", "text"), KEPT, ids=[case for case, _ in KEPT])
def test_what_is_nobodys_stays(case: str, text: str, redacted: dict[str, Redaction]) -> None:
    assert redacted[text].text == text


def test_the_tables_are_as_long_as_the_page_says() -> None:
    assert len(set(FOUND)) == len(FOUND) >= 450
    assert len(set(KEPT)) == len(KEPT) >= 240


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


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("M a r t i n D u p o n t", "Martin Dupont"),
        ("H a l double l e r", "Haldoubleler"),
        ("D E C I D E", "DECIDE"),
        ("Salles A B C D E F", "Salles A B C D E F"),
        ("Présences P A P P A P", "Présences P A P P A P"),
        ("il y a m a r t i n", "il y a martin"),
    ],
)
def test_letters_written_one_by_one_are_the_word_that_they_spell(text: str, form: str) -> None:
    assert normal_form(text)[0] == form
