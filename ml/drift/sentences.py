"""What a finding says, in English and in French: what moved, and what to do."""

from typing import NamedTuple

from calanque.places.taxonomy import type_label
from ml.drift.compare import Finding
from ml.drift.inputs import SHARES, Input
from ml.french import in_french


class _Words(NamedTuple):
    name: str
    advice: str


_EN = {
    Input.WEEKLY_TOTAL: _Words("weekly total", "Check that the feed is complete and still counts the same facts"),
    Input.AREA: _Words("area", "Check that no district is missing or told twice, and that positions are right"),
    Input.HOUR: _Words("hour of the day", "Check the feed's time zone and how the source writes hours"),
    Input.PREMISES: _Words("premises", "Check whether the source names kinds of places differently"),
    Input.NEW_PLACE: _Words("places not seen in a year", "Check how the source makes its positions"),
    Input.HEAPED_HOUR: _Words("incidents at midnight or noon", "Check how the source writes an hour that nobody knows"),
    Input.OUTSIDE: _Words("incidents without a place in the territory", "Check positions, their CRS and the boundary"),
}
_FR = {
    Input.WEEKLY_TOTAL: _Words("total par semaine", "Vérifiez que le flux est complet et compte les mêmes faits"),
    Input.AREA: _Words(
        "secteur", "Vérifiez qu’aucun secteur ne manque ou n’est compté deux fois, et que les positions sont justes"
    ),
    Input.HOUR: _Words("heure du jour", "Vérifiez le fuseau horaire du flux et la saisie des heures"),
    Input.PREMISES: _Words("type de lieu", "Vérifiez si la source nomme autrement les types de lieux"),
    Input.NEW_PLACE: _Words("lieux non vus depuis un an", "Vérifiez comment la source établit ses positions"),
    Input.HEAPED_HOUR: _Words("faits à minuit ou midi", "Vérifiez comment la source écrit une heure inconnue"),
    Input.OUTSIDE: _Words("faits sans lieu dans le territoire", "Vérifiez les positions, leur projection et la limite"),
}
_THEN_EN = "if the city itself has changed, train again."
_THEN_FR = "si la ville elle-même a changé, relancez l’apprentissage."


def named(kind: str, name: str) -> tuple[str, str]:
    """Return a type and an input in words, in English and in French."""
    return f"{type_label(kind, 'en')} ({_EN[Input(name)].name})", f"{type_label(kind, 'fr')} ({_FR[Input(name)].name})"


def finding_en(finding: Finding) -> str:
    """Return what a finding says."""
    words = _EN[finding.input]
    head = f"{type_label(finding.type, 'en')}, {words.name}:"
    if finding.distance != finding.distance:
        return f"{head} too few incidents to tell."
    if finding.input is Input.WEEKLY_TOTAL:
        figures = f"{finding.observed:,.1f} incidents a week, {finding.expected:,.1f} expected"
    else:
        part = "" if finding.input in SHARES else f"the widest gap is at “{finding.part}”, "
        figures = f"{part}{finding.observed:.1%} of incidents, {finding.expected:.1%} expected"
    measured = f"{figures} (distance {finding.distance:.3f}, limit {finding.threshold:.3f})."
    return (
        f"{head} drift; {measured} {words.advice}; {_THEN_EN}"
        if finding.has_drifted
        else f"{head} no drift; {measured}"
    )


def finding_fr(finding: Finding) -> str:
    """Return the same in French."""
    words = _FR[finding.input]
    head = f"{type_label(finding.type, 'fr')}, {words.name} :"
    if finding.distance != finding.distance:
        return f"{head} trop peu de faits pour le dire."
    if finding.input is Input.WEEKLY_TOTAL:
        figures = f"{_comma(finding.observed, 1)} faits par semaine, {_comma(finding.expected, 1)} attendus"
    else:
        part = "" if finding.input in SHARES else f"le plus grand écart est à « {finding.part} », "
        shares = (_comma(100 * value, 1) for value in (finding.observed, finding.expected))
        figures = "{}{} % des faits, {} % attendus".format(part, *shares)
    measured = f"{figures} (distance {_comma(finding.distance, 3)}, limite {_comma(finding.threshold, 3)})."
    return (
        f"{head} dérive ; {measured} {words.advice} ; {_THEN_FR}"
        if finding.has_drifted
        else f"{head} stable ; {measured}"
    )


def _comma(value: float, digits: int) -> str:
    return in_french(f"{value:,.{digits}f}")
