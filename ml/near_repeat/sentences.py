"""What the test and the alert say, in English and in French: what comes together, never why."""

from calanque.places.taxonomy import type_label
from ml.french import in_french
from ml.near_repeat.knox import BandResult, KnoxReport


def _where_en(band: BandResult) -> str:
    over = f"over {band.over_m:g} m and " if band.over_m > 1 else ""
    return f"{over}within {band.up_to_m:g} m and {band.last_day} days"


def _where_fr(band: BandResult) -> str:
    over = f"à plus de {band.over_m:g} m, " if band.over_m > 1 else ""
    return f"{over}à {band.up_to_m:g} m au plus et en {band.last_day} jours au plus"


def _against_en(band: BandResult) -> str:
    return f"{band.observed:,} pairs of incidents against {band.expected:,.0f}"


def _against_fr(band: BandResult) -> str:
    return in_french(f"{band.observed:,} paires de faits contre {band.expected:,.0f}")


def _same_point(report: KnoxReport) -> BandResult | None:
    return next((band for band in report.bands if band.is_same_point and band.is_significant), None)


def finding_en(report: KnoxReport) -> str:
    """Return the finding of a report."""
    band, head = report.lead, f"{type_label(report.type, 'en')}:"
    if band is None:
        same = _same_point(report)
        more = f" At one point there are {_against_en(same)}: returns, or facts recorded twice." if same else ""
        return (
            f"{head} no near-repeat is shown among {report.event_count:,} incidents; pairs close by, at different "
            "points and in the first days, are no more frequent than permuted dates give, or too few to "
            f"tell.{more}"
        )
    return (
        f"{head} {_where_en(band)} there are {_against_en(band)} with permuted dates "
        f"({band.ratio:.1f} times, p = {band.p_value:.3f}). They come close together; the test does not "
        "say why."
    )


def finding_fr(report: KnoxReport) -> str:
    """Return the finding of a report, in French."""
    band, head = report.lead, f"{type_label(report.type, 'fr')} :"
    if band is None:
        same, count = _same_point(report), in_french(f"{report.event_count:,}")
        more = f" Au même point : {_against_fr(same)} ; retours, ou faits saisis deux fois." if same else ""
        return (
            f"{head} aucune répétition proche n’est établie parmi {count} faits ; les paires voisines, en des "
            "points distincts et dans les premiers jours, ne sont pas plus nombreuses qu’avec des dates permutées, "
            f"ou trop rares.{more}"
        )
    ratio, p_value = in_french(f"{band.ratio:.1f}"), in_french(f"{band.p_value:.3f}")
    return (
        f"{head} {_where_fr(band)}, on compte {_against_fr(band)} avec des dates permutées "
        f"({ratio} fois, p = {p_value}). Ces faits se suivent de près ; le test ne dit pas pourquoi."
    )


def alert_en(report: KnoxReport, source_count: int, excess: float, days: int, cell_count: int) -> str:
    """Return what the alert layer shows, or why it is silent."""
    if not report.is_found:
        return f"No alert. {finding_en(report)}"
    head = f"{type_label(report.type, 'en')}:"
    if not cell_count:
        return f"{head} no alert, for no incident is recent enough to be followed by others nearby."
    return (
        f"{head} around {source_count} recent incidents, {excess:.1f} incidents more than usual are expected over the "
        f"next {days} days, spread over {cell_count} cells."
    )


def alert_fr(report: KnoxReport, source_count: int, excess: float, days: int, cell_count: int) -> str:
    """Return the same in French."""
    if not report.is_found:
        return f"Pas d’alerte. {finding_fr(report)}"
    head = f"{type_label(report.type, 'fr')} :"
    if not cell_count:
        return f"{head} pas d’alerte, car aucun fait n’est assez récent pour que d’autres le suivent à proximité."
    return (
        f"{head} autour de {source_count} faits récents, on attend {in_french(f'{excess:.1f}')} faits de plus que "
        f"d’habitude dans les {days} prochains jours, répartis sur {cell_count} cellules."
    )
