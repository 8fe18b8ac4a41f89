"""The register of processing: made from the contracts, it says what it lacks, on paper as on screen."""

import html
import io
import re
import zlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml
from covered import disagreements
from fastapi import FastAPI
from fastapi.testclient import TestClient
from odf.opendocument import load
from odf.table import Table
from odf.teletype import extractText
from typer.testing import CliRunner

from calanque.cli.dpo import app
from calanque.console import own_api
from calanque.console.desk import register as page
from calanque.console.own_api import Ended
from calanque.console.readers import Reader, reader
from calanque.contracts import ContractError, FeedContract, load_contracts
from calanque.errors import CalanqueError
from calanque.governance import register as made
from calanque.governance.register import register
from calanque.governance.register_ods import as_ods
from calanque.governance.register_pdf import as_pdf, writable
from calanque.governance.register_sheet import sheet
from calanque.marts import door_rules
from calanque.marts.domains import DOMAINS, marts_of
from calanque.runs.tables import JOURNAL, JOURNAL_CHECKPOINT
from calanque.settings import settings

FILE = settings().root / "infra" / "governance" / "register.yml"
AS_OF = datetime(2026, 6, 1, 8, 30, tzinfo=ZoneInfo("Europe/Paris"))
DPO = Reader(name="dpo", token="t", sees_batches=True)
CONTRACTS = load_contracts()


@pytest.fixture(autouse=True)
def purged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_api, "last_ended", lambda token, dag_id: Ended(ended_at=AS_OF, is_done=True))


def changed(tmp_path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    content = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    change(content)
    path = tmp_path / FILE.name
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path


def contract(feed: str, **update: Any) -> FeedContract:
    return CONTRACTS[feed].model_copy(update=update)


def cells(content: bytes) -> dict[str, str]:
    tables = load(io.BytesIO(content)).getElementsByType(Table)
    return {sheet.getAttribute("name"): extractText(sheet) for sheet in tables}


def written_in(pdf: bytes) -> str:
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    # The last byte of a stream may look like the end of its line.
    return "\n".join(zlib.decompressobj().decompress(one).decode("cp1252") for one in streams)


def test_each_contract_is_in_one_treatment_and_each_purpose_has_its_lines() -> None:
    found = register()
    assert found.problems == ()
    found.check()
    feeds = [one.feed for treatment in found.treatments for one in treatment.contracts]
    assert sorted(feeds) == sorted(CONTRACTS)
    served = {(one.purpose, one.regime) for one in CONTRACTS.values()} | {("journal", "rgpd")}
    assert {(one.purpose, one.regime) for one in found.treatments} == served
    ranks = [(one.regime != "title_iii", not one.is_personal) for one in found.treatments]
    assert ranks == sorted(ranks) and len(set(ranks)) == 3
    assert [one.number for one in found.treatments] == list(range(1, len(ranks) + 1))


def test_one_purpose_under_two_regimes_is_two_treatments() -> None:
    both = [contract("marseille_fines"), contract("marseille_impounds", purpose="fines", regime="rgpd")]
    assert [one.reference for one in register(both).treatments] == ["fines/title_iii", "fines/rgpd", "journal/rgpd"]


HOLES: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "no lines": (lambda purposes: purposes.pop("fines"), "fines': is missing, and marseille_fines serves"),
    "half a line": (lambda purposes: purposes["fines"]["persons"].pop("fr"), "fines.persons.fr': Field required."),
    "a typo": (lambda purposes: purposes["fines"].update(tittle="x"), "fines.tittle': is not a known field (a typo?)."),
    "a purpose of nobody": (lambda purposes: purposes.update(faces={}), "faces': no contract has this purpose"),
}


@pytest.mark.parametrize(("change", "told"), HOLES.values(), ids=HOLES.keys())
def test_a_hole_is_a_sentence_and_takes_nothing_else_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Callable[[dict[str, Any]], object], told: str
) -> None:
    found = register(CONTRACTS.values(), changed(tmp_path, lambda content: change(content["purposes"])))
    assert len(found.problems) == 1 and found.problems[0].startswith(f"register.yml: field 'purposes.{told}")
    with pytest.raises(CalanqueError, match=re.escape(told)):
        found.check()
    monkeypatch.setattr(page, "register", lambda: found)
    shown = html.unescape(bytes(page.treatments(DPO, "fr").body).decode())
    assert found.problems[0] in shown and "Mises en fourrière" in shown
    assert ("à compléter</span>" in shown) == any(one.problem for one in found.treatments)


def test_a_hole_is_on_paper_too(tmp_path: Path) -> None:
    found = register([contract("marseille_fines")], changed(tmp_path, lambda content: content["purposes"].pop("fines")))
    hole = found.treatments[0].problem or "none"
    first, fines, _ = cells(as_ods(found, "fr", AS_OF)).values()
    assert hole in first and hole in fines
    assert "(À compléter)" in written_in(as_pdf(found, "fr", AS_OF))


@pytest.mark.parametrize("field", ["controller", "dpo", "security", "transfers", "joint_controllers", "journal"])
def test_what_holds_for_all_treatments_is_asked_for_by_name(tmp_path: Path, field: str) -> None:
    with pytest.raises(CalanqueError, match=f"register.yml: field '{field}': Field required"):
        register(CONTRACTS.values(), changed(tmp_path, lambda content: content.pop(field)))


def test_a_wrong_contract_is_a_hole(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {"lost": ContractError(["field 'purpose': is missing."], "lost.odcs.yaml")}
    monkeypatch.setattr(made, "read_contracts", lambda: (CONTRACTS, wrong))
    assert [one.partition(":")[0] for one in register().problems] == ["lost.odcs.yaml"]


def test_a_table_without_treatment_is_told() -> None:
    tables = ["bronze.marseille_fines", "quarantine.marseille_fines", "marts.fct_incidents", "quarantine.lost"]
    assert disagreements(CONTRACTS.values(), tables) == [
        "quarantine.lost: no treatment of the register covers this table: give its feed a contract, or drop the table."
    ]
    others = [one for one in CONTRACTS.values() if one.feed != "marseille_fines"]
    assert len(disagreements(others, tables)) == 3


@pytest.mark.parametrize(
    ("purpose", "label", "told"),
    [
        ("fines", "Regime", "Title III, law of 6 January 1978"),
        ("fines", "Identifiers", "IMMAT (keyed token of a number plate), CONTREVENANT (keyed token of a person), "),
        ("fines", "Protection of columns", "dropped at the door: marseille_fines.ADRESSE, marseille_fines.AGENT"),
        ("fines", "Free text", "OBSERVATIONS (dropped at the door)"),
        ("citizen_reports", "Free text", "description (redacted)"),
        ("fines", "Open", "NUM_PV"),
        ("fines", "Loaded rows (bronze)", "1095 days (3 years)"),
        ("main_courante", "Counted from", "the row’s own time, known_at"),
        ("citizen_reports", "Personal", "lon (square of the grid + zone)"),
        ("reference", "Raw files (landing)", "30 days to 365 days (1 year)"),
        ("reference", "Origin", "published by an authority"),
        ("main_courante", "Origin", "reported by the public; produced by enforcement where found_by is patrouille"),
        ("main_courante", "How fine it is seen", "a square of the grid, an hour; rows one by one"),
        ("fines", "Rights of the persons concerned, and how to use them", "articles 104 to 106"),
        ("impounds", "Rights of the persons concerned, and how to use them", "objection (RGPD, articles 15 to 21)"),
        ("impounds", "Regime", "GDPR"),
        ("cleanliness", "Profiling", "never by person"),
        ("citizen_reports", "Marts, models and logs", "a deleted row leaves with the next build"),
        ("citizen_reports", "Recipients", "data engineers: they run the lake"),
        ("reference", "Made-up data", "in part: marseille_areas"),
        ("public_tranquillity", "Personal data", "no"),
        ("fines", "Recipients", "elected members: counts by district and month, none of them under eleven"),
        ("journal", "Personal data", "yes"),
        ("journal", "Recipients", "Data protection officer"),
        ("journal", "Retention", "no task deletes an entry yet"),
        ("journal", "Legal basis", "article 101"),
        ("public_tranquillity", "Territories", "Chicago, Toronto"),
    ],
)
def test_a_sheet_says_what_the_contracts_say(purpose: str, label: str, told: str) -> None:
    found = register()
    sections = sheet(found, next(one for one in found.treatments if one.purpose == purpose), "en")
    assert told in next("\n".join(line.values) for part in sections for line in part.lines if line.label == label)


def test_the_register_names_the_roles_that_the_doors_admit() -> None:
    """Who is elected receives what a mart with their role holds of a city that is open; places are facts of nobody."""
    shown = [door_rules.shown_by(one) for one in CONTRACTS.values()]
    published = {
        mart: door_rules.open_cities(mart, "elected", shown) or ()
        for mart, said in door_rules.marts().items()
        if "elected" in said.get("config", {}).get("meta", {}).get("readers", ())
        and mart not in DOMAINS["places"].marts
    }
    receives = {
        one.purpose
        for one in CONTRACTS.values()
        if any(one.territory in published.get(mart, ()) for mart in marts_of(one.shape))
    }
    told = {one.purpose for one in register().treatments if one.lines and one.lines.elected}
    assert told == receives and "fines" in told and "video_metadata" not in told
    assert {role for one in CONTRACTS.values() for role in one.recipients} == {door_rules.RECIPIENT}
    # What is said of the journal's own readers is what its tables admit.
    assert {role for table in (JOURNAL, JOURNAL_CHECKPOINT) for role in table.readers} == {"dpo"}


@pytest.mark.parametrize(("language", "name"), [("fr", "Fiche"), ("en", "Sheet")])
def test_the_workbook_holds_a_sheet_of_each_treatment(language: Any, name: str) -> None:
    found = register()
    first, *sheets = cells(as_ods(found, language, AS_OF)).items()
    assert [name for name, _ in sheets] == [f"{name} {one.number}" for one in found.treatments]
    assert first[0] == {"fr": "Liste des traitements", "en": "List of treatments"}[language]
    for treatment, (_, text) in zip(found.treatments, sheets, strict=True):
        assert treatment.title(language) in first[1]
        said = sheet(found, treatment, language)
        assert [value for part in said for line in part.lines for value in line.values if value not in text] == []


def test_the_document_holds_each_treatment_and_numbers_its_pages() -> None:
    found = register()
    content = as_pdf(found, "fr", AS_OF)
    assert content.startswith(b"%PDF-")
    text = written_in(content)
    assert [one.purpose for one in found.treatments if f"({one.title('fr')})" not in text] == []
    pages = content.count(b"/Type /Page\n")
    assert f"(Page {pages} sur ) Tj ({pages})" in text and pages > len(found.treatments)
    assert b"(D:20260601083000" in content


@pytest.mark.parametrize("written", [as_ods, as_pdf])
def test_the_same_register_gives_the_same_bytes(written: Callable[..., bytes]) -> None:
    found = register([contract("marseille_fines")])
    assert written(found, "fr", AS_OF) == written(found, "fr", AS_OF)
    assert written(found, "fr", AS_OF) != written(found, "fr", AS_OF.replace(day=2))


def test_every_character_can_be_printed() -> None:
    assert writable("« l’œuvre » – 10\u202f000 € → 漢") == "« l’œuvre » – 10\xa0000 € - Han "


@pytest.mark.parametrize(
    ("language", "words"), [("fr", ("Verbalisation", ">Registre</a>")), ("en", (">Register</a>",))]
)
def test_the_page_shows_every_treatment(language: Any, words: tuple[str, ...]) -> None:
    shown = bytes(page.treatments(DPO, language).body).decode()
    assert [word for word in (f'<html lang="{language}">', *words) if word not in shown] == []
    for treatment in register().treatments:
        anchor = treatment.reference.replace("/", "-")
        assert f'href="#{anchor}"' in shown and f'id="{anchor}"' in shown
    assert [feed for feed in CONTRACTS if f'href="/calanque/contracts/{feed}"' not in shown] == []


@pytest.mark.parametrize("chosen", [{}, {"regime": "title_iii"}, {"regime": "rgpd", "personal": "yes"}])
def test_the_address_says_what_is_shown(chosen: dict[str, Any]) -> None:
    shown = bytes(page.treatments(DPO, "en", **chosen).body).decode()
    fit = [one for one in register().treatments if chosen.get("regime", one.regime) == one.regime]
    assert shown.count("<section ") == len([one for one in fit if one.is_personal or not chosen.get("personal")]) > 1
    assert f'value="{chosen.get("regime", "")}" selected' in shown and (" checked" in shown) == ("personal" in chosen)


def test_the_page_says_when_the_nightly_run_ended() -> None:
    shown = bytes(page.treatments(DPO, "fr").body).decode()
    assert "La dernière purge de nuit s’est terminée le 2026-06-01 08:30, sans rien laisser." in shown


def test_what_a_contract_says_is_never_taken_for_html(monkeypatch: pytest.MonkeyPatch) -> None:
    found = register([contract("marseille_fines", title="<b>Fines</b>", legal_basis="<i>law</i>")])
    monkeypatch.setattr(page, "register", lambda: found)
    shown = bytes(page.treatments(DPO, "en").body).decode()
    assert "<b>Fines" not in shown and "<i>law" not in shown and "&lt;i&gt;law" in shown


@pytest.mark.parametrize(("asking", "status"), [(Reader(name="analyst", token="t", reads_marts=True), 403), (DPO, 200)])
def test_an_analyst_has_no_register(monkeypatch: pytest.MonkeyPatch, asking: Reader, status: int) -> None:
    monkeypatch.setattr("calanque.journal.log.tell", lambda **act: None)
    door = FastAPI()
    door.include_router(page.router)
    door.dependency_overrides[reader] = lambda: asking
    client = TestClient(door)
    paths = ("", "/register.ods", "/register.pdf")
    assert [client.get(f"/register{path}").status_code for path in paths] == [status] * 3


@pytest.mark.parametrize(("give", "begin"), [(page.workbook, b"PK"), (page.document, b"%PDF-")])
def test_what_is_given_is_told(monkeypatch: pytest.MonkeyPatch, give: Callable[..., Any], begin: bytes) -> None:
    told: list[dict[str, Any]] = []
    monkeypatch.setattr("calanque.journal.log.tell", lambda **act: told.append(act))
    answer = give(DPO, "fr")
    assert answer.body.startswith(begin) and "attachment" in answer.headers["Content-Disposition"]
    act = {"source": "console", "who": "dpo", "action": "communication", "objects": ("governance.register",)}
    assert told == [{**act, "row_count": len(register().treatments)}]


def test_the_command_writes_what_it_is_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("calanque.journal.log.tell", lambda **act: None)
    few = register([contract("marseille_main_courante")])._replace(problems=())
    monkeypatch.setattr("calanque.governance.register.register", lambda: few)
    ods, pdf = tmp_path / "r.ods", tmp_path / "r.pdf"
    done = CliRunner().invoke(app, ["register", "--ods", str(ods), "--pdf", str(pdf)])
    assert done.exit_code == 0, done.output
    assert "Main courante" in done.output and "Fiche 1" in cells(ods.read_bytes())
    assert pdf.read_bytes().startswith(b"%PDF-")
    monkeypatch.setattr("calanque.governance.register.register", lambda: few._replace(problems=("It lacks a line.",)))
    assert str(CliRunner().invoke(app, ["register", "--lang", "en"]).exception) == "It lacks a line."
