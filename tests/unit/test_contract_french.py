"""What a contract says in French stands where French is read, and English where it says nothing."""

from pathlib import Path

import pytest
import yaml

from calanque.console import pages
from calanque.console.made_from import WORDS as MADE_FROM
from calanque.console.made_from import Source
from calanque.contracts import load_contract, read_contract
from calanque.contracts.model import in_language, is_in_both
from calanque.contracts.page import Language, contract_page, often
from calanque.governance.register import register
from calanque.governance.register_sheet import Line, sheet
from calanque.marts.project import sources
from calanque.settings import settings

WEATHER = load_contract("marseille_weather")


def live_weather(tmp_path: Path):
    """The contract of the weather with its real source."""
    text = (settings().root / "dags/feeds/marseille_weather.odcs.yaml").read_text(encoding="utf-8")
    said = yaml.safe_load(text)
    next(one for one in said["customProperties"] if one["property"] == "live")["value"]["isOn"] = True
    path = tmp_path / "marseille_weather.odcs.yaml"
    path.write_text(yaml.safe_dump(said, allow_unicode=True), encoding="utf-8")
    return read_contract(path)


@pytest.mark.parametrize(
    ("text", "language", "said"),
    [
        pytest.param("Name of the area. / Nom du secteur.", "en", "Name of the area.", id="english-part"),
        pytest.param("Name of the area. / Nom du secteur.", "fr", "Nom du secteur.", id="french-part"),
        pytest.param("Name of the area.", "en", "Name of the area.", id="english-alone"),
        pytest.param("Name of the area.", "fr", "Name of the area.", id="no-french"),
        pytest.param("Thefts of Aix / Vols à Aix", "en", "Thefts of Aix", id="english-name"),
        pytest.param("Thefts of Aix / Vols à Aix", "fr", "Vols à Aix", id="french-name"),
        pytest.param("In km / h. / En km / h.", "en", "In km / h.", id="a-stroke-in-each"),
        pytest.param("In km / h. / En km / h.", "fr", "En km / h.", id="a-stroke-in-each-french"),
        pytest.param("MIT / BSD", "en", "MIT / BSD", id="a-licence-of-two"),
        pytest.param("Theft / loss, by month.", "en", "Theft / loss, by month.", id="a-stroke-in-a-sentence"),
        pytest.param("One. / Une. / Eine.", "en", "One. / Une. / Eine.", id="three"),
        pytest.param("One. / ", "fr", "One. / ", id="nothing-behind"),
        pytest.param("Local time, dd/MM/yyyy.", "fr", "Local time, dd/MM/yyyy.", id="a-stroke-is-no-separator"),
    ],
)
def test_a_text_of_a_contract_is_said_in_the_language_asked_for(text: str, language: Language, said: str) -> None:
    assert in_language(text, language) == said
    assert is_in_both(text) == (in_language(text, "fr") != in_language(text, "en"))


@pytest.mark.parametrize(
    ("frequency", "language", "said"),
    [("1 d", "fr", "tous les jours"), ("2 w", "fr", "toutes les 2 semaines"), ("1 mo", "en", "every month"),
     ("15 min", "fr", "15 min"), ("often", "fr", "often")],
)  # fmt: skip
def test_how_often_a_batch_comes_is_said_in_words(frequency: str, language: Language, said: str) -> None:
    assert often(frequency, language) == said
    page = contract_page(WEATHER.model_copy(update={"frequency": frequency}), language)
    assert f"{said} (`{WEATHER.schedule}`)" in page


def test_the_page_and_the_sheet_quote_the_french_of_each_text() -> None:
    contract = WEATHER.model_copy(
        update={
            name: f"English {name}. / Français {name}." for name in ("usage", "limitations", "grain", "legal_basis")
        }
        | {
            tier: tuple(
                column.model_copy(update={"description": f"English {column.name}. / Français {column.name}."})
                for column in getattr(WEATHER, tier)
            )
            for tier in ("landing", "bronze")
        }
    )
    for language, word, other in (("fr", "Français", "English"), ("en", "English", "Français")):
        page = contract_page(contract, language)
        assert page.count(word) == 4 + len(contract.landing) + len(contract.bronze)
        assert other not in page
    of_weather = next(one for one in register().treatments if WEATHER in one.contracts)
    alone = of_weather._replace(contracts=(contract,))
    lines = [line for section in sheet(register(), alone, "fr") for line in section.lines]
    assert Line("Base légale dans les contrats", ("Français legal_basis.",)) in lines


def test_the_real_source_has_its_own_title_in_both(tmp_path: Path) -> None:
    live = live_weather(tmp_path)
    assert (live.titled("en"), live.titled("fr")) == ("Hourly weather of Marseille", "Météo horaire de Marseille")


def test_the_page_of_a_contract_says_it_in_the_language_of_the_page() -> None:
    french, english = contract_page(WEATHER, "fr"), contract_page(WEATHER, "en")
    assert WEATHER.described("fr") in french and WEATHER.described("en") not in french
    assert WEATHER.described("en") in english and WEATHER.described("fr") not in english


def test_the_register_says_feeds_in_french_and_marks_as_english_what_is(monkeypatch: pytest.MonkeyPatch) -> None:
    of_weather = next(one for one in register().treatments if WEATHER in one.contracts)

    def feeds(treatment) -> Line:
        lines = [line for section in sheet(register(), treatment, "fr") for line in section.lines]
        return next(line for line in lines if any(value.startswith(WEATHER.feed) for value in line.values))

    assert f"{WEATHER.feed} : {WEATHER.titled('fr')}" in [
        text.replace("\xa0", " ") for text in feeds(of_weather).values
    ]
    assert not feeds(of_weather).is_quoted
    without = WEATHER.model_copy(update={"title": WEATHER.titled("en")})
    held = tuple(without if one.feed == WEATHER.feed else one for one in of_weather.contracts)
    assert feeds(of_weather._replace(contracts=held)).is_quoted


def test_dbt_says_a_source_in_english_and_its_columns_in_both() -> None:
    (table,) = sources([WEATHER])["sources"][0]["tables"]
    assert table["description"] == "Hourly weather of Marseille (synthetic). One row per station, hour and quantity."
    assert [one["description"] for one in table["columns"]] == [column.description for column in WEATHER.bronze]


def test_provenance_is_said_in_the_language_of_the_page() -> None:
    made = WEATHER.provenance.model_copy(
        update={name: f"English {name}. / Français {name}." for name in ("producer", "licence", "citation")}
    )
    contract = WEATHER.model_copy(update={"provenance": made})
    for language, word, other in (("fr", "Français", "English"), ("en", "English", "Français")):
        page = contract_page(contract, language)
        assert page.count(word) == 3 and other not in page
    source = Source(WEATHER.feed, "marseille", "title", made.producer, made.licence, made.citation, None, False)
    assert source.cited("fr") == "Français citation."
    assert source._replace(citation="").cited("en") == "English producer., English licence."
    shown = pages.render("made_from.html", "fr", "", s=MADE_FROM["fr"], sources=[source])
    assert "English" not in shown and "Français producer." in shown and "Français licence." in shown
    of_weather = next(one for one in register().treatments if WEATHER in one.contracts)
    lines = [line for section in sheet(register(), of_weather._replace(contracts=(contract,)), "fr") for line in
             section.lines]  # fmt: skip
    assert any("Français producer." in value for line in lines for value in line.values)


def test_what_figures_are_made_of_is_said_in_french_while_a_contract_says_it() -> None:
    known = Source(WEATHER.feed, "marseille", "as the mart has it", "a", "b", "c", None, False)
    assert known.titled("fr") == load_contract(WEATHER.feed).titled("fr")
    assert known._replace(feed="gone").titled("fr") == "as the mart has it"
