"""The rules of planned events as models of dbt: what stands in `infra/conflicts.yml`, as rows."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from calanque.marts.shape_sql import Row, of_rows
from calanque.places.conflicts import conflict_rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import time

    from calanque.places.conflicts import ConflictRule

_TEXTS = ("territory", "rule", "label_en", "label_fr", "way", "kind", "other_kind", "first_kind", "second_kind")
_KINDS = dict.fromkeys((*_TEXTS, "via_kind", "not_in"), "string") | dict.fromkeys(
    ("of_asset", "is_full", "in_hours"), "boolean"
)


def conflict_models(cities: Sequence[str]) -> dict[str, str]:
    """Return the models, by name, of the rules of some cities.

    A row of `int_events__rules` is a rule, of `int_events__rule_kinds` a pair of kinds that it is about (and the asset
    that both are along), of `int_events__rule_sides` two kinds whose distance some rule asks for, of
    `int_events__rule_hours` a day of the week and some minutes of it in which a rule counts.
    """
    rules = [(city, name, rule) for city in cities for name, rule in conflict_rules(city).items()]
    kinds = [row for one in rules for row in _kinds(*one)]
    return {
        "int_events__rules": _model(
            ("territory", "rule", "label_en", "label_fr", "within_m"),
            [(city, name, rule.label.en, rule.label.fr, rule.within_m or 0) for city, name, rule in rules],
        ),
        "int_events__rule_kinds": _model(
            (
                *("territory", "rule", "way", "first_kind", "second_kind", "via_kind", "first_at_least"),
                *("second_at_least", "within_m", "margin_minutes", "of_asset", "is_full", "in_hours", "not_in"),
            ),
            kinds,
        ),
        "int_events__rule_sides": _model(("territory", "kind", "other_kind", "within_m"), _sides(kinds)),
        "int_events__rule_hours": _model(
            ("territory", "rule", "weekday", "from_minute", "to_minute"), [row for one in rules for row in _hours(*one)]
        ),
    }


def _kinds(city: str, name: str, rule: ConflictRule) -> Iterator[Row]:
    assets = rule.asset.kinds if rule.asset else ()
    seconds, second_at_least = (rule.second.kinds, rule.second.at_least) if rule.second else (assets, 0)
    for first, second in product(rule.first.kinds, seconds):
        for via in assets if rule.way == "along" else (None,):
            yield (
                *(city, name, rule.way, first, second, via, rule.first.at_least, second_at_least),
                *(rule.within_m or 0, rule.margin_minutes, rule.second is None),
                *(bool(rule.asset and rule.asset.is_full), bool(rule.hours)),
                ",".join(rule.hours.not_in) if rule.hours else "",
            )


def _sides(kinds: Sequence[Row]) -> list[Row]:
    farthest: dict[Row, int] = {}
    for city, _, way, first, second, via, _, _, within_m, *_ in kinds:
        if way == "anywhere":
            continue
        for pair in [(city, first, via), (city, second, via)] if way == "along" else [(city, first, second)]:
            farthest[pair] = max(farthest.get(pair, 0), int(within_m or 0))
    return [(*pair, within_m) for pair, within_m in farthest.items()]


def _hours(city: str, name: str, rule: ConflictRule) -> Iterator[Row]:
    for weekday, span in product(rule.hours.weekdays, rule.hours.between) if rule.hours else ():
        yield city, name, weekday, _minute(span.begins), _minute(span.ends)


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _model(columns: Sequence[str], rows: Sequence[Row]) -> str:
    return of_rows({name: _KINDS.get(name, "int") for name in columns}, rows)
