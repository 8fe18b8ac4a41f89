"""No text costs more than its length allows, stalls its neighbours, or gets through unread; hostile ones are made."""

import gc
import random
import re
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from calanque.errors import CalanqueError
from calanque.privacy import budget
from calanque.privacy.redact import find_values, redact
from calanque.privacy.spans import Span

LETTERS = [chr(code) for code in (*range(32, 127), *range(160, 256))]
HOSTILE = yaml.safe_load((Path(__file__).parent / "privacy_cases" / "hostile.yaml").read_text(encoding="utf-8"))
HOSTILE["noise"] = ("", "".join(random.Random(7).choices(LETTERS, k=100_000)), "")
SHORT = 8_000
MOST_GROWTH, NOISE_S, UNBOUNDED_S = 2.2, 0.02, 20.0
NEIGHBOUR = "Mon voisin Jean Dupont, 06 39 98 12 34"
PIECES = (
    "M. ", "Mme ", "né le ", "12 rue ", "tel ", "@", "_", ".", "/", "-", ":", " ", "\n", "a", "A", "1", "0o", "é",
    "de la ", "signale par ", "insta ", "compte ", "n° ", "1er ", "n° client ", "matricule ", "&#", "Ã", "Jean ",
    "DUPONT ", "<PERSON>", "\u200b", "e\u0301", "(", "«",
)  # fmt: skip


@pytest.fixture(autouse=True)
def swallowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What ends a text may be raised while garbage is collected: Python tells of it, and it is raised again."""
    monkeypatch.setattr("sys.unraisablehook", lambda _: None)


def hostile(head: str, piece: str, tail: str, length: int) -> str:
    """Return a text of whole pieces: one that is cut may end in a word more, and be read once more for it."""
    return head + (piece * max(1, length // len(piece)))[:length] + tail


def longest_s(text: str) -> float:
    """Return the longest that a text may take, read or masked whole, on a machine that does something else too."""
    return 2 * (budget.LEAST_S + budget.PER_CHARACTER_S * len(text)) + 0.5


def seconds(text: str) -> float:
    # What is loaded with the first text is no text's cost.
    redact([NEIGHBOUR])
    # A collection walks through what the tests before have left: it is no text's cost either.
    gc.disable()
    try:
        started_s = time.process_time()
        redact([text])
        return time.process_time() - started_s
    finally:
        gc.enable()


@pytest.mark.parametrize("length", [40_000, pytest.param(100_000, marks=pytest.mark.full)])
@pytest.mark.parametrize(("head", "piece", "tail"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_costs_as_its_length_and_its_neighbours_are_read(
    head: str, piece: str, tail: str, length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its cost is measured without the bound, which would hide what it is there for."""
    monkeypatch.setattr(budget, "LEAST_S", UNBOUNDED_S)
    half, long = (hostile(head, piece, tail, n) for n in (length // 2, length))
    first = seconds(half)
    assert first < UNBOUNDED_S
    # What takes less is noise; the machine may be slower from one moment to the next, but not thrice in the same order.
    halves = chain([first], (seconds(half) for _ in range(2)))
    assert first < NOISE_S or any(seconds(long) <= MOST_GROWTH * half_s for half_s in halves)


@pytest.mark.parametrize(("head", "piece", "tail"), HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_keeps_within_its_share(head: str, piece: str, tail: str) -> None:
    text = hostile(head, piece, tail, SHORT)
    before, done, after = redact([NEIGHBOUR, text, NEIGHBOUR])
    assert before.text == after.text == "Mon voisin <PERSON>, <PHONE_NUMBER>"
    assert done.text
    assert seconds(text) <= longest_s(text)


# The piece may be any, and so may be what it is repeated with: what is slow is found by looking.
@given(
    pieces=st.lists(st.sampled_from(PIECES) | st.text(max_size=3), min_size=1, max_size=4),
    tail=st.sampled_from(["", "@", "a", "1", " ", "x!"]),
)
def test_whatever_is_repeated_stays_within_its_share(pieces: list[str], tail: str) -> None:
    piece = "".join(pieces) or "a"
    text = piece * (4_000 // len(piece)) + tail
    assert seconds(text) <= longest_s(text)


def test_a_text_over_its_share_is_masked_whole_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "LEAST_S", 1e-6)
    monkeypatch.setattr(budget, "PER_CHARACTER_S", 0.0)
    text = f"{NEIGHBOUR} à la fontaine " * 1000
    (done,) = redact([text])
    assert done.text == "<UNREAD_TEXT>"
    assert [(s.start, s.end, s.type, s.rule) for s in done.spans] == [(0, len(text), "UNREAD_TEXT", "unread.time")]
    ((span,),) = find_values([text])
    assert span.rule == "unread.time"
    monkeypatch.undo()
    assert redact([done.text])[0].text == done.text


def test_a_text_whose_end_was_swallowed_is_ended_again() -> None:
    def spin() -> None:
        while time.process_time() < started_s + 10:
            pass

    started_s = time.process_time()
    with pytest.raises(budget.OverBudgetError), budget.armed(), budget.Budget("").spending():
        with suppress(budget.OverBudgetError):
            spin()
        spin()
    assert time.process_time() < started_s + 10


@pytest.mark.parametrize(("found_count", "is_read"), [(2, True), (3, False)], ids=["settled", "never-settled"])
def test_a_text_in_which_a_third_reading_finds_more_is_masked_whole(
    found_count: int, is_read: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each reading here takes one word more."""
    read: list[str] = []

    def one_more(texts: Sequence[str], *_: object) -> list[list[Span]]:
        read.extend(texts)
        word = re.search(r"[a-z]+", texts[0])
        return [[Span(word.start(), word.end(), "PERSON", 1.0)] if word and len(read) <= found_count else []]

    monkeypatch.setattr("calanque.privacy.presidio_engines.analyze_batch", one_more)
    (done,) = redact(["un deux trois quatre"])
    assert len(read) == 3
    assert done.text == ("<PERSON> <PERSON> trois quatre" if is_read else "<UNREAD_TEXT>")
    assert is_read or done.spans[0].rule == "unread.rounds"


def test_where_no_bound_can_be_kept_nothing_is_read() -> None:
    said: list[str] = []

    def read() -> None:
        try:
            redact([NEIGHBOUR])
        except CalanqueError as error:
            said.append(str(error))

    thread = threading.Thread(target=read)
    thread.start()
    thread.join()
    assert said and "main thread" in said[0]
