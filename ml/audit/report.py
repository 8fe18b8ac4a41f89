"""The audit on one page: self-contained HTML, in English and in French, to be stored beside the model it is about."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import TYPE_CHECKING, TypeAlias

from ml.audit import plots, sentences
from ml.audit.fairness import FairnessStudy
from ml.audit.feedback import LoopStudy
from ml.audit.null_data import NullStudy
from ml.audit.parity import ParityTarget
from ml.audit.poisoning import PoisonStudy

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "img{max-width:100%}table{border-collapse:collapse;font-size:14px}td,th{padding:.2rem .6rem;text-align:right;"
    "border-bottom:1px solid #ddd}.passed{color:#1a6b3a}.failed{color:#a11d2d}[lang=fr]{color:#444}"
)
_ABOUT_EN = (
    "Places and hours, never persons. The audit is of these parameters: they learn anew in each simulated city, whose "
    "truth is known. What this version learnt from real incidents is judged by its back-test, not here."
)
_ABOUT_FR = (
    "Des lieux et des heures, jamais des personnes. L'audit porte sur ces paramètres : ils sont appris à nouveau dans "
    "chaque ville simulée, dont la vérité est connue. Ce que cette version a appris de faits réels est jugé par le "
    "contrôle rétrospectif, pas ici."
)
_SERVES_EN = "The audit does not decide which model serves: the back-test does."
_SERVES_FR = "L'audit ne décide pas du modèle servi : c'est le contrôle rétrospectif qui le fait."
_WEAK_EN = (
    "Some verdicts rest on few data: a pass is then no proof, and a failure may be chance. benchmarks/audit.py tries "
    "more."
)
_WEAK_FR = (
    "Certains verdicts reposent sur peu de données : une réussite n'est alors pas une preuve, et un échec peut être dû "
    "au hasard. benchmarks/audit.py en éprouve davantage."
)
Study: TypeAlias = LoopStudy | NullStudy | FairnessStudy | PoisonStudy


@dataclass(frozen=True, eq=False)
class AuditResults:
    """The studies of one model.

    Attributes:
        model: name and version.
        subject: the city whose forecast the fairness study is of; the other studies are of a simulated city.
        made_on: date of the audit.
    """

    model: str
    subject: str
    made_on: date
    loop: LoopStudy
    null: NullStudy
    fairness: FairnessStudy
    poison: PoisonStudy

    @property
    def studies(self) -> dict[str, Study]:
        """The studies by the name of what they ask."""
        names = ("feedback loop", "null data", "fairness", "forged reports")
        return dict(zip(names, (self.loop, self.null, self.fairness, self.poison), strict=True))

    @property
    def failed(self) -> tuple[str, ...]:
        """Names of the checks that were not passed."""
        return tuple(name for name, study in self.studies.items() if not study.is_passed)

    @property
    def is_passed(self) -> bool:
        """Whether every check was passed."""
        return not self.failed

    @property
    def is_weak(self) -> bool:
        """Whether a verdict rests on so few data that it could be chance."""
        return any(study.is_weak for study in self.studies.values())


@dataclass(frozen=True, eq=False)
class _Section:
    title_en: str
    title_fr: str
    study: Study
    sentence_en: str
    sentence_fr: str
    figure: Figure
    table: str = ""


def audit_html(results: AuditResults) -> str:
    """Return the page: a verdict, and per check a sentence in both languages, a figure, and its numbers."""
    english, french = _words(results)
    about = zip((_ABOUT_EN, _SERVES_EN, _WEAK_EN), (_ABOUT_FR, _SERVES_FR, _WEAK_FR), strict=True)
    chosen = list(about)[: 3 if results.is_weak else 2]
    title = (
        f"Audit of the parameters: {escape(results.model)}, {escape(results.subject)}, {results.made_on.isoformat()}"
    )
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head>\n<body><h1>{title}</h1>\n"
        f'<p class="{_verdict(results)}"><strong>{english}</strong> · <strong lang="fr">{french}</strong></p>\n'
        f"<p>{' '.join(one for one, _ in chosen)}</p>\n"
        f'<p lang="fr">{" ".join(one for _, one in chosen)}</p>\n'
        + "\n".join(_section_html(section) for section in _sections(results))
        + "\n</body></html>\n"
    )


def audit_markdown(results: AuditResults) -> str:
    """Return the audit for a model card, in English: the verdict, and a line per check."""
    verdict, _ = _words(results)
    notes = [_SERVES_EN, *([_WEAK_EN] if results.is_weak else [])]
    lines = [
        f"- {section.title_en}: {_words(section.study)[0].lower()}. {section.sentence_en}"
        for section in _sections(results)
    ]
    head = f"{verdict}, {results.made_on.isoformat()}: these parameters, learnt anew on simulated cities."
    return "\n".join([f"{head} {' '.join(notes)}", "", *lines])


def audit_sentences(results: AuditResults) -> dict[str, str]:
    """Return what each check found, in English, by its name."""
    return dict(zip(results.studies, (section.sentence_en for section in _sections(results)), strict=True))


def _sections(results: AuditResults) -> list[_Section]:
    loop, null, fairness, poison = results.loop, results.null, results.fairness, results.poison
    of_loop = (sentences.loop_en(loop), sentences.loop_fr(loop), plots.loop_figure(loop))
    of_null = (sentences.null_en(null), sentences.null_fr(null), plots.null_figure(null))
    of_areas = (sentences.fairness_en(fairness), sentences.fairness_fr(fairness), plots.fairness_figure(fairness))
    of_forgeries = (sentences.poison_en(poison), sentences.poison_fr(poison), plots.poison_figure(poison))
    tables = _class_table(fairness) + _rank_table(fairness) + _parity_table(fairness)
    return [
        _Section("Feedback loop", "Boucle de rétroaction", loop, *of_loop),
        _Section("Null data", "Données nulles", null, *of_null),
        _Section("Fairness between areas", "Équité entre territoires", fairness, *of_areas, tables),
        _Section("Forged reports", "Signalements forgés", poison, *of_forgeries),
    ]


def _verdict(judged: AuditResults | Study) -> str:
    return "passed" if judged.is_passed else "failed"


def _words(judged: AuditResults | Study) -> tuple[str, str]:
    english, french = ("Passed", "Réussi") if judged.is_passed else ("Failed", "Échec")
    return (f"{english}, on few data", f"{french}, sur peu de données") if judged.is_weak else (english, french)


def _section_html(section: _Section) -> str:
    verdict, (english, french) = _verdict(section.study), _words(section.study)
    return (
        f'<section><h2>{section.title_en} · <span lang="fr">{section.title_fr}</span></h2>\n'
        f'<p><strong class="{verdict}">{english}.</strong> {escape(section.sentence_en)}</p>\n'
        f'<p lang="fr"><strong class="{verdict}">{french}.</strong> {escape(section.sentence_fr)}</p>\n'
        f"{_image(section.figure, section.title_en)}{section.table}</section>"
    )


def _image(figure: Figure, title: str) -> str:
    import matplotlib as mpl

    content = io.BytesIO()
    # Without a date and with fixed names of its parts, the same results give the same drawing.
    with mpl.rc_context({"svg.hashsalt": "audit"}):
        figure.savefig(content, format="svg", metadata={"Date": None})
    code = base64.b64encode(content.getvalue()).decode("ascii")
    return f'<img alt="{escape(title)}" src="data:image/svg+xml;base64,{code}">\n'


def _table(header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = "".join("<tr>" + "".join(f"<td>{escape(value)}</td>" for value in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>\n"


def _class_table(study: FairnessStudy) -> str:
    header = (
        "class",
        "residents",
        "harm",
        "flags",
        "flags / residents",
        "flags / harm",
        "missed",
        "expected / reported",
    )
    rows = [
        (
            str(f.area_class),
            *(sentences.percent_en(value, 1) for value in (f.population_share, f.harm_share, f.flagged_share)),
            *(f"{value:.2f}" for value in (f.flagged_per_population, f.flagged_per_harm)),
            sentences.percent_en(f.miss_rate, 1),
            f"{f.calibration:.2f}",
            sentences.percent_en(f.exposure, 1),
            f"{f.yield_count:.2f}" if f.yield_count == f.yield_count else "–",
        )
        for f in study.classes
    ]
    return _table((*header, "weeks a resident is flagged", "reports a flag"), rows)


def _rank_table(study: FairnessStudy) -> str:
    rows = [
        (
            str(c.area_class),
            f"{100 * c.change:+.0f}%",
            f"{c.spearman:.3f}",
            sentences.percent_en(c.flags_changed_share, 1),
        )
        for c in study.rank_changes
    ]
    return _table(("class", "reporting", "Spearman", "flags changed"), rows)


def _parity_table(study: FairnessStudy) -> str:
    rows = [
        (
            f"{cost.target.value}, {100 * cost.step:.0f}%",
            sentences.percent_en(cost.hit_rate, 1),
            sentences.percent_en(cost.gap, 1),
            f"{cost.loss_per_parity:.3f}",
        )
        for target in ParityTarget
        for cost in study.parity
        if cost.target is target
    ]
    return _table(("quotas", "caught", "gap", "caught lost per gap closed"), rows)
