"""The DPO's desk in a real browser, in French: register, lineage, retention; what is taken away, and who sees none."""

import io
import zipfile
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import sign_in
from covered import disagreements
from playwright.sync_api import Browser, Page, expect

from calanque.contracts import load_contracts
from calanque.demo.run import DemoRun
from calanque.engines import spark
from calanque.settings import Settings

# Each page as its link holds it, its heading, and what is to be read there.
PAGES = {
    "register": ("register?regime=title_iii", "Registre des activités de traitement", "main_courante"),
    "lineage": ("lineage", "Lignage", "Ni jeton ni texte expurgé dans les marts"),
    "lineage-forward": (
        "lineage?dataset=landing.citizen_reports&column=reporter_name&way=forward",
        "Ce qui est fait de",
        "reporter_token",
    ),
    "lineage-back": (
        "lineage?dataset=marts.fct_report_zone_week&column=report_count&way=back", "De quoi est fait", "shape_report"
    ),
    "retention": ("retention?only=personal", "Conservation", "Liste d’effacement"),
}  # fmt: skip


@pytest.fixture(scope="module")
def desk(stack: Settings, first: DemoRun, browser: Browser) -> Page:
    return sign_in(browser, stack, "dpo", "fr")


@pytest.mark.parametrize("name", PAGES)
def test_a_page_of_the_desk_says_what_it_is_and_is_open_to_everybody_s_tools(
    desk: Page, stack: Settings, name: str
) -> None:
    path, heading, text = PAGES[name]
    desk.goto(f"{stack.airflow_url}/calanque/{path}")
    expect(desk.locator("h1")).to_contain_text(heading)
    expect(desk.locator("main")).to_contain_text(text)
    folder = stack.home / "screenshots"
    folder.mkdir(exist_ok=True)
    desk.screenshot(path=folder / f"console-dpo-{name}.png", full_page=True)
    assert Axe().run(desk).violations_count == 0
    desk.get_by_role("link", name="English").click()
    expect(desk.locator("html")).to_have_attribute("lang", "en")
    assert set(path.partition("?")[2].split("&")) - {""} <= set(desk.url.partition("?")[2].split("&")), (
        "the view is lost"
    )
    desk.get_by_role("link", name="Français").click()


def test_the_register_is_taken_away_as_a_sheet_and_as_a_document(desk: Page, stack: Settings, tmp_path: Path) -> None:
    desk.goto(f"{stack.airflow_url}/calanque/register?lang=fr")
    taken = {}
    for name in ("register.ods", "register.pdf"):
        with desk.expect_download() as given:
            desk.locator(f"a[href$='{name}']").click()
        given.value.save_as(tmp_path / name)
        taken[name] = (tmp_path / name).read_bytes()
    with zipfile.ZipFile(io.BytesIO(taken["register.ods"])) as sheet:
        assert "Liste des traitements" in sheet.read("content.xml").decode()
    assert taken["register.pdf"].startswith(b"%PDF-")


def test_every_table_of_the_lake_has_its_treatment(stack: Settings, first: DemoRun) -> None:
    tables = [
        f"{schema}.{row.tableName}"
        for schema in ("bronze", "quarantine")
        for row in spark.rows(f"show tables in {schema}")
    ]
    own = {contract.bronze_table for contract in load_contracts().values()}
    assert own <= set(tables) and disagreements(load_contracts().values(), tables) == []
    lost = disagreements([], tables)
    assert len(lost) == len(tables) and "no treatment of the register" in lost[0]


def test_nobody_without_the_right_sees_the_desk(stack: Settings, first: DemoRun, browser: Browser) -> None:
    asking = sign_in(browser, stack, "analyst").request
    for path, _, _ in PAGES.values():
        assert asking.get(f"{stack.airflow_url}/calanque/{path}").status == 403
