"""What is said of a factor, in English and in French: how counts go with it, never why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ml.french import in_french
from ml.level.counts import ALL_TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ml.factor.config import FactorConfig

_JOURS = {
    "monday": "lundi",
    "tuesday": "mardi",
    "wednesday": "mercredi",
    "thursday": "jeudi",
    "friday": "vendredi",
    "saturday": "samedi",
    "sunday": "dimanche",
}
# Of each factor: when or where, and what it is compared with; a category is written in.
_EN = {
    "weekday": ("on {}s", "on the mean day of the week"),
    "public_holiday": ("on public holidays", "on other days alike"),
    "school_holiday": ("on days of school holidays", "on other days alike"),
    "part_of_day": ("from {} to {} h", "in the mean quarter of the day"),
    "premises": ("at premises of the kind {}", "in the mix of all types"),
    "rain": ("on days with rain", "on dry days alike"),
    "heat": ("on the hottest days of a month", "on other days alike"),
    "cold": ("on the coldest days of a month", "on other days alike"),
    "wind": ("on the windiest days of a month", "on other days alike"),
    "event": ("where and when there is an event of the kind {}", "there on the same weekdays of the month without one"),
    "works": ("where and when there are works", "there on the same weekdays of the month without them"),
}
_FR = {
    "weekday": ("le {}", "un jour moyen de la semaine"),
    "public_holiday": ("les jours fériés", "les autres jours semblables"),
    "school_holiday": ("les jours de vacances scolaires", "les autres jours semblables"),
    "part_of_day": ("de {} h à {} h", "dans un quart moyen de la journée"),
    "premises": ("dans les lieux de type {}", "pour tous les types ensemble"),
    "rain": ("les jours de pluie", "les jours secs semblables"),
    "heat": ("les jours les plus chauds du mois", "les autres jours semblables"),
    "cold": ("les jours les plus froids du mois", "les autres jours semblables"),
    "wind": ("les jours les plus venteux du mois", "les autres jours semblables"),
    "event": (
        "là et quand se tient un événement de type {}",
        "sur place les mêmes jours de semaine du mois, sans événement",
    ),
    "works": (
        "là et quand il y a des travaux",
        "sur place les mêmes jours de semaine du mois, sans travaux",
    ),
}


def finding_en(row: Mapping[str, Any], title: str, looked_at: int, config: FactorConfig) -> str:
    """Return the finding of a row.

    Args:
        row: of `marts.fct_factor`, with same_count, the years on the same side of 1 as the whole; not a number where
            empty.
        title: what sentences call the city.
        looked_at: ratios of the city that have a p-value.
        config: what a finding needs.
    """
    when, against = _EN[row["factor"]]
    category = row["category"].capitalize() if row["factor"] == "weekday" else row["category"]
    when = when.format(*(category.split("-") if row["factor"] == "part_of_day" else (category,)))
    count, ratio = row["incident_count"], row["effect_ratio"]
    head = f"{'all types' if row['type'] == ALL_TYPES else row['type']}, {title}: {when},"
    incidents = f"{count:,} {'incident' if count == 1 else 'incidents'}"
    if np.isnan(ratio):
        return f"{head} {incidents}; too few, or too much goes together, to say more."
    if count < config.percent_from_count:
        said = f"{incidents} where {count / ratio:,.0f} would be usual."
    elif ratio >= 2:
        said = f"{ratio:.1f} times as many incidents as {against} ({_times(row)})."
    elif not (change := round(100 * (ratio - 1))):
        said = f"as many incidents as {against} ({_span(row, '', 'to')})."
    else:
        said = f"{abs(change)}% {'more' if change > 0 else 'fewer'} incidents than {against} ({_span(row, '', 'to')})."
    return f"{head} {said} {_verdict_en(row, looked_at, config)}"


def _verdict_en(row: Mapping[str, Any], looked_at: int, config: FactorConfig) -> str:
    years, same = row["year_count"], row["same_count"]
    if row["q_value"] > config.false_discovery_rate:
        text = f"Not beyond noise among the {looked_at:,} figures looked at."
        return text if years >= config.min_years else f"{text} One year shows no stability."
    text = f"Beyond noise, also among the {looked_at:,} figures looked at"
    if years < config.min_years:
        return f"{text}; but one year shows no stability."
    if not row["is_found"]:
        return f"{text}; but not stable: on this side in {same} of {years} years."
    return f"{text}, and on this side in {same} of {years} years."


def finding_fr(row: Mapping[str, Any], title: str, looked_at: int, config: FactorConfig) -> str:
    """Return the same in French."""
    when, against = _FR[row["factor"]]
    category = _JOURS.get(row["category"], row["category"])
    when = when.format(*(category.split("-") if row["factor"] == "part_of_day" else (category,)))
    count, ratio = row["incident_count"], row["effect_ratio"]
    head = f"{'tous types' if row['type'] == ALL_TYPES else row['type']}, {title} : {when},"
    incidents = f"{in_french(f'{count:,}')} {'fait' if count <= 1 else 'faits'}"
    if np.isnan(ratio):
        return f"{head} {incidents} ; trop peu, ou trop de choses vont ensemble, pour en dire plus."
    if count < config.percent_from_count:
        said = f"{incidents} là où l’habitude serait de {in_french(f'{count / ratio:,.0f}')}."
    elif ratio >= 2:
        said = f"{in_french(f'{ratio:.1f}')} fois autant de faits que {against} ({in_french(_times(row, 'à'))})."
    elif not (change := round(100 * (ratio - 1))):
        said = f"autant de faits que {against} ({_span(row, ' ', 'à')})."
    else:
        side = "plus" if change > 0 else "moins"
        said = f"{abs(change)} % de faits de {side} que {against} ({_span(row, ' ', 'à')})."
    return f"{head} {said} {_verdict_fr(row, looked_at, config)}"


def _verdict_fr(row: Mapping[str, Any], looked_at: int, config: FactorConfig) -> str:
    years, same, figures = row["year_count"], row["same_count"], in_french(f"{looked_at:,}")
    if row["q_value"] > config.false_discovery_rate:
        text = f"Pas au-delà du hasard parmi les {figures} chiffres examinés."
        return text if years >= config.min_years else f"{text} Une année ne montre aucune stabilité."
    text = f"Au-delà du hasard, même parmi les {figures} chiffres examinés"
    if years < config.min_years:
        return f"{text} ; mais une année ne montre aucune stabilité."
    if not row["is_found"]:
        return f"{text} ; mais pas stable : de ce côté {same} années sur {years}."
    return f"{text}, et de ce côté {same} années sur {years}."


def _times(row: Mapping[str, Any], to: str = "to") -> str:
    return f"{row['lower_ratio']:.1f} {to} {row['upper_ratio']:.1f}"


def _span(row: Mapping[str, Any], space: str, to: str) -> str:
    """Return the interval, signed: +4% to +12%."""
    low, high = (f"{round(100 * (row[name] - 1)):+d}{space}%" for name in ("lower_ratio", "upper_ratio"))
    return f"{low} {to} {high}"
