"""Why a version serves, is refused or retires: one sentence in each language."""

from __future__ import annotations

from typing import NamedTuple

from ml.french import in_french
from ml.intervals import Difference


class Reason(NamedTuple):
    """The figures that decided, in one sentence: in English, and in French."""

    en: str
    fr: str

    def and_also(self, en: str, fr: str) -> Reason:
        """Return the same with what is to be known besides."""
        return Reason(f"{self.en}{en}", f"{self.fr}{fr}")


def undecided(weeks: int, needed: int) -> Reason:
    """Return that the back-test is too short."""
    return Reason(
        f"Nothing is decided on {weeks} weeks: {needed} are needed.",
        f"Rien n’est décidé sur {weeks} semaines : il en faut {needed}.",
    )


def not_won(baseline: str, metric: str, gain: Difference) -> Reason:
    """Return that a baseline was not surely beaten."""
    return Reason(
        f"The baseline '{baseline}' stays: the {_gain_en(metric, gain)} does not lie above 0.",
        f"La référence « {baseline} » reste : le {_gain_fr(metric, gain)} n’est pas au-dessus de 0.",
    )


def lost(baseline: str, metric: str, gain: Difference) -> Reason:
    """Return that a baseline surely did better."""
    return Reason(
        f"The baseline '{baseline}' stays: the model's {_gain_en(metric, gain)} lies below 0.",
        f"La référence « {baseline} » reste : le {_gain_fr(metric, gain)} du modèle est au-dessous de 0.",
    )


def won(baseline: str, weeks: int, gains: dict[str, Difference]) -> Reason:
    """Return that every baseline was surely beaten, with the gains over the best one."""
    english = " and ".join(_gain_en(metric, gain) for metric, gain in gains.items())
    french = " et ".join(_gain_fr(metric, gain) for metric, gain in gains.items())
    return Reason(
        f"The model beats '{baseline}', the best of the plain counts, over {weeks} weeks: {english}.",
        f"Le modèle fait mieux que « {baseline} », le meilleur comptage simple, sur {weeks} semaines : {french}.",
    )


def on_squares(side_m: float) -> tuple[str, str]:
    """Return on which squares a back-test decides, in each language: records are of larger ones."""
    return (
        f" Judged on the model's own squares of {side_m:.0f} m; records are of the published ones.",
        f" Jugé sur les carrés du modèle, de {side_m:.0f} m ; les bilans portent sur ceux qui sont publiés.",
    )


def nothing_to_judge() -> Reason:
    """Return that no published week can be judged yet."""
    return Reason(
        "The model goes on: no week that it published is covered by the data yet, so there is nothing to judge.",
        "Le modèle continue : les données ne couvrent encore aucune semaine qu’il a publiée, il n’y a rien à juger.",
    )


def judged(weeks: int, gain: float, promised: float, evidence: float, limit: float, is_kept: bool) -> Reason:
    """Return what the published weeks say: gains in nats an incident, evidence against the model, what retires it."""
    english = (
        f"over {weeks} published weeks it won {gain:+.3f} nats an incident over the counts, "
        f"{promised:+.3f} were promised; evidence against it {evidence:,.1f}, {limit:,.0f} retire it."
    )
    won_fr, promised_fr, evidence_fr, limit_fr = map(
        in_french, (f"{gain:+.3f}", f"{promised:+.3f}", f"{evidence:,.1f}", f"{limit:,.0f}")
    )
    french = (
        f"sur {weeks} semaines publiées il a gagné {won_fr} nats par fait sur les comptages, {promised_fr} étaient "
        f"promis ; indices contre lui {evidence_fr}, {limit_fr} le retirent."
    )
    if is_kept:
        return Reason(f"The model goes on: {english}", f"Le modèle continue : {french}")
    return retired(english, french)


def retired(english: str, french: str) -> Reason:
    """Return that a model retires, and why: the end of a sentence, in each language."""
    return Reason(
        f"The model retires and the counts are served: {english}",
        f"Le modèle se retire et les comptages servent : {french}",
    )


def _gain_en(metric: str, gain: Difference) -> str:
    return f"{metric} gain {gain.value:+.4f} [{gain.low:+.4f}, {gain.high:+.4f}]"


def _gain_fr(metric: str, gain: Difference) -> str:
    kind, _, share = metric.partition("_rate_")
    name = f"taux de réussite à {share.removesuffix('pct')} %" if kind == "hit" else "score logarithmique"
    value, low, high = (in_french(f"{one:+.4f}") for one in (gain.value, gain.low, gain.high))
    return f"gain de {name} {value} [{low} ; {high}]"
