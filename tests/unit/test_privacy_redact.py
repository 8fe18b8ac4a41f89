"""Redaction end to end: offsets, casing, idempotence, streaming, no network. All persons are invented."""

import io
import json
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from calanque.cli.main import app
from calanque.contracts.rules import REDACTED_LANGUAGE
from calanque.errors import CalanqueError
from calanque.privacy.city import placeholders
from calanque.privacy.lines import redact_lines
from calanque.privacy.redact import BATCH_COUNT, redact
from calanque.privacy.spans import Span, mask, merge, unmask_offsets
from calanque.privacy.text import fold, prepare, sentences

FRAGMENTS = (
    "Bonjour,", "Jean Dupont", "DUPONT JEAN", "Mme Benali", "le nommé petit paul", "06 39 98 12 34", "ab-123-cd",
    "12 rue de Rome, 13006 Marseille", "l'éclairage est en panne", "🚗 garée", "<PERSON>", "<DUPONT>",
    "jean@example.org", "né le 12/03/1985", "FR76 3000 6000 0112 3456 7890 189", "LA RUE EST SALE", "Merci.", "\n",
    "rue Paradis", "e\u0301cole", "M.", "Karim", "@zinou13", "192.0.2.1", "43.2965, 5.3698", "ß", "İstanbul",
    "Hier Lefebvre criait.", "; ", "a", "X",
)  # fmt: skip
TEXTS = st.lists(st.one_of(st.sampled_from(FRAGMENTS), st.text(max_size=8)), max_size=9).map(" ".join)


def test_offsets_are_code_points_of_the_original() -> None:
    text = "🚗🚗 Émilie, tél 06 39 98 12 34"
    span = redact([text])[0].spans[-1]
    assert (text[span.start : span.end], span.type) == ("06 39 98 12 34", "PHONE_NUMBER")


@given(TEXTS)
def test_spans_lie_in_the_text_in_order_and_make_the_masked_text(text: str) -> None:
    result = redact([text])[0]
    bounds = [0, *(b for s in result.spans for b in (s.start, s.end)), len(text)]
    assert bounds == sorted(bounds)
    assert all(s.start < s.end and 0.5 <= s.score <= 1 for s in result.spans)
    assert mask(text, result.spans) == result.text


@given(TEXTS)
def test_redacting_redacted_text_changes_nothing(text: str) -> None:
    once = redact([text])[0].text
    assert redact([once])[0].text == once


def test_batches_give_what_single_texts_give() -> None:
    texts = ["Jean Dupont.", "rien", "Jean Dupont.", "tel 06 39 98 12 34"]
    assert redact(texts) == [redact([t])[0] for t in texts]


def test_lone_surrogate_is_no_obstacle() -> None:
    assert redact(["tel 06 39 98 12 34 \ud800 Jean Dupont"])[0].text == "tel <PHONE_NUMBER> \ud800 <PERSON>"


@pytest.mark.parametrize(
    ("text", "broad"),
    [
        pytest.param(
            "M. Dupont vit à Aix-en-Provence.", "<CIVILITY> <PERSON> vit à <LOCATION>.", id="civility-and-town"
        ),
        pytest.param(
            "Né au Maroc, vu à Tours.", "Né au <LOCATION>, vu à <LOCATION>.", id="land-and-town-that-is-a-word"
        ),
        pytest.param("Tours de garde. Le port, 3 mm. Cassis", "Tours de garde. Le port, 3 mm. <LOCATION>", id="words"),
        pytest.param("VUE AU PORT DE MARSEILLE", "VUE AU PORT DE <LOCATION>", id="capitals"),
        pytest.param("Madame, messieurs", "<CIVILITY>, <CIVILITY>", id="civilities-alone"),
    ],
)
def test_towns_and_civilities_are_kept_unless_asked_for(text: str, broad: str) -> None:
    assert {span.type for span in redact([text])[0].spans} <= {"PERSON"}
    [done] = redact([text], is_broad=True)
    assert (done.text, mask(text, done.spans)) == (broad, broad)
    assert redact([broad], is_broad=True)[0].text == broad
    out = CliRunner().invoke(app, ["redact", "--broad"], input=json.dumps({"id": 1, "text": text}))
    assert json.loads(out.stdout)["text"] == broad


# streaming


def test_lines_keep_order_ids_and_interface() -> None:
    lines = [
        json.dumps({"id": n, "text": "tel 06 39 98 12 34" if n % 2 else "rien"}) for n in range(2 * BATCH_COUNT + 3)
    ]
    out = io.StringIO()
    redact_lines([*lines, "\n"], out, io.StringIO())
    records = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [r["id"] for r in records] == list(range(len(lines)))
    span = {"start": 4, "end": 18, "type": "PHONE_NUMBER", "score": 0.85}
    assert records[1] == {"id": 1, "text": "tel <PHONE_NUMBER>", "spans": [span]}


def test_lines_are_read_as_they_are_needed() -> None:
    most_ahead = 0
    out = io.StringIO()

    def lines() -> "object":
        nonlocal most_ahead
        for n in range(3 * BATCH_COUNT):
            most_ahead = max(most_ahead, n - out.getvalue().count("\n"))
            yield json.dumps({"id": n, "text": "rien"})

    redact_lines(lines(), out, io.StringIO())  # type: ignore[arg-type]
    assert most_ahead <= BATCH_COUNT


@pytest.mark.parametrize(
    "line",
    [
        pytest.param('{"id": 1, "text": "Jean Dupont"', id="cut"),
        pytest.param('{"id": 1}', id="no-text"),
        pytest.param('{"text": "Jean Dupont"}', id="no-id"),
        pytest.param('{"id": 1, "text": 5}', id="text-not-string"),
        pytest.param('["Jean Dupont"]', id="not-object"),
        pytest.param("Jean Dupont", id="not-json"),
        pytest.param("[" * 100_000, id="too-deep"),
    ],
)
def test_bad_line_is_named_by_number_never_by_content(line: str) -> None:
    lines = ['{"id": 1, "text": "a"}', "", line, '{"id": 2, "text": "b"}']
    out, errors = io.StringIO(), io.StringIO()
    assert redact_lines(lines, out, errors) == (0, 1, 0)
    assert [json.loads(written)["id"] for written in out.getvalue().splitlines()] == [1, 2]
    assert json.loads(errors.getvalue())["line"] == 3
    assert "Dupont" not in errors.getvalue()
    out = io.StringIO()
    with pytest.raises(CalanqueError, match="Line 3 is not") as caught:
        redact_lines(lines, out, errors, is_strict=True)
    assert "Dupont" not in str(caught.value)
    assert caught.value.__cause__ is None
    assert [json.loads(written)["id"] for written in out.getvalue().splitlines()] == [1]


def test_an_id_that_may_name_a_person_is_said_and_nothing_of_it() -> None:
    ids = ["dossier DUPONT Jean", "jean.dupont@example.fr", "2024-118", "a7f3", 12, None]
    lines = [json.dumps({"id": name, "text": "Rien."}) for name in ids]
    out, errors = io.StringIO(), io.StringIO()
    assert redact_lines(lines, out, errors) == (0, 0, 2)
    told = [json.loads(line) for line in errors.getvalue().splitlines()]
    assert [(one["line"], "may name a person" in one["warning"]) for one in told] == [(1, True), (2, True)]
    assert "dupont" not in errors.getvalue().lower()
    assert [json.loads(line)["id"] for line in out.getvalue().splitlines()] == ids


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252"])
def test_a_stream_is_read_in_the_encoding_that_is_named(encoding: str) -> None:
    lines = '{"id": 1, "text": "Mme Hélène Lefèvre"}\n'.encode(encoding)
    done = CliRunner().invoke(app, ["redact", "--encoding", encoding], input=lines)
    assert json.loads(done.stdout)["text"] == "Mme <PERSON>"
    assert CliRunner().invoke(app, ["redact", "--encoding", "klingon"], input=lines).exit_code != 0


def test_a_byte_order_mark_is_no_part_of_the_first_line():
    lines = json.dumps({"id": "1", "text": "rien"}).encode("utf-8-sig")
    done = CliRunner().invoke(app, ["redact"], input=lines)
    assert done.exit_code == 0 and json.loads(done.stdout)["id"] == "1"


def test_a_line_in_another_encoding_is_told_and_the_others_go_on() -> None:
    latin, plain = '{"id": 1, "text": "Hélène Lefèvre"}\n'.encode("cp1252"), b'{"id": 2, "text": "Rien."}\n'
    done = CliRunner().invoke(app, ["redact"], input=latin + plain)
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [2]
    told = json.loads(done.stderr.splitlines()[0])
    assert (told["line"], "--encoding" in told["error"]) == (1, True)
    assert "Lef" not in done.stderr


def test_surrogates_leave_as_valid_utf8() -> None:
    out = io.StringIO()
    redact_lines(['{"id": 1, "text": "\\ud800 é"}'], out, io.StringIO())
    assert json.loads(out.getvalue().encode())["text"] == "\ud800 é"


# spans and text


def test_overlaps_become_their_union_under_the_best_type() -> None:
    spans = [Span(0, 5, "PERSON", 0.6), Span(3, 9, "PHONE_NUMBER", 0.9), Span(9, 12, "PERSON", 0.7)]
    assert merge(spans) == [Span(0, 9, "PHONE_NUMBER", 0.9), Span(9, 12, "PERSON", 0.7)]


@given(st.text(string.ascii_lowercase, min_size=12, max_size=30), st.data())
def test_offsets_return_from_masked_text(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=4, max_size=4, unique=True)))
    spans = [Span(cuts[0], cuts[1], "PERSON", 1.0), Span(cuts[2], cuts[3], "FR_NIR", 1.0)]
    masked = mask(text, spans)
    places = [(one.start, one.end) for one in placeholders(masked)]
    for start, end in ((0, places[0][0]), (places[0][1], places[1][0]), (places[1][1], len(masked))):
        if start < end:
            (back,) = unmask_offsets(spans, [Span(start, end, "PERSON", 1.0)])
            assert text[back.start : back.end] == masked[start:end]
    (whole,) = unmask_offsets(spans, [Span(0, len(masked), "PERSON", 1.0)])
    assert (whole.start, whole.end) == (0, len(text))


@given(st.text())
def test_folding_never_moves_a_character(text: str) -> None:
    prepared = prepare(text)
    assert len(fold(text)) == len(text)
    assert len(prepared.folded) == len(prepared.original)
    assert prepared.restored([Span(0, len(prepared.original), "PERSON", 1.0)])[0].end == len(text)
    assert "".join(text[a:b] for a, b in sentences(fold(text))) == text


@pytest.mark.parametrize(
    ("text", "count"),
    [
        pytest.param("il crie. elle part", 2, id="two"),
        pytest.param("m. dupont crie", 1, id="civility"),
        pytest.param("av. du prado", 1, id="street-type"),
        pytest.param("un\ndeux", 2, id="line"),
        pytest.param("", 0, id="empty"),
    ],
)
def test_sentences(text: str, count: int) -> None:
    assert len(sentences(text)) == count


def test_the_language_that_contracts_may_say_is_the_one_that_is_read() -> None:
    from calanque.privacy.presidio import LANGUAGE

    assert REDACTED_LANGUAGE == LANGUAGE
