"""What is said of the newest period of a series, in English and in French: whether it is beyond noise, never why."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from calanque.places.taxonomy import type_label
from ml.french import in_french, in_number, signed
from ml.trend.limits import Span
from ml.trend.series import Reason


@dataclass(frozen=True)
class Page:
    """What holds for all findings of a city.

    Attributes:
        title: what the city is called.
        left_out_weeks: last weeks that are not judged, for too few of their incidents are known.
        knows_delays: whether delays of recording are known.
    """

    title: str
    left_out_weeks: int
    knows_delays: bool


_WHY_EN = {
    Reason.SHORT: "No limit: the data of earlier years are too short.",
    Reason.FEW: "No limit: incidents are too few to tell a change from noise.",
    Reason.SILENT: "No limit: the feed is silent in this period, so the count says nothing.",
    Reason.INCOMPLETE: "No limit: incidents of this type are usually recorded later, so the count will rise.",
}
_WHY_FR = {
    Reason.SHORT: "Pas de limite : les données des années précédentes sont trop courtes.",
    Reason.FEW: "Pas de limite : les faits sont trop rares pour distinguer un changement du hasard.",
    Reason.SILENT: "Pas de limite : le flux est muet sur cette période, le nombre ne dit donc rien.",
    Reason.INCOMPLETE: "Pas de limite : les faits de ce type sont souvent saisis plus tard, le nombre va augmenter.",
}


def finding_en(row: Mapping[str, Any], page: Page) -> str:
    """Return what is said of a newest period.

    Args:
        row: of `marts.fct_trend`, with the reason why it has no limit and how many figures of its span have one.
        page: what holds for all rows.
    """
    kind = type_label(row["type"], "en")
    count = row["incident_count"]
    head = f"{kind}, {row['area_name'] or page.title}, {row['period_start_date']} to {row['period_end_date']}:"
    head = f"{head} {count:,} {'incident' if count == 1 else 'incidents'}"
    if reason := Reason(row["reason"]):
        return f"{head}. {_WHY_EN[reason]}{_note_en(page)}"
    against = "mean of the same days of earlier years, without a trend," if row["span"] == Span.YEAR else "expected"
    percent = "" if pd.isna(row["change_ratio"]) else f", {signed(round(100 * row['change_ratio']))}%"
    limits = f"limits {row['lower_count']:,.0f} and {row['upper_count']:,.0f}"
    figures = f"({against} {_number(row['expected_count'])}{percent}; {limits})"
    return f"{head} {figures}. {_verdict_en(row)}{_note_en(page)}"


def _verdict_en(row: Mapping[str, Any]) -> str:
    if not (row["is_above"] or row["is_below"]):
        return "Within noise."
    side = "Above the limit" if row["is_above"] else "Below the limit"
    if row["is_alarm"]:
        return f"{side}: beyond noise, also among all {row['figure_count']:,} figures looked at."
    return f"{side}, but among {row['figure_count']:,} figures looked at, some are so by chance alone."


def _note_en(page: Page) -> str:
    if page.left_out_weeks:
        weeks = "The last week is" if page.left_out_weeks == 1 else f"The last {page.left_out_weeks} weeks are"
        return f" {weeks} left out: too few of the incidents are known yet."
    return "" if page.knows_delays else " How late incidents are recorded is not known."


def finding_fr(row: Mapping[str, Any], page: Page) -> str:
    """Return the same in French."""
    kind = type_label(row["type"], "fr")
    count = row["incident_count"]
    head = f"{kind}, {row['area_name'] or page.title}, du {row['period_start_date']} au {row['period_end_date']} :"
    head = f"{head} {in_french(f'{count:,}')} {in_number('fait', count)}"
    if reason := Reason(row["reason"]):
        return f"{head}. {_WHY_FR[reason]}{_note_fr(page)}"
    against = "moyenne des mêmes jours des années précédentes, sans tendance" if row["span"] == Span.YEAR else "attendu"
    percent = "" if pd.isna(row["change_ratio"]) else f", soit {signed(round(100 * row['change_ratio']))} %"
    lower, upper = (in_french(f"{row[name]:,.0f}") for name in ("lower_count", "upper_count"))
    figures = f"({against} : {in_french(_number(row['expected_count']))}{percent} ; limites {lower} et {upper})"
    return f"{head} {figures}. {_verdict_fr(row)}{_note_fr(page)}"


def _verdict_fr(row: Mapping[str, Any]) -> str:
    if not (row["is_above"] or row["is_below"]):
        return "Dans la marge du hasard."
    figures = in_french(f"{row['figure_count']:,}")
    side = "Au-dessus de la limite" if row["is_above"] else "Au-dessous de la limite"
    if row["is_alarm"]:
        return f"{side} : au-delà du hasard, même parmi les {figures} chiffres examinés."
    return f"{side}, mais sur {figures} chiffres examinés, quelques-uns le sont par le seul hasard."


def _note_fr(page: Page) -> str:
    if page.left_out_weeks:
        weeks = "La dernière semaine est écartée : trop peu de ses"
        if page.left_out_weeks > 1:
            weeks = f"Les {page.left_out_weeks} dernières semaines sont écartées : trop peu de leurs"
        return f" {weeks} faits sont déjà connus."
    return "" if page.knows_delays else " Le délai de saisie des faits n’est pas connu."


def _number(value: float) -> str:
    return f"{value:,.1f}" if value < 100 else f"{value:,.0f}"
