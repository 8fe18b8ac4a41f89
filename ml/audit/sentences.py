"""What each check found, in English and in French: one plain sentence, with its figures and its bar."""

import numpy as np

from ml.audit.fairness import ClassFigures, FairnessStudy
from ml.audit.feedback import Correction, LoopStudy
from ml.audit.null_data import SHOWN_CONFIDENCE, NullStudy
from ml.audit.parity import ParityCost, ParityTarget
from ml.audit.poisoning import PoisonStudy
from ml.french import in_french

REASONS_EN = {
    "burst_from_one_source": "bursts from one source",
    "impossible_place": "impossible places",
    "copied_text": "copied texts",
    "future_date": "future dates",
}
REASONS_FR = {
    "burst_from_one_source": "rafales d'une même source",
    "impossible_place": "lieux impossibles",
    "copied_text": "textes recopiés",
    "future_date": "dates futures",
}


def percent_en(value: float, digits: int = 0) -> str:
    """Return 0.125 as 12.5% (with one digit); what is not a number as a dash."""
    return f"{100 * value:.{digits}f}%" if np.isfinite(value) else "–"


def percent_fr(value: float, digits: int = 0) -> str:
    """Return 0.125 as 12,5 % (with one digit)."""
    return number_fr(100 * value, digits) + "\u202f%" if np.isfinite(value) else "–"


def number_fr(value: float, digits: int = 2) -> str:
    """Return a number with a decimal comma."""
    return in_french(f"{value:,.{digits}f}") if np.isfinite(value) else "–"


def _signed_en(value: float) -> str:
    return f"{percent_en(abs(value))} {'more' if value >= 0 else 'less'}"


def _signed_fr(value: float) -> str:
    return f"{percent_fr(abs(value))} de {'plus' if value >= 0 else 'moins'}"


def loop_en(study: LoopStudy) -> str:
    """Return what the loops came to."""
    names = {
        Correction.ENSIGN: "with the correction",
        Correction.EXCLUDED: "when patrols' finds are left out, as the product does",
        Correction.NONE: "when the model simply learns from them",
    }
    said = [f"{_signed_en(study.excess(name))} {text}" for name, text in names.items() if name in study.runs]
    config = study.config
    aside = ", the last case aside: it shows what is prevented" if Correction.NONE in study.runs else ""
    weak = " One life was tried: how far another would differ is not known." if study.is_weak else ""
    return (
        f"After {config.loop_weeks} simulated weeks of patrols that follow the forecast, the most flagged "
        f"{percent_en(config.judged_area_share)} of the area is given, against its true share of incidents, "
        f"{'; '.join(said)}. At most {percent_en(config.tolerance)} either way is accepted{aside}.{weak}"
    )


def loop_fr(study: LoopStudy) -> str:
    """Return what the loops came to, in French."""
    names = {
        Correction.ENSIGN: "avec la correction",
        Correction.EXCLUDED: "quand les constats des patrouilles sont écartés, comme le fait le produit",
        Correction.NONE: "quand le modèle les apprend tels quels",
    }
    said = [f"{_signed_fr(study.excess(name))} {text}" for name, text in names.items() if name in study.runs]
    config = study.config
    aside = ", sauf dans le dernier cas, qui montre ce qui est évité" if Correction.NONE in study.runs else ""
    weak = " Une seule vie a été simulée : on ignore de combien une autre s'en écarterait." if study.is_weak else ""
    return (
        f"Après {config.loop_weeks} semaines simulées de patrouilles qui suivent la prévision, les "
        f"{percent_fr(config.judged_area_share)} du territoire les plus signalés reçoivent, par rapport à leur part "
        f"réelle des faits, {' ; '.join(said)}. L'écart admis est de {percent_fr(config.tolerance)}{aside}.{weak}"
    )


def null_en(study: NullStudy) -> str:
    """Return whether hot spots were seen where there are none."""
    weak = (
        f" {study.life_count} lives cannot tell whether the first bar is held: that takes {study.lives_needed} at "
        f"least, and a band from {study.band.draw_count} refits is wide."
        if study.is_weak
        else ""
    )
    return (
        f"On incidents that follow residents alone, {percent_en(study.share_within)} of {len(study.concentration)} "
        f"simulated lives are within the permutation band ({study.band.low:.2f} to {study.band.high:.2f}; bar: "
        f"{percent_en(study.config.least_share_within)}), and the top {percent_en(study.config.top_area_share)} of the "
        f"area is given {_signed_en(study.excess)} than its residents' share (bar: "
        f"{percent_en(study.config.tolerance)} more). Of all lives at least {percent_en(study.least_share)} are "
        f"within, with {percent_en(SHOWN_CONFIDENCE)} confidence.{weak}"
    )


def null_fr(study: NullStudy) -> str:
    """Return whether hot spots were seen where there are none, in French."""
    weak = (
        f" {study.life_count} vies ne permettent pas de dire si le premier seuil est tenu : il en faut au moins "
        f"{study.lives_needed}, et une bande tirée de {study.band.draw_count} apprentissages est large."
        if study.is_weak
        else ""
    )
    return (
        f"Sur des faits qui ne suivent que la population, {percent_fr(study.share_within)} de "
        f"{len(study.concentration)} vies simulées sont dans la bande de permutation ({number_fr(study.band.low)} à "
        f"{number_fr(study.band.high)} ; seuil : {percent_fr(study.config.least_share_within)}), et les "
        f"{percent_fr(study.config.top_area_share)} du territoire les plus signalés reçoivent "
        f"{_signed_fr(study.excess)} que leur part d'habitants (seuil : {percent_fr(study.config.tolerance)} de plus). "
        f"Sur l'ensemble des vies, {percent_fr(study.least_share)} au moins sont dans la bande, au niveau de confiance "
        f"de {percent_fr(SHOWN_CONFIDENCE)}.{weak}"
    )


def _most_flagged(study: FairnessStudy) -> ClassFigures:
    known = [figures for figures in study.classes if np.isfinite(figures.flagged_per_harm)]
    return max(known, key=lambda figures: figures.flagged_per_harm)


def _full_parity(study: FairnessStudy) -> tuple[ParityCost, ParityCost]:
    costs = [cost for cost in study.parity if cost.target is ParityTarget.HARM]
    return costs[0], costs[-1]


def fairness_en(study: FairnessStudy) -> str:
    """Return how areas of each class are treated."""
    relative, most = study.relative_calibration.values(), _most_flagged(study)
    free, full = _full_parity(study)
    steady = min(change.spearman for change in study.rank_changes)
    low, high = study.config.calibration_range
    weak = (
        f" One class has {study.fewest_reports:.0f} reports only: chance alone can cross the first bar under "
        f"{study.reports_needed}."
        if study.is_weak
        else ""
    )
    return (
        f"Expected over reported incidents of a class is {min(relative):.2f} to {max(relative):.2f} times the city's "
        f"(bar: {low:g} to {high:g}); when one class reports more or less, ranks stay alike at {steady:.2f} at least "
        f"(Spearman; bar: {study.config.least_spearman:g}). Class {most.area_class} is flagged most for its harm: "
        f"{most.flagged_per_harm:.2f} times its share. Flags in proportion to harm would catch "
        f"{percent_en(full.hit_rate, 1)} of incidents instead of {percent_en(free.hit_rate, 1)}: that choice is for "
        f"people, and has no bar.{weak}"
    )


def fairness_fr(study: FairnessStudy) -> str:
    """Return how areas of each class are treated, in French."""
    relative, most = study.relative_calibration.values(), _most_flagged(study)
    free, full = _full_parity(study)
    steady = min(change.spearman for change in study.rank_changes)
    low, high = study.config.calibration_range
    weak = (
        f" Une classe n'a que {study.fewest_reports:.0f} déclarations : au-dessous de {study.reports_needed}, le "
        "hasard seul peut franchir le premier seuil."
        if study.is_weak
        else ""
    )
    return (
        f"Le rapport des faits attendus aux faits déclarés d'une classe vaut {number_fr(min(relative))} à "
        f"{number_fr(max(relative))} fois celui de la ville (seuils : {number_fr(low, 1)} à {number_fr(high)}) ; "
        f"quand une classe déclare plus ou moins, les rangs restent proches à {number_fr(steady)} au moins (Spearman ; "
        f"seuil : {number_fr(study.config.least_spearman, 1)}). La classe {most.area_class} est la plus signalée pour "
        f"ce qu'elle déclare : {number_fr(most.flagged_per_harm)} fois sa part. Des signalements en proportion des "
        f"faits en couvriraient {percent_fr(full.hit_rate, 1)} au lieu de {percent_fr(free.hit_rate, 1)} : ce choix "
        f"revient aux personnes et n'a pas de seuil.{weak}"
    )


def poison_en(study: PoisonStudy) -> str:
    """Return how much of the planted reports was found."""
    said = ", ".join(f"{percent_en(value)} of {REASONS_EN[name]}" for name, value in study.recall.items())
    return (
        f"Of planted reports, {said} are found (bar: {percent_en(study.least_recall)} each); "
        f"{percent_en(study.false_positive_rate, 2)} of {study.clean_count:,} clean ones are marked for nothing (bar: "
        f"under {percent_en(study.most_false_positives)})."
    )


def poison_fr(study: PoisonStudy) -> str:
    """Return how much of the planted reports was found, in French."""
    said = ", ".join(f"{percent_fr(value)} des {REASONS_FR[name]}" for name, value in study.recall.items())
    return (
        f"Parmi les signalements forgés, {said} sont trouvés (seuil : {percent_fr(study.least_recall)} chacun) ; "
        f"{percent_fr(study.false_positive_rate, 2)} des {number_fr(study.clean_count, 0)} signalements sains sont "
        f"marqués à tort (seuil : moins de {percent_fr(study.most_false_positives)})."
    )
