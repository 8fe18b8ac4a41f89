"""The page *Chiffres publiés* without a lake: an area by its name, what is withheld, and as whom it asks."""

import re
from datetime import date
from typing import Any

import pytest
from fastapi import HTTPException
from query_door import Door, Rows, opened

from calanque.console import readers
from calanque.console.city import counted_words
from calanque.console.figures import page as figures
from calanque.console.readers import Reader
from calanque.console.remembered import forget
from calanque.contracts import load_contracts
from calanque.engines.trino_behalf import OnBehalf
from calanque.places import outline_words
from calanque.twin.registers import COUNTED, INDICATORS

ELECTED = Reader(name="elected", token="t", reads_figures=True)
SQUARE = '{"type": "Polygon", "coordinates": [[[5.3, 43.2], [5.4, 43.2], [5.4, 43.3], [5.3, 43.3], [5.3, 43.2]]]}'
MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)


def area(area_id: str, name: str, kind: str, parent: str | None = None) -> tuple[Any, ...]:
    return area_id, name, kind, parent, SQUARE, outline_words.OUTLINE.format(source="quarters")


def answers() -> dict[str, Rows]:
    """Return the answers of the query door, by what each query reads."""
    return {
        "select distinct territory": [("marseille",), ("toronto",)],
        "territory = 'toronto'\norder by area_name": [area("toronto:n1", "Annex", "neighbourhood")],
        "geometry": [
            area("marseille:d1", "Littoral <sud>", "district"),
            area("marseille:n1", "L'ESTAQUE", "neighbourhood", "marseille:d1"),
            area("marseille:n2", "SAINT-ANDRÉ", "neighbourhood", "marseille:d1"),
            area("marseille:n3", "Saint-Antoine", "neighbourhood", "marseille:d1"),
            area("marseille:a0:1", "a0:1", "area"),
        ],
        "dim_incident_type": [("noise", "Noise", "Bruit"), ("waste", "Waste", "Déchets")],
        "fct_report_area_month": [
            ("marseille:a0:1", JUNE, "noise", 1234), ("marseille:a0:1", JUNE, "waste", None),
            ("marseille:a0:1", MAY, "waste", 0), ("marseille:z9:9", JUNE, "noise", 5678),
        ],
        "fct_enforcement_area_month": [("marseille:d1", JUNE, "parking", 77)],
        "fct_territory_week": [(date(2026, 6, 8), "noise", 40), (date(2026, 6, 8), "waste", None)],
        "fct_statistic": [
            ("Burglaries", code, "facts", value, date(2025, 1, 1), date(2025, 12, 31))
            for code, value in (("d1", 12.0), ("d2", 345.0))
        ],
    }  # fmt: skip


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Door:
    return opened(Door(answers()), monkeypatch)


def page(language: Any = "fr", status: int = 200, asking: Reader = ELECTED, **said: str) -> str:
    answer = figures.figures(asking, language, figures.chosen(**{"city": "", "area": "", "find": "", **said}))
    assert answer.status_code == status
    return bytes(answer.body).decode()


def table(text: str, name: str) -> str:
    return text.partition(f'data-table="{name}"')[2].partition("</table>")[0]


def test_an_area_is_found_by_its_name_however_it_is_written(door: Door) -> None:
    for written in ("l’estaque", "L ESTAQUE", "estaque", " Estaque "):
        text = page(find=written)
        assert "<h1>Chiffres publiés\u00a0: L&#39;Estaque</h1>" in text, written
    assert 'area=marseille%3An2"' in page(find="saint") and "2 secteurs ont ceci dans leur nom" in page(find="SAINT")
    assert "Chiffres publiés\u00a0: Saint-André" in page(find="saint andre")
    assert "Aucun secteur" in page(find="a0:1") and "3 secteurs" not in page() and "4 secteurs" in page()
    assert "Chiffres publiés\u00a0: Annex" in page(find="annex"), "whoever looks for it need not choose its city"
    assert "Chiffres publiés\u00a0: L&#39;Estaque" in page(city="toronto", find="estaque")
    assert "Aucun secteur" in page(find="harlem") and "<b>" not in page(find="harlem")


def test_what_is_withheld_is_a_sign_and_where_there_was_none_is_0(door: Door) -> None:
    text = page(area="marseille:n1")
    reports = table(text, "reports")
    assert "Bruit" in reports and "1\u202f234" in reports and "5\u202f678" not in reports
    assert reports.count('aria-label="retenu"') == 1
    assert "Littoral &lt;sud&gt;" in text and "<sud>" not in text
    # Acts are published of the widest area alone, reports of squares, and the page says so.
    assert (
        "Publié pour un carré de 6 km de côté, où se trouve le secteur" in text
        and "Publié pour Littoral &lt;sud&gt;" in text
        and ">77</td>" in table(text, "acts")
    )
    assert table(text, "weeks").count('aria-label="retenu"') == 1
    assert "12" in table(text, "statistics")
    # Official figures are of where the area lies, by its name; of the whole city, or where there are none, all of them.
    assert "Littoral" in table(text, "statistics") and "345" not in table(text, "statistics")
    assert all("345" in table(page(**said), "statistics") for said in ({}, {"area": "marseille:a0:1"}))
    english = page("en", area="marseille:n1")
    assert 'aria-label="withheld"' in english and "1,234" in english and "Noise" in english


def test_a_month_that_no_data_cover_is_no_0(door: Door) -> None:
    noise, waste = re.findall(r"<td.*?</td>", table(page(area="marseille:n1"), "reports"))[2:]
    assert "pas compté, ou pas encore jusqu’au bout" in noise and ">–<" in noise and ">0<" not in noise
    assert ">0<" in waste


def test_what_is_counted_is_said_in_the_words_of_the_reader(door: Door) -> None:
    door.rows["fct_report_area_month"] = [
        ("marseille:a0:1", JUNE, kind, 20) for kind in ("depot_sauvage", "salete", "not_yet_known")
    ]
    period = date(2025, 1, 1), date(2025, 12, 31)
    door.rows["fct_statistic"] = [("feux_de_vehicule", "d1", "facts", 12.0, *period)]
    text = page(area="marseille:n1")
    for words in ("Dépôt sauvage", "Saleté", "not yet known", "Feux de véhicule", "<td>faits</td>"):
        assert words in text, words
    assert "Fly-tipping" in (text := page("en", area="marseille:n1")) and "Vehicle fires" in text
    assert "a0:1</p>" not in text and "a square of 6 km a side" in text


def test_outlines_are_told_in_the_language_of_the_page(door: Door) -> None:
    french, english = (
        page(language).rpartition('<p class="dim">')[2].partition("</p>")[0] for language in ("fr", "en")
    )
    assert french.startswith("Contours\u00a0: Contour et nom d’après quarters ; un carré est du secteur")
    assert english.startswith("Outlines: Outline and name from quarters;") and english.count("Outline and") == 1


def test_a_city_cites_its_own_sources_and_no_table_by_its_name(door: Door) -> None:
    text = page(city="toronto")
    sources = table(text, "sources")
    assert "D’où viennent ces chiffres" in text and "Toronto Police Service, Public Safety Data Portal" in sources
    assert "Marseille" not in sources and "holidays" not in sources and "fct_" not in text.partition("<details>")[0]
    marseille = table(page(), "sources")
    assert "Contraventions de la police municipale" in marseille and "Quartiers de Marseille" in marseille
    assert "Caméras" not in marseille and "Agenda public" not in marseille


def test_every_code_that_a_contract_can_give_has_words() -> None:
    contracts = load_contracts().values()
    rules = [
        f"{column.expression} {column.enum}"
        for contract in contracts
        for column in contract.bronze
        if (contract.shape, column.fills or column.name) in {("report", "category"), ("statistic", "unit")}
    ]
    codes = {code for rule in rules for code in re.findall(r"'([a-z_]+)'", rule)}
    codes |= {kind for kinds in COUNTED.values() for kind in kinds}
    assert len(codes) >= 20 and codes <= counted_words.WORDS["fr"].keys() <= counted_words.WORDS["en"].keys()
    assert {one.name for one in INDICATORS} <= counted_words.WORDS["en"].keys()


def test_whoever_reads_it_is_asked_for_as_who_is_elected(door: Door) -> None:
    engineer = Reader(name="engineer", token="t", reads_figures=True, reads_marts=True, sees_batches=True)
    text = page(asking=engineer, area="marseille:n1")
    assert {(user, user.person) for user, *_ in door.asked if isinstance(user, OnBehalf)} == {("elected", "engineer")}
    assert {user for user, *_ in door.asked} == {"elected"}
    assert 'href="/calanque/map?city=marseille"' in text
    only = page(area="marseille:n1")
    links = only.partition("<header>")[2].partition("</header>")[0]
    assert [name for name in ("lac", "map", "outlook", "agenda", "journal", "register") if f"/{name}" in links] == []
    assert 'href="/calanque/"' not in links and 'href="/calanque/figures?city=marseille"' in links


def test_a_wrong_link_is_a_sentence(door: Door) -> None:
    assert "choisissez parmi Marseille, Toronto" in page(status=404, city="atlantis")
    assert "cherchez-le par son nom" in page(status=404, area="marseille:n9")
    door.rows["select distinct territory"] = []
    forget()
    assert "Aucune ville" in page(status=404)


def test_the_table_that_is_given_holds_no_more_and_is_told(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[dict[str, Any]] = []
    monkeypatch.setattr("calanque.journal.log.tell", lambda **what: told.append(what))
    answer = figures.as_csv(ELECTED, "fr", figures.chosen(city="", area="marseille:n1", find=""))
    lines = bytes(answer.body).decode().splitlines()
    square = "fct_report_area_month;marseille:a0:1;un carré de 6 km de côté;waste;Déchets"
    assert f"{square};2026-06-01;;true" in lines
    assert "fct_territory_week;;;noise;Bruit;2026-06-08;40;false" in lines
    assert [line for line in lines if "2026-05" in line] == [f"{square};2026-05-01;0;false"]
    assert [(one["who"], one["row_count"], one["objects"]) for one in told] == [
        ("elected", len(lines) - 1, ("console.figures",))
    ]


def test_without_the_right_it_is_closed() -> None:
    with pytest.raises(HTTPException, match="opens no figures") as refused:
        readers.figures_reader(Reader(name="dpo", token="t", sees_batches=True))
    assert refused.value.status_code == 403
    with pytest.raises(HTTPException, match="opens nothing here"):
        readers.reader(ELECTED)
