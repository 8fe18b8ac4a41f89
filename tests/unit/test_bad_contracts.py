"""A folder of wrong contracts, each with the sentences it must give, in comments at its head: all of them, at once."""

import re
import shutil
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from typer.testing import CliRunner

from calanque.cli import feeds as cli
from calanque.contracts import ContractError, Folders, load_contracts, odcs, read_contract, read_contracts
from calanque.contracts.partial import NOT_CHECKED
from calanque.errors import CalanqueError
from calanque.stack import supervisor

FOLDER = Path(__file__).parents[1] / "contracts"
GOOD = FOLDER / "good.odcs.yaml"
BAD = sorted((FOLDER / "bad").glob("*.odcs.yaml"))
JUNK = st.sampled_from([None, "", "x", -1, 3.5, True, [], {}, [None], [{}], {"x": None}, "é" * 300, "'; drop table x"])


def expected(path: Path) -> list[str]:
    return re.findall(r"^# expect: (.+?) *$", path.read_text(encoding="utf-8"), re.MULTILINE)


def test_what_the_wrong_ones_are_made_from_is_right() -> None:
    assert read_contract(GOOD).feed == "good"
    assert len(BAD) >= 25


@pytest.mark.parametrize("path", BAD, ids=[path.name.removesuffix(".odcs.yaml") for path in BAD])
def test_a_wrong_contract_says_all_that_is_wrong(path: Path) -> None:
    wanted = expected(path)
    assert wanted, "a comment '# expect: …' at its head"
    with pytest.raises(ContractError) as raised:
        read_contract(path)
    problems = [problem for problem in raised.value.problems if problem != NOT_CHECKED]
    assert len(problems) == len(wanted), problems
    for sentence in wanted:
        assert any(sentence in problem for problem in problems), (sentence, problems)
    assert str(raised.value).startswith(f"{path.name}: ")


@pytest.mark.parametrize(
    ("name", "is_told"),
    [("many_at_once", True), ("null_columns", True), ("other_scheduler", True), ("no_landing_retention", False)],
)
def test_a_contract_that_could_not_be_checked_whole_says_so_last(name: str, is_told: bool) -> None:
    with pytest.raises(ContractError) as raised:
        read_contract(FOLDER / "bad" / f"{name}.odcs.yaml")
    assert [problem == NOT_CHECKED for problem in raised.value.problems] == (
        [*[False] * (len(raised.value.problems) - 1), is_told]
    )


def test_what_is_left_to_decide_says_that_more_may_follow(tmp_path: Path) -> None:
    path = tmp_path / GOOD.name
    path.write_text(GOOD.read_text(encoding="utf-8").replace("domain: incidents", "domain: to_decide"), "utf-8")
    with pytest.raises(ContractError) as raised:
        read_contract(path)
    assert "'domain'" in raised.value.problems[0] and raised.value.problems[1:] == (NOT_CHECKED,)


@pytest.fixture
def mixed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folders:
    """All wrong contracts beside a right one, and what can not be read at all."""
    for path in (GOOD, *BAD):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "folder.odcs.yaml").mkdir()
    (tmp_path / "latin.odcs.yaml").write_bytes("id: été".encode("latin-1"))
    (tmp_path / "nowhere.odcs.yaml").symlink_to(tmp_path / "gone")
    (tmp_path / "deep.odcs.yaml").write_text("[" * 1_100, encoding="utf-8")
    folders = Folders(contracts=tmp_path)
    monkeypatch.setattr(odcs, "Folders", lambda: folders)
    return folders


def test_the_right_ones_load_beside_the_wrong(mixed: Folders) -> None:
    right, wrong = read_contracts(mixed)
    assert list(right) == list(load_contracts(mixed)) == ["good"]
    names = {path.name.removesuffix(".odcs.yaml") for path in BAD}
    assert set(wrong) == names | {"folder", "latin", "nowhere", "deep"}


def test_a_contract_that_breaks_its_reader_takes_no_other_away(mixed: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = odcs.problems_of

    def broken(contract: odcs.FeedContract) -> list[str]:
        if contract.feed == "every_night":
            raise RecursionError("the value of a row")
        return whole(contract)

    monkeypatch.setattr(odcs, "problems_of", broken)
    right, wrong = read_contracts(mixed)
    assert list(right) == ["good"]
    assert "(RecursionError)" in str(wrong["every_night"]) and "the value" not in str(wrong["every_night"])


def test_the_pools_of_the_right_ones_are_made_beside_the_wrong(mixed: Folders) -> None:
    from calanque.stack.pools import pools

    assert "bronze_good" in pools()


def test_one_check_shows_all_problems_of_all_contracts(mixed: Folders) -> None:
    outlines = "marseille_areas.odcs.yaml"
    shutil.copy(Path(__file__).parents[2] / "dags" / "feeds" / outlines, mixed.contracts / outlines)
    ran = CliRunner().invoke(cli.app, ["check"])
    assert isinstance(ran.exception, CalanqueError)
    assert "two_typos" in str(ran.exception)
    text = " ".join(ran.output.split())
    for path in BAD:
        for sentence in expected(path):
            assert " ".join(sentence.split()) in text, sentence
    assert "ok good 1.0.0" in text


def test_the_list_of_feeds_shows_the_wrong_beside_the_right_and_fails(
    mixed: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "is_running", lambda _settings: False)
    monkeypatch.setattr(cli, "console", Console(width=200))
    ran = CliRunner().invoke(cli.app, ["list"])
    assert isinstance(ran.exception, CalanqueError)
    assert "two_typos" in str(ran.exception) and "good" not in str(ran.exception)
    rows = {cells[1].strip(): cells for line in ran.output.splitlines() if len(cells := line.split("│")) > 1}
    assert rows["good"][2].strip() == "1.0.0"
    for name in read_contracts(mixed)[1]:
        assert [cell.strip() for cell in rows[name][-4:-2]] == ["wrong", f"calanque feeds check {name}"]


@pytest.mark.parametrize(("language", "title"), [("en", "The contract is wrong"), ("fr", "Le contrat est erroné")])
def test_the_console_shows_what_is_wrong_beside_the_right(mixed: Folders, language: str, title: str) -> None:
    from calanque.console import documents

    index = documents.index(language)
    assert "/contracts/every_night" in index and "Parking tickets" in index
    shown = documents.contract("every_night", language) or ""
    assert title in shown and "toutes les nuits" in shown


def places(node: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    inner = list(node.items()) if isinstance(node, dict) else list(enumerate(node)) if isinstance(node, list) else []
    return [path, *(place for key, value in inner for place in places(value, (*path, key)))]


@given(data=st.data())
def test_no_contract_breaks_its_reader(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever stands anywhere in a contract, it loads or it is refused with sentences."""
    content = yaml.safe_load(GOOD.read_text(encoding="utf-8"))
    *path, last = data.draw(st.sampled_from(places(content)[1:]))
    node = content
    for key in path:
        node = node[key]
    node[last] = data.draw(JUNK)
    file = tmp_path_factory.mktemp("junk") / "good.odcs.yaml"
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    try:
        read_contract(file)
    except ContractError as error:
        assert all(problem.endswith(".") for problem in error.problems)
