"""The evaluation kit of redaction: metrics by hand, a generator that repeats itself, gold offsets that hold."""

import importlib
import json
import re
import sys
import unicodedata
from collections import Counter
from hashlib import sha256
from pathlib import Path
from types import ModuleType

import pytest

from calanque.errors import CalanqueError
from calanque.settings import settings

KIT = settings().root / "benchmarks" / "privacy"


def kit(name: str) -> ModuleType:
    sys.path.insert(0, str(KIT))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(KIT))


corpus, metrics, generate, names, dirt = (kit(n) for n in ("corpus", "metrics", "generate", "names", "dirt"))
values, outside, report, written = (kit(n) for n in ("values", "outside", "report", "written"))

CASES = Path(__file__).with_name("privacy_judgements.tsv")
JUDGEMENTS = [line.split("\t") for line in CASES.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
#        0         1         2         3         4
TEXT = "Vu Jean Dupont, tel 06 12, rue de Rome lundi."
GOLD = corpus.Document(
    "1",
    TEXT,
    "test",
    spans=(corpus.Entity(3, 14, "PERSON", "french", "Jean Dupont"), corpus.Entity(20, 25, "PHONE_NUMBER")),
)


def judged(*spans: tuple[int, int, str], document: object = GOLD) -> object:
    return metrics.judge(document, [metrics.Prediction(*span) for span in spans])


@pytest.mark.parametrize("case", JUDGEMENTS, ids=lambda case: case[0])
def test_judgement_by_hand(case: list[str]) -> None:
    spans = [re.split("[-:]", span) for span in case[1].split()]
    judgement = judged(*((int(start), int(end), entity) for start, end, entity in spans))
    masked, typed = ("".join("ny"[getattr(o, name)] for o in judgement.outcomes) for name in ("is_masked", "is_typed"))
    # Vu, tel, rue, de, Rome, lundi
    assert judgement.neutral_count == 6
    told = [masked, typed, str(len(judgement.over)), str(judgement.stray_count)]
    assert [*told, "clean" if judgement.is_clean else "not clean"] == case[2:]


def test_what_is_left_of_a_leak_is_told():
    assert judged((3, 8, "PERSON")).outcomes[0].kept == "█████Dupont"


def test_an_optional_span_is_neither_entity_nor_neutral():
    document = corpus.Document("1", "chat Marcel perdu", "test", spans=(corpus.Entity(5, 11, corpus.OPTIONAL),))
    judgement = judged((5, 11, "PERSON"), document=document)
    assert (judgement.outcomes, judgement.neutral_count, judgement.over, judgement.stray_count) == ((), 2, (), 0)


def test_decomposed_accents_do_not_cut_tokens():
    document = corpus.Document("1", unicodedata.normalize("NFD", "été à Évry"), "test")
    assert judged(document=document).neutral_count == 3


def test_shares_add_up_over_documents():
    all_of_it = judged((3, 14, "PERSON"), (20, 25, "PHONE_NUMBER"))
    name_only, nothing = judged((3, 14, "PERSON")), judged()
    judgements = [all_of_it, name_only, nothing]
    assert metrics.leak(judgements).value == pytest.approx(3 / 6)
    assert metrics.leak(judgements, metrics.is_structured).value == pytest.approx(2 / 3)
    assert metrics.masked(judgements, lambda e: e.type == "PERSON").value == pytest.approx(2 / 3)
    assert metrics.clean(judgements).value == pytest.approx(1 / 3)
    assert metrics.clean([judged(document=corpus.Document("2", "rien", "test"))]).total == 0
    leak = metrics.leak(judgements * 20)
    assert 0 < leak.low < leak.value < leak.high < 1


def test_no_leak_in_few_documents_is_no_proof():
    share = metrics.leak([judged((3, 14, "PERSON"), (20, 25, "PHONE_NUMBER"))] * 10)
    assert (share.value, share.low) == (0, 0)
    assert share.high == pytest.approx(0.2775, abs=1e-3)  # Wilson, 0 of 10
    twice = metrics.ratio([0] * 10, [7] * 10)
    assert (twice.high, twice.total) == (share.high, 70)


def test_templates_as_units_widen_the_interval_when_one_template_leaks():
    def of(source: str, *spans: tuple[int, int, str]) -> object:
        return judged(*spans, document=corpus.Document("1", TEXT, source, spans=GOLD.spans))

    judgements = [of("leaks") for _ in range(50)]
    judgements += [of(f"tight{i % 3}", (3, 14, "PERSON"), (20, 25, "PHONE_NUMBER")) for i in range(150)]
    documents, templates = metrics.leak(judgements), metrics.leak_by_template(judgements)
    assert documents.value == templates.value == pytest.approx(0.25)
    assert templates.low < documents.low < documents.high < templates.high


def test_gaps_and_tables_by_group():
    whole, nothing = judged((3, 14, "PERSON")), judged()
    judgements = [whole] * 15 + [nothing] * 5
    assert report.by_origin(judgements)[1][:2] == ["french", "20"]
    assert report.by_casing(judgements)[1][2].startswith("75.0 %")
    assert report.gaps(judgements) == {"casing gap": 0, "casing gap without lower case": 0, "origin gap": 0}
    assert report.render(report.by_type(judgements), is_markdown=True).splitlines()[1] == "| --- | --- | --- | --- |"


HALVED_SETS = [pytest.param((name, half), id=f"{name}-{half}") for name in generate.SETS for half in generate.HALVES]


@pytest.fixture(scope="module", params=HALVED_SETS)
def laps(request):
    """Seven documents of each template: every casing of each."""
    name, half = request.param
    return name, half, list(generate.generate(name, 7 * len(generate.templates(name, half)), 3, 2, half))


def test_same_seed_same_bytes(laps):
    name, half, documents = laps
    again = list(generate.generate(name, 50, 3, 2, half))
    assert list(corpus.write(again)) == list(corpus.write(documents[:50]))
    assert again != list(generate.generate(name, 50, 4, 2, half))


@pytest.mark.parametrize(
    ("name", "half", "fewest"),
    [("municipal", "open", 100), ("stress", "open", 60), ("municipal", "held", 35), ("stress", "held", 30)],
)
def test_there_are_enough_templates_some_name_nobody_and_the_held_half_holds_each_type(name, half, fewest):
    bodies = list(generate.templates(name, half).values())
    assert len(bodies) == len(set(bodies)) >= fewest
    sources = {d.source: d.entities for d in generate.generate(name, len(bodies), dirt=0, half=half)}
    assert sum(not entities for entities in sources.values()) >= 4
    if half == "held":
        met = Counter(e.type for d in generate.generate(name, 1560, dirt=0, half=half) for e in d.entities)
        assert min(met[entity_type] for entity_type in corpus.TYPES) >= 40


def wordings(half: str) -> set[tuple[str, ...]]:
    """Every run of six words between two marks."""
    bodies = [body for name in generate.SETS for body in generate.templates(name, half).values()]
    runs = [re.findall(r"\w+", run.lower()) for body in bodies for run in re.split(r"\{[^}]*\}|\[\w+\]|[<>|]", body)]
    return {tuple(run[i : i + 6]) for run in runs for i in range(len(run) - 5)}


def stock_of(half: str) -> dict[str, set[str]]:
    """What the templates of a half are filled with, by kind: first names, surnames, streets and spots."""
    folder = generate.FOLDER / half
    lists, places = names.names(folder).values(), names.blocks(folder / "places.txt")
    return {
        "first names": {name.lower() for origin in lists for name in (*origin["F"], *origin["M"])},
        "surnames": {name.lower() for origin in lists for name in origin["S"]},
        "streets": {place.lower() for block in ("streets", "street", "spot") for place in places[block]},
    }


def test_the_held_half_shares_no_wording_name_or_street_with_the_open_half():
    assert len(wordings("held")) > 1000
    assert not wordings("open") & wordings("held")
    shown, hidden = stock_of("open"), stock_of("held")
    assert not any(shown[kind] & hidden[kind] for kind in shown)
    assert names.origins(generate.FOLDER / "open") == names.origins(generate.FOLDER / "held")
    for origin in names.names(generate.FOLDER / "held").values():
        assert min(len(set(origin["F"])), len(set(origin["M"]))) >= 16
        assert len(set(origin["S"])) >= 24


@pytest.mark.parametrize(
    ("folder", "fewest_texts", "fewest_entities"), [(written.FIRST_SIGHT, 450, 2000), (written.TEMPTING, 160, 0)]
)
def test_the_texts_at_first_sight_are_those_that_were_sealed(folder, fewest_texts, fewest_entities):
    sealed = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    files = {path.name: sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.txt")}
    assert {name: digest for digest, name in (line.split("  ") for line in sealed)} == files
    documents = written.written(folder)
    assert all(d.text[e.start : e.end].strip() for d in documents for e in d.entities)
    assert len({d.id for d in documents}) == len(documents) >= fewest_texts
    assert sum(len(d.entities) for d in documents) >= fewest_entities
    assert not any("[[" in d.text for d in documents)


def test_gold_covers_types_casings_and_origins(laps):
    _, half, documents = laps
    entities = [entity for document in documents for entity in document.entities]
    assert {e.type for e in entities} == set(corpus.TYPES)
    assert {*names.CASINGS, "TEXT IN CAPITALS", "text in lower case"} <= {e.casing for e in entities}
    assert {e.name_origin for e in entities if e.type == "PERSON"} == set(names.origins(generate.FOLDER / half))
    assert {d.casing for d in documents} == {"as written", "upper", "lower"}
    words = [len(d.text.split()) for d in documents]
    assert 40 <= sum(words) / len(words) <= 70
    assert min(words) >= 25


def test_gold_offsets_are_exact_whatever_the_dirt(laps):
    name, _, documents = laps
    for document in documents:
        ends = 0
        for span in document.spans:
            value = document.text[span.start : span.end]
            assert ends <= span.start
            assert value == value.strip() != ""
            before, after = document.text[: span.start][-1:], document.text[span.end :][:1]
            assert not (before.isalnum() or after.isalnum()), (name, document.source, value)
            ends = span.end


def test_most_values_bear_the_right_key_and_some_do_not():
    from stdnum import iban, luhn
    from stdnum.fr import siren

    rng = generate.Random(1)
    assert 0.85 < sum(siren.is_valid(values.siren(rng)) for _ in range(400)) / 400 < 0.97
    assert (
        sum(luhn.is_valid(values.credit_card(rng).replace("-", " ").replace(" ", "")) for _ in range(400)) / 400 > 0.85
    )
    assert 0.5 < sum(iban.is_valid(values.iban(rng)) for _ in range(400)) / 400 < 0.97


def test_unknown_mark_is_refused():
    scene = generate.Scene(generate.Random(1), "Jean Dupont", 0)
    with pytest.raises(CalanqueError, match="unknown mark"):
        generate.pieces(scene, "un {teléphone}")
    with pytest.raises(CalanqueError, match="unknown fill"):
        generate.pieces(scene, "un [nowhere]")
    for asked in (("rural", "open"), ("municipal", "all")):
        with pytest.raises(CalanqueError, match="There are no templates"):
            generate.templates(*asked)


def test_gold_file_is_read_back_and_checked(tmp_path):
    documents = list(generate.generate("municipal", 20))
    path = tmp_path / "gold.jsonl"
    path.write_text("".join(corpus.write(documents)), encoding="utf-8")
    assert corpus.read(path) == documents
    for spans in ([{"start": 0, "end": 99, "type": "PERSON"}], [{"start": 0, "end": 1, "type": "FACE"}]):
        path.write_text(json.dumps({"id": "1", "text": "a", "source": "s", "spans": spans}), encoding="utf-8")
        with pytest.raises(CalanqueError, match="Line 1"):
            corpus.read(path)


def test_outside_sets_are_left_out_with_a_sentence(monkeypatch, tmp_path):
    monkeypatch.setattr(outside, "settings", lambda: type("Settings", (), {"root": tmp_path / "main"})())
    for adapter in outside.ADAPTERS.values():
        with pytest.raises(CalanqueError, match="put it in"):
            adapter()


def test_corrections_change_labels_and_notice_another_text(tmp_path):
    path = tmp_path / "note.json"
    labels = [{"entity_type": "PERSON", "start_pos": s, "end_pos": e} for s, e in ((0, 2), (3, 7))]
    path.write_text(json.dumps({"entities": labels}), encoding="utf-8")
    corrections = [
        {"document": "note", "start": 0, "end": 2, "text": "Vu", "do": "remove", "reason": "a word"},
        {"document": "note", "start": 3, "end": 7, "text": "Jean", "do": "remove", "reason": "cut short"},
        {"document": "note", "start": 3, "end": 14, "text": "Jean Dupont", "do": "add", "reason": "in full"},
        {"document": "note", "start": 34, "end": 38, "text": "Rome", "do": "either", "reason": "a town"},
    ]
    assert outside._corrected(path, TEXT, {"note": corrections}) == (
        corpus.Entity(3, 14, "PERSON"),
        corpus.Entity(34, 38, corpus.OPTIONAL),
    )
    with pytest.raises(CalanqueError, match="not the text that was corrected"):
        outside._corrected(path, TEXT.replace("Jean", "Marc"), {"note": corrections})


def test_every_correction_has_a_reason_and_does_one_thing():
    rows = [json.loads(line) for line in outside.CORRECTIONS.read_text(encoding="utf-8").splitlines()]
    assert len(rows) > 100
    assert {row["do"] for row in rows} == {"add", "remove", "either"}
    assert all(row["reason"] and len(row["text"]) == row["end"] - row["start"] for row in rows)


def test_tokens_become_a_text_with_offsets():
    tokens = [("M.", "O"), ("Jean", "I-PER"), ("Dupont", "I-PER"), (",", "O"), ("maire", "O"), (".", "O")]
    document = outside._passage("page-01", 0, tokens)
    assert document.text == "M. Jean Dupont, maire."
    assert [document.text[s.start : s.end] for s in document.spans] == ["Jean Dupont"]


def test_errors_stay_out_of_the_repository_and_hide_the_held_half(tmp_path, monkeypatch):
    evaluate = kit("evaluate")
    documents = list(generate.generate("municipal", len(generate.templates("municipal"))))
    judgements = [judged(document=document) for document in documents]
    with pytest.raises(CalanqueError, match="outside the repository"):
        evaluate.write_errors(settings().root / "errors.jsonl", [("municipal", judgements)], "open")
    path = tmp_path / "errors.jsonl"
    with pytest.raises(CalanqueError, match="held half"):
        evaluate.write_errors(path, [("municipal", judgements)], "held")
    monkeypatch.setattr(sys, "argv", ["evaluate.py", "--half", "held", "--errors", str(path)])
    with pytest.raises(SystemExit):
        evaluate.arguments()
    assert not path.exists()
    with pytest.raises(CalanqueError, match="first sight"):
        evaluate.write_errors(path, [("first_sight", judgements)], "open")
    evaluate.write_errors(path, [("municipal", judgements)], "open")
    told = {json.loads(line)["source"] for line in path.read_text(encoding="utf-8").splitlines()}
    assert told == {d.source for d in documents if d.entities}
