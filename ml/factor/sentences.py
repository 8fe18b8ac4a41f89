"""What is said of a factor, in English and in French: how counts go with it, never why."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from calanque.contracts.page import Language
from calanque.places.taxonomy import type_label
from calanque.places.words import EVENTS, PREMISES, word
from ml.factor.config import FactorConfig
from ml.french import WEEKDAYS, in_french, signed

_ALIKE = "on other days alike", "que les autres jours semblables"
_THERE = "at the same place on the same weekdays of the month", "qu’au même endroit les mêmes jours de semaine du mois"
# Of each factor: with what, and against what, each in English and in French; the category is written in.
_WORDS = {
    "weekday": (("on {}s", "le {}"), ("on the mean day of the week", "qu’un jour moyen de la semaine")),
    "public_holiday": (("on public holidays", "les jours fériés"), _ALIKE),
    "school_holiday": (("on days of school holidays", "les jours de vacances scolaires"), _ALIKE),
    "part_of_day": (
        ("from {} to {} h", "de {} h à {} h"),
        ("in the mean quarter of the day", "que dans un quart moyen de la journée"),
    ),
    "premises": (
        ("at premises of the kind {}", "dans les lieux de type {}"),
        ("in the mix of all types recorded there", "que pour l’ensemble des types qui y sont enregistrés"),
    ),
    "rain": (("on days with rain", "les jours de pluie"), ("on dry days alike", "que les jours secs semblables")),
    "heat": (("on the hottest days of a month", "les jours les plus chauds du mois"), _ALIKE),
    "cold": (("on the coldest days of a month", "les jours les plus froids du mois"), _ALIKE),
    "wind": (("on the windiest days of a month", "les jours les plus venteux du mois"), _ALIKE),
    "event": (
        ("where and when there is an event of the kind {}", "là et quand se tient un événement de type {}"),
        _THERE,
    ),
    "works": (("where and when there are works", "là et quand il y a des travaux"), _THERE),
}
_FIGURES = {
    "few": (
        "incidents counted: {count}; too few to say more.",
        "faits comptés : {count} ; trop peu pour en dire plus.",
    ),
    "few_days": (
        "incidents counted: {count}; too few such days to say more.",
        "faits comptés : {count} ; trop peu de jours de ce genre pour en dire plus.",
    ),
    "unsure": (
        "incidents counted: {count}; no reliable ratio to the rest could be measured.",
        "faits comptés : {count} ; aucun rapport sûr avec le reste n’a pu être mesuré.",
    ),
    "small": ("{count} incidents where {usual} would be usual.", "{count} faits là où {usual} seraient habituels."),
    "times": (
        "{ratio} times as many incidents as {against} ({low} to {high}).",
        "{ratio} fois plus de faits {against} ({low} à {high}).",
    ),
    "same": (
        "about as many incidents as {against} ({least}% to {most}%).",
        "à peu près autant de faits {against} ({least} % à {most} %).",
    ),
    "more": (
        "{change}% more incidents than {against} ({least}% to {most}%).",
        "{change} % de faits de plus {against} ({least} % à {most} %).",
    ),
    "fewer": (
        "{change}% fewer incidents than {against} ({least}% to {most}%).",
        "{change} % de faits de moins {against} ({least} % à {most} %).",
    ),
}
_VERDICTS = {
    "noise": (
        " Not beyond noise among the {among} ratios of all types of the city.",
        " Pas au-delà du hasard parmi les {among} rapports de tous les types de la ville.",
    ),
    "beyond": (
        " Beyond noise, also among the {among} ratios of all types of the city",
        " Au-delà du hasard, même parmi les {among} rapports de tous les types de la ville",
    ),
    "short": (" One year shows no stability.", " Une seule année ne montre aucune stabilité."),
    "beyond short": ("; but one year shows no stability.", " ; mais une seule année ne montre aucune stabilité."),
    "unstable": (
        "; but not stable: on this side in {same} of {years} years.",
        " ; mais pas stable : de ce côté {same} années sur {years}.",
    ),
    "found": (", and on this side in {same} of {years} years.", ", et de ce côté {same} années sur {years}."),
}


def findings(row: Mapping[Any, Any], title: str, among: int, config: FactorConfig) -> tuple[str, str]:
    """Return the finding of a row, in English and in French.

    Args:
        row: of `marts.fct_factor`, with same_count, the years on the same side of 1 as the whole; not a number where
            empty.
        title: what sentences call the city.
        among: ratios of the city that have a p-value.
        config: what a finding needs.
    """
    ratios = [row[name] for name in ("effect_ratio", "lower_ratio", "upper_ratio")]
    figures = {"count": f"{row['incident_count']:,}", "among": f"{among:,}"}
    if not np.isnan(ratios[0]):
        change, least, most = (round(100 * (ratio - 1)) for ratio in ratios)
        figures |= {"change": f"{abs(change)}", "usual": f"{row['incident_count'] / ratios[0]:,.0f}"}
        figures |= {"least": signed(least), "most": signed(most)}
        figures |= dict(zip(("ratio", "low", "high"), (f"{ratio:.1f}" for ratio in ratios), strict=True))
    figures |= {"same": str(row["same_count"]), "years": str(row["year_count"])}
    parts = [_FIGURES[_figure(row, config)], *(_VERDICTS[part] for part in _verdict(row, config))]
    said = []
    for language, head in enumerate(("{}, {}: {}, ", "{}, {} : {}, ")):
        kind = type_label(row["type"], "fr" if language else "en")
        pair, against = (words[language] for words in _WORDS[row["factor"]])
        when = pair.format(*_categories(row, "fr" if language else "en"))
        numbers = {name: in_french(text) if language else text for name, text in figures.items()}
        text = "".join(part[language] for part in parts)
        said.append(head.format(kind, title, when) + text.format(against=against, **numbers))
    return said[0], said[1]


def _categories(row: Mapping[Any, Any], language: Language) -> list[str]:
    """Return which value of a factor is meant, in words; of a part of the day, both its hours."""
    code = str(row["category"])
    if row["factor"] == "part_of_day":
        return code.split("-")
    if row["factor"] == "weekday":
        return [WEEKDAYS[code] if language == "fr" else code.capitalize()]
    return [word(code, PREMISES if row["factor"] == "premises" else EVENTS, language)]


def _figure(row: Mapping[Any, Any], config: FactorConfig) -> str:
    ratio = row["effect_ratio"]
    if np.isnan(ratio):
        return _lacking(row, config)
    if row["incident_count"] < config.percent_from_count:
        return "small"
    change = round(100 * (ratio - 1))
    return "times" if ratio >= 2 else "more" if change > 0 else "fewer" if change else "same"


def _lacking(row: Mapping[Any, Any], config: FactorConfig) -> str:
    # The units of premises are their incidents.
    if row["unit_count"] < config.min_units and row["factor"] != "premises":
        return "few_days"
    return "few" if row["incident_count"] < config.min_count else "unsure"


def _verdict(row: Mapping[Any, Any], config: FactorConfig) -> tuple[str, ...]:
    is_short = row["year_count"] < config.min_years
    if np.isnan(row["effect_ratio"]):
        return ()
    if row["q_value"] > config.false_discovery_rate:
        return ("noise", "short") if is_short else ("noise",)
    return "beyond", "beyond short" if is_short else "found" if row["is_found"] else "unstable"
