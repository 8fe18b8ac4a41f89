"""Rules of planned events that can not go together: their file, the model that is made of them, and who reads it."""

from pathlib import Path

import pytest

from calanque.errors import CalanqueError
from calanque.marts.project import conflict_rules_sql
from calanque.places import conflicts
from calanque.places.conflicts import FARTHEST_M, conflict_rules
from calanque.settings import settings

RULE = """
every_city:
  near: {label: {en: It's near, fr: C'est près}, first: {kinds: [works]}, second: {kinds: [market, fair]}, within_m: 60}
cities:
  lyon:
    near:
      {label: {en: Nearer, fr: Plus près}, first: {kinds: [works]}, second: {kinds: [fair], at_least: 50}, within_m: 20}
    late: {label: {en: Late, fr: Tard}, first: {kinds: [fair]}, second: {kinds: [fair]}, within_m: 9, margin_minutes: 5}
"""


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the rules, in another project."""
    path = tmp_path / "infra" / "conflicts.yml"
    path.parent.mkdir()
    path.write_text(RULE, encoding="utf-8")
    monkeypatch.setattr(conflicts, "settings", lambda: settings().model_copy(update={"root": tmp_path}))
    conflicts._read.cache_clear()
    return path


@pytest.fixture(autouse=True)
def _forgotten() -> object:
    yield
    conflicts._read.cache_clear()


def test_a_city_has_the_rules_of_all_and_its_own_in_their_place(said: Path) -> None:
    assert {name: rule.within_m for name, rule in conflict_rules("paris").items()} == {"near": 60}
    assert {name: rule.within_m for name, rule in conflict_rules("lyon").items()} == {"near": 20, "late": 9}


def test_each_pair_of_kinds_of_each_city_is_a_row(said: Path) -> None:
    text = conflict_rules_sql(["lyon", "paris"])
    assert text.count("\n    (") == 4
    assert r"('paris', 'near', 'It\'s near', 'C\'est près', 'works', 'fair', 0, 0, 60, 0)" in text
    assert "('lyon', 'near', 'Nearer', 'Plus près', 'works', 'fair', 0, 50, 20, 0)" in text
    assert "('lyon', 'late', 'Late', 'Tard', 'fair', 'fair', 0, 0, 9, 5)" in text
    assert "where false" in conflict_rules_sql([])


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("within_m: 60", f"within_m: {FARTHEST_M + 1}", "less than or equal to 1000"),
        ("within_m: 60", "metres: 60", "metres"),
        ("kinds: [market, fair]", "kinds: []", "at least 1 item"),
        ("  near: {label", "  Near-by: {label", "match pattern"),
        ("margin_minutes: 5", "margin_minutes: 2000", "less than or equal to 1440"),
    ],
)
def test_a_rule_that_can_not_be_meant_is_refused_with_its_place(said: Path, old: str, new: str, sentence: str) -> None:
    said.write_text(RULE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CalanqueError, match=r"^conflicts\.yml: ") as raised:
        conflict_rules("paris")
    assert sentence in str(raised.value)


def test_each_kind_of_the_project_s_rules_is_one_of_a_feed() -> None:
    known = "\n".join(path.read_text(encoding="utf-8") for path in (settings().root / "dags" / "feeds").glob("*.yaml"))
    rules = conflict_rules("marseille")
    assert len(rules) >= 4
    kinds = {kind for rule in rules.values() for side in (rule.first, rule.second) for kind in side.kinds}
    assert [kind for kind in sorted(kinds) if f"'{kind}'" not in known] == []
