"""Rules of planned events that can not go together: their file, the model that is made of them, and who reads it."""

from pathlib import Path

import pytest

from calanque.errors import CalanqueError
from calanque.marts.conflict_sql import conflict_models
from calanque.places import conflicts
from calanque.places.conflicts import FARTHEST_M, conflict_rules
from calanque.places.words import EVENTS
from calanque.settings import settings

RULE = """
every_city:
  near: {label: {en: It's near, fr: C'est près}, first: {kinds: [works]}, second: {kinds: [market, fair]}, within_m: 60}
cities:
  lyon:
    near:
      {label: {en: Nearer, fr: Plus près}, first: {kinds: [works]}, second: {kinds: [fair], at_least: 50}, within_m: 20}
    late: {label: {en: Late, fr: Tard}, first: {kinds: [fair]}, second: {kinds: [fair]}, within_m: 9, margin_minutes: 5}
  nice:
    near:
      {label: {en: By, fr: Sur}, first: {kinds: [fair]}, second: {kinds: [fair]}, asset: {kinds: [tram]}, within_m: 90}
    full: {label: {en: Full, fr: Plein}, first: {kinds: [fair]}, asset: {kinds: [square], is_full: true}, within_m: 30}
    wind: {label: {en: Wind, fr: Vent}, first: {kinds: [fair]}, second: {kinds: [wind]}}
    school:
      label: {en: School, fr: École}
      first: {kinds: [works]}
      asset: {kinds: [school]}
      within_m: 40
      hours: {between: [{begins: "08:10", ends: "08:40"}], weekdays: [1, 5], not_in: [holiday, strike]}
"""


def test_each_kind_that_rules_speak_of_has_a_word_in_both_languages() -> None:
    rules = conflict_rules("marseille").values()
    sides = [side for rule in rules for side in (rule.first, rule.second) if side]
    kinds = {kind for side in sides for kind in side.kinds}
    assert "closure" in kinds and all(kinds <= set(words) for words in EVENTS.values())


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
    models = conflict_models(["lyon", "paris"])
    assert models["int_events__rules"].count("\n    (") == 3
    assert r"('paris', 'near', 'It\'s near', 'C\'est près', 60)" in models["int_events__rules"]
    kinds = models["int_events__rule_kinds"]
    assert kinds.count("\n    (") == 4
    assert "('paris', 'near', 'near', 'works', 'fair', null, 0, 0, 60, 0, false, false, false, '')" in kinds
    assert "('lyon', 'near', 'near', 'works', 'fair', null, 0, 50, 20, 0, false, false, false, '')" in kinds
    assert "('lyon', 'late', 'near', 'fair', 'fair', null, 0, 0, 9, 5, false, false, false, '')" in kinds
    assert "('paris', 'works', 'market', 60)" in models["int_events__rule_sides"]
    assert "where false" in models["int_events__rule_hours"]
    assert all("where false" in sql for sql in conflict_models([]).values())


def test_a_rule_about_what_stands_or_about_time_alone_says_so(said: Path) -> None:
    models = conflict_models(["nice"])
    kinds = models["int_events__rule_kinds"]
    assert "('nice', 'near', 'along', 'fair', 'fair', 'tram', 0, 0, 90, 0, false, false, false, '')" in kinds
    assert "('nice', 'full', 'near', 'fair', 'square', null, 0, 0, 30, 0, true, true, false, '')" in kinds
    assert "('nice', 'wind', 'anywhere', 'fair', 'wind', null, 0, 0, 0, 0, false, false, false, '')" in kinds
    at_school = "('nice', 'school', 'near', 'works', 'school', null, 0, 0, 40, 0, true, false, true, 'holiday,strike')"
    assert at_school in kinds
    sides = models["int_events__rule_sides"]
    assert sides.count("\n    (") == 3 and "('nice', 'fair', 'tram', 90)" in sides and "wind" not in sides
    hours = models["int_events__rule_hours"]
    assert "('nice', 'school', 1, 490, 520)" in hours and "('nice', 'school', 5, 490, 520)" in hours


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("within_m: 60", f"within_m: {FARTHEST_M + 1}", "less than or equal to 1000"),
        ("within_m: 60", "metres: 60", "metres"),
        ("kinds: [market, fair]", "kinds: []", "at least 1 item"),
        ("  near: {label", "  Near-by: {label", "match pattern"),
        ("margin_minutes: 5", "margin_minutes: 2000", "less than or equal to 1440"),
        ("second: {kinds: [wind]}", "margin_minutes: 5", "neither a second side nor an asset"),
        ("is_full: true}, within_m: 30", "is_full: true}", "an asset stands somewhere"),
        (
            "asset: {kinds: [tram]}",
            "asset: {kinds: [tram], is_full: true}",
            "a second side beside a place that is full",
        ),
        ('ends: "08:40"', 'ends: "08:00"', "ends at or before it begins"),
        ("weekdays: [1, 5]", "weekdays: [0]", "weekdays"),
        ('"08:40"}]', '"08:40"}, {begins: "08:30", ends: "09:00"}]', "two spans overlap"),
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
    sides = [side for rule in rules.values() for side in (rule.first, rule.second, rule.asset) if side]
    kinds = {kind for side in sides for kind in side.kinds}
    kinds |= {kind for rule in rules.values() if rule.hours for kind in rule.hours.not_in}
    assert [kind for kind in sorted(kinds) if f"'{kind}'" not in known] == []
