"""What a level and a day risk say, in English and in French: what has been counted, never why."""

from datetime import date
from enum import StrEnum
from typing import NamedTuple

import numpy as np

from calanque.places.taxonomy import type_label
from ml.french import WEEKDAYS, in_french, in_number
from ml.intervals import SetApart
from ml.level.record import Interval

_DAYS, _JOURS = [day.capitalize() for day in WEEKDAYS], [*WEEKDAYS.values()]
_MONTHS = "January February March April May June July August September October November December".split()  # noqa: SIM905
_MOIS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()  # noqa: SIM905
_FACTORS, _LEAST_RATIO, _YEAR_WEEKS = 3, 1.05, 52
_EN = {
    "season": "days of this season have had × {}",
    "holiday": "public holidays have had × {}",
    "school": "school holidays have had × {}",
    "month_start": "firsts of the month have had × {} (facts of unknown date are often recorded there)",
    "level": "the last weeks have had × {}",
}
_FR = {
    "season": "les jours de cette saison ont compté × {}",
    "holiday": "les jours fériés ont compté × {}",
    "school": "les vacances scolaires ont compté × {}",
    "month_start": "les premiers du mois ont compté × {} (des faits sans date connue y sont souvent inscrits)",
    "level": "les dernières semaines ont compté × {}",
}


class Case(StrEnum):
    """What a type is given: no forecast where data are few or have stopped, else seasonal counts or the model."""

    FEW_WEEKS = "few_weeks"
    STOPPED = "stopped"
    GONE = "gone"
    SHORT_RECORD = "short_record"
    NOT_BEATEN = "not_beaten"
    MODEL = "model"


class Subject(NamedTuple):
    """Of what a sentence speaks.

    Attributes:
        territory: name.
        type: kind of incident, or 'all'.
        case: what it is given.
        weeks: weeks of the record; of the data where those are few.
        needed: weeks that are needed where there are fewer.
        last_date: of the last incident.
        gain: of the model over seasonal counts, incidents a day.
        gain_apart: the same without the span set apart.
        apart: that span.
        held: days that the bound held, and all days judged.
        late_days: after so many days 95 in 100 incidents are known; 0 where each is known at once, or nothing tells.
        ended: types that all together leave out.
    """

    territory: str
    type: str
    case: Case
    weeks: int
    needed: int
    last_date: date | None = None
    gain: Interval = Interval(np.nan, np.nan, np.nan)
    gain_apart: float | None = None
    apart: SetApart | None = None
    held: tuple[int, int] = (0, 0)
    late_days: int = 0
    ended: tuple[str, ...] = ()


class DayFigures(NamedTuple):
    """One day: its date, what is expected, its bound; then threshold, probability and risk (None where silent)."""

    date: date
    expected: float
    upper: int
    threshold: int | None
    p_above: float | None
    risk: int | None


def reason_en(subject: Subject) -> str:
    """Return which method serves, and why."""
    weeks, needed, (value, low, high) = subject.weeks, subject.needed, map(_gain, subject.gain)
    since = f"since {_date_en(subject.last_date)}" if subject.last_date else "so far"
    span = f"over {weeks} weeks" + (", fewer than a year," if weeks < _YEAR_WEEKS else "")
    held = (
        f"{_apart_en(subject)} The bound of nine days in ten held on {subject.held[0]:,} of {subject.held[1]:,} days."
    )
    text = {
        Case.FEW_WEEKS: f"no forecast; weeks of data known: {weeks}, needed: {needed}.",
        Case.STOPPED: f"no forecast; no incident has been recorded {since}, too long to be chance: check the feed.",
        Case.GONE: f"no incident has been recorded {since}; seasonal counts serve, and no day risk is given.",
        Case.SHORT_RECORD: f"seasonal counts serve; weeks of record: {weeks}, and a model is judged from {needed} on.",
        Case.NOT_BEATEN: f"seasonal counts serve; {span} {_beaten_en(subject.gain)}.{held}",
        Case.MODEL: f"the model serves; {span} it came closer to what happened than seasonal counts by {value} "
        f"incidents a day ({low} to {high}).{held}",
    }
    head = f"{type_label(subject.type, 'en')}, {subject.territory}:"
    return f"{head} {text[subject.case]}{_late_en(subject)}{_ended_en(subject)}"


def reason_fr(subject: Subject) -> str:
    """Return the same in French."""
    weeks, needed = subject.weeks, subject.needed
    value, low, high = (in_french(_gain(figure)) for figure in subject.gain)
    since = f"depuis le {_date_fr(subject.last_date)}" if subject.last_date else "à ce jour"
    span = f"sur {weeks} semaines" + (", moins d’un an," if weeks < _YEAR_WEEKS else "")
    days = in_french(f"{subject.held[0]:,} {in_number('jour', subject.held[0])} sur {subject.held[1]:,}")
    held = f"{_apart_fr(subject)} La borne de neuf jours sur dix a tenu {days}."
    text = {
        Case.FEW_WEEKS: f"pas de prévision ; semaines de données connues : {weeks}, nécessaires : {needed}.",
        Case.STOPPED: f"pas de prévision ; aucun fait n’est enregistré {since}, trop longtemps pour un hasard : "
        "vérifiez le flux.",
        Case.GONE: f"aucun fait n’est enregistré {since} ; les comptages saisonniers servent, sans risque du jour.",
        Case.SHORT_RECORD: f"les comptages saisonniers servent ; semaines de bilan : {weeks}, et un modèle est jugé à "
        f"partir de {needed}.",
        Case.NOT_BEATEN: f"les comptages saisonniers servent ; {span} {_beaten_fr(subject.gain)}.{held}",
        Case.MODEL: f"le modèle sert ; {span} il a été plus proche des faits que les comptages saisonniers, de {value} "
        f"{_facts(subject.gain.value)} par jour (de {low} à {high}).{held}",
    }
    head = f"{type_label(subject.type, 'fr')}, {subject.territory} :"
    return f"{head} {text[subject.case]}{_late_fr(subject)}{_ended_fr(subject)}"


def _beaten_en(gain: Interval) -> str:
    if round(gain.high, 3) < 0:
        far, least, most = (_gain(-figure) for figure in (gain.value, gain.high, gain.low))
        return f"the model was farther from what happened than they were, by {far} incidents a day ({least} to {most})"
    value, low, high = map(_gain, gain)
    return f"what the model gains, {value} incidents a day ({low} to {high}), is not clearly above 0"


def _beaten_fr(gain: Interval) -> str:
    if round(gain.high, 3) < 0:
        far, least, most = (in_french(_gain(-figure)) for figure in (gain.value, gain.high, gain.low))
        facts = _facts(gain.value)
        return f"le modèle a été plus loin des faits qu’eux, de {far} {facts} par jour (de {least} à {most})"
    value, low, high = (in_french(_gain(figure)) for figure in gain)
    gained = f"{value} {_facts(gain.value)} par jour (de {low} à {high})"
    return f"ce que le modèle gagne, {gained}, n’est pas nettement au-dessus de 0"


def _late_en(subject: Subject) -> str:
    if not subject.late_days:
        return ""
    days = f"{subject.late_days} day{'s' if subject.late_days > 1 else ''}"
    return f" Incidents count from when they were known, 95 in 100 within {days}; newer days count in part."


def _late_fr(subject: Subject) -> str:
    if not subject.late_days:
        return ""
    days = f"{subject.late_days} {in_number('jour', subject.late_days)}"
    return f" Un fait compte dès qu’il est connu, 95 sur 100 en {days} ; les jours plus récents comptent en partie."


def _ended_en(subject: Subject) -> str:
    labels = ", ".join(type_label(kind, "en") for kind in subject.ended)
    return f" Types recorded no more are left out: {labels}." if labels else ""


def _ended_fr(subject: Subject) -> str:
    labels = ", ".join(type_label(kind, "fr") for kind in subject.ended)
    return f" Les types qui ne sont plus enregistrés sont laissés de côté : {labels}." if labels else ""


def _apart_en(subject: Subject) -> str:
    span = subject.apart
    if subject.gain_apart is None or span is None:
        return ""
    days = f"the days from {_date_en(span.first)} to {_date_en(span.last)}"
    return f" Without {days} ({span.name}), the gain is {_gain(subject.gain_apart)}."


def _apart_fr(subject: Subject) -> str:
    span = subject.apart
    if subject.gain_apart is None or span is None:
        return ""
    days = f"les jours du {_date_fr(span.first)} au {_date_fr(span.last)}"
    return f" Sans {days} ({span.name}), le gain est de {in_french(_gain(subject.gain_apart))}."


def finding_en(subject: Subject, day: DayFigures) -> str:
    """Return whether a day is unusual."""
    head = f"{type_label(subject.type, 'en')}, {subject.territory}, {_DAYS[day.date.weekday()]} {_date_en(day.date)}:"
    expected = f"{head} {_count(day.expected)} expected, at most {day.upper:,} nine days in ten."
    if day.risk is None:
        return f"{expected} No day risk: {_SILENT_EN[_silence(subject.case)]}"
    return (
        f"{expected} More than {day.threshold:,} would be a busy day (at most one day in ten of the last 52 weeks had "
        f"more): probability {_percent(day.p_above, 'less than ', 'more than ')}%, day risk {day.risk} of 10."
    )


def finding_fr(subject: Subject, day: DayFigures) -> str:
    """Return the same in French."""
    head = f"{type_label(subject.type, 'fr')}, {subject.territory}, {_JOURS[day.date.weekday()]} {_date_fr(day.date)} :"
    count, upper = in_french(_count(day.expected)), in_french(f"{day.upper:,}")
    awaited = in_number("attendu", round(day.expected, 1))
    expected = f"{head} {count} {awaited}, au plus {upper} neuf jours sur dix."
    if day.risk is None:
        return f"{expected} Pas de risque du jour : {_SILENT_FR[_silence(subject.case)]}"
    threshold, chance = in_french(f"{day.threshold:,}"), _percent(day.p_above, "moins de ", "plus de ")
    return (
        f"{expected} Au-delà de {threshold}, un jour est chargé (au plus un jour sur dix des 52 dernières semaines l’a "
        f"dépassé) : probabilité de {chance} %, risque du jour {day.risk} sur 10."
    )


def factors(terms: dict[str, float], day: date) -> tuple[str, str]:
    """Return the largest ratios of a day to an average day of the year before, in English and in French."""
    large = [name for name, ratio in terms.items() if abs(np.log(ratio)) >= np.log(_LEAST_RATIO)]
    large = sorted(large, key=lambda name: -abs(np.log(terms[name])))[:_FACTORS]
    if not large:
        return (
            "No term stands out against an average day of the year before.",
            "Aucun terme ne se détache d’un jour moyen de l’année écoulée.",
        )
    digits = 1 if all(terms[name] >= 1.25 for name in large) else 2
    ratios = {name: f"{terms[name]:.{digits}f}" for name in large}
    english = _EN | {"weekday": f"{_DAYS[day.weekday()]}s have had × {{}}"}
    french = _FR | {"weekday": f"les {_JOURS[day.weekday()]}s ont compté × {{}}"}
    return (
        f"Against an average day of the year before: {'; '.join(english[n].format(ratios[n]) for n in large)}.",
        "Face à un jour moyen de l’année écoulée : "
        + " ; ".join(french[n].format(in_french(ratios[n])) for n in large)
        + ".",
    )


_SILENT_EN = {
    Case.GONE: "the type has not been recorded for a year.",
    Case.SHORT_RECORD: "the record is too short to judge it.",
    Case.NOT_BEATEN: "over the record, its probabilities were not clearly closer to what happened than the mean rate "
    "of busy days.",
}
_SILENT_FR = {
    Case.GONE: "le type n’est plus enregistré depuis un an.",
    Case.SHORT_RECORD: "le bilan est trop court pour en juger.",
    Case.NOT_BEATEN: "sur le bilan, ses probabilités n’ont pas été nettement plus proches de ce qui est arrivé que le "
    "taux moyen de jours chargés.",
}


def _silence(case: Case) -> Case:
    return Case.NOT_BEATEN if case is Case.MODEL else case


def _gain(figure: float) -> str:
    # No "-0.000".
    return f"{round(figure, 3) + 0.0:.3f}"


def _facts(gain: float) -> str:
    return in_number("fait", round(gain, 3))


def _count(expected: float) -> str:
    return f"{expected:,.0f}" if expected >= 20 else f"{expected:.1f}"


def _percent(value: float | None, less: str, more: str) -> str:
    # Nothing is certain of a day to come.
    share = value or 0.0
    return f"{less}1" if share < 0.01 else f"{more}99" if share > 0.99 else f"{100 * share:.0f}"


def _date_en(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _date_fr(day: date) -> str:
    return f"{'1er' if day.day == 1 else day.day} {_MOIS[day.month - 1]} {day.year}"
