"""The pages of the console: what they say, and that they open nothing but the project's own documents."""

import html
from datetime import date

import pytest

from calanque.console import documents
from calanque.console.readers import Reader
from calanque.contracts import load_contract, load_contracts
from calanque.contracts.model import in_language, is_in_both
from calanque.contracts.page import WORDS, Language, contract_page, often, source_line


@pytest.mark.parametrize("feed", sorted(load_contracts()))
@pytest.mark.parametrize(
    ("language", "words"),
    [
        pytest.param("en", ("Legal basis", "Recipients", "Retention", "classification", "days"), id="en"),
        pytest.param("fr", ("Base légale", "Destinataires", "Conservation", "classification", "jours"), id="fr"),
    ],
)
def test_a_contract_says_what_becomes_of_each_column(feed: str, language: Language, words: tuple[str, ...]) -> None:
    contract = load_contract(feed)
    text = contract_page(contract, language)
    for word in (
        *words,
        *(
            in_language(text, language)
            for text in (
                *(contract.legal_basis, contract.usage, contract.limitations, contract.grain),
                *(contract.provenance.producer, contract.provenance.licence, contract.provenance.citation),
            )
        ),
        f"{often(contract.frequency, language)} (`{contract.schedule}`)",
        *(WORDS[language][name] for name in contract.recipients),
    ):
        assert word in text
    kept = {
        tier: f"{days:,}".replace(",", WORDS[language]["thousands"]) for tier, days in contract.retention_days.items()
    }
    assert all(f"{WORDS[language][tier]} {days} {WORDS[language]['days']}" in text for tier, days in kept.items())
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert len(rows) == len(contract.bronze) + len(contract.landing)


def test_a_protected_column_says_how() -> None:
    text = contract_page(load_contract("citizen_reports"), "en", "fr")
    assert (
        "| `reporter_token` | `reporter_name` | string | identifier | keyed token (person, citizen_reports) |" in text
    )
    assert "| `description_redacted` | `description` | string | personnelle | expurgée |" in text


@pytest.mark.parametrize("feed", sorted(load_contracts()))
def test_a_line_says_whom_to_cite_in_both_languages(feed: str) -> None:
    contract = load_contract(feed)
    made, line = contract.provenance, source_line(contract)
    assert line.startswith(f"Source: {made.citation.removesuffix('.')}. Producer / Producteur: {made.producer}. ")
    assert line.endswith(".") and made.licence in line
    assert ".." not in line and "\n" not in line
    dated = contract.model_copy(update={"provenance": made.model_copy(update={"date_published": date(2026, 3, 1)})})
    assert source_line(dated) == f"{line} Published / Publié le: 2026-03-01."


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_document_opens_and_is_listed(language: str) -> None:
    index = documents.index(language)
    kinds = {
        "contracts": (documents.contract, load_contracts()),
        "runbooks": (documents.runbook, documents.runbooks()),
        "models": (documents.model, documents.models()),
    }
    for kind, (open_, names) in kinds.items():
        assert names, kind
        for name in names:
            assert f'href="/calanque/{kind}/{name}"' in index
            assert f'<html lang="{language}">' in (open_(name, language) or "")


@pytest.mark.parametrize("name", ["../decisions/0001-one-spark-door", "/etc/passwd", "", "no-such"])
@pytest.mark.parametrize("open_", [documents.contract, documents.runbook, documents.model])
def test_no_other_file_opens(open_, name: str) -> None:
    assert open_(name, "en") is None


def test_html_in_a_document_is_shown_as_text() -> None:
    desk = "/calanque/register"
    seer = Reader(name="dpo", token="t", sees_batches=True)
    analyst = Reader(name="analyst", token="t", reads_marts=True)
    assert desk in documents.index("fr", seer) and desk not in documents.index("fr", analyst)
    assert "<script>" not in documents.page("x", "<script>alert(1)</script> & <b>", "en")


@pytest.mark.parametrize("name", sorted(documents.runbooks()))
def test_a_runbook_is_called_in_the_language_of_whoever_reads(name: str) -> None:
    first = documents.runbooks()[name].read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
    assert is_in_both(first)
    for language, other in (("fr", "en"), ("en", "fr")):
        own, foreign = (html.escape(in_language(first, one), quote=False) for one in (language, other))
        for shown in (documents.index(language), documents.contract("citizen_reports", language) or ""):
            assert f">{own}</a>" in shown and foreign not in shown
        assert f"<h1>{own}</h1>" in (documents.runbook(name, language) or "")
