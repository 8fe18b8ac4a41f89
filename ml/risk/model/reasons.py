"""Why a cell: which parts of its past make up its forecast, in one sentence, in English and in French."""

from datetime import date

import numpy as np
from numpy.typing import NDArray

PARTS = ("part_recent", "part_year", "part_long", "part_other_types", "part_background")
"""In the order of `Layout.parts`; they sum to 1 over the pool's forecast of a cell."""
_ENGLISH = (
    "recent weeks here and around",
    "the last year here and around",
    "many years here and around",
    "incidents of other types nearby",
    "places where incidents have been known",
)
_FRENCH = (
    "les dernières semaines, ici et autour",
    "l'année écoulée, ici et autour",
    "de longues années, ici et autour",
    "des faits d'autres types à proximité",
    "des lieux où des faits ont déjà été connus",
)
_UNKNOWN = (
    "Too few incidents have been known around here to tell.",
    "Trop peu de faits sont connus ici pour le dire.",
)
_STEP = 10
"""Shares are told to the nearest ten hundredths, so that few sentences exist and none is over-precise."""


def reasons(parts: NDArray[np.float32], is_known: NDArray[np.bool_]) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Return the sentence of every cell and type (types in turn), in English and in French.

    Args:
        parts: share of each part, parts x types x cells.
        is_known: cells with enough history.
    """
    flat = parts.reshape(len(PARTS), -1)
    order = np.argsort(-flat, axis=0, kind="stable")[:2]
    share = np.take_along_axis(flat, order, axis=0)
    percent = np.rint(share * 100 / _STEP).astype(int)
    known = np.tile(is_known, parts.shape[1])
    codes = np.where(known, ((order[0] * len(PARTS) + order[1]) * 16 + percent[0]) * 16 + percent[1], -1)
    values, inverse = np.unique(codes, return_inverse=True)
    english = [_sentence(int(code), _ENGLISH, "and", _UNKNOWN[0], "Mostly") for code in values]
    french = [_sentence(int(code), _FRENCH, "et", _UNKNOWN[1], "Surtout") for code in values]
    return np.array(english, dtype=object)[inverse], np.array(french, dtype=object)[inverse]


def has_begun(data_until: date, whole_until: date) -> tuple[str, str]:
    """Return what is said of a week that had begun when it was forecast, in English and in French.

    Args:
        data_until: last day that the data hold, within the week.
        whole_until: last day of the last whole week, which is the last one used.
    """
    return (
        f"This week had begun: the data reach {data_until}, only whole weeks are used, up to {whole_until}.",
        f"Cette semaine avait commencé : les données vont au {data_until}, seules comptent les semaines entières, "
        f"jusqu'au {whole_until}.",
    )


def has_ended(last_week: date, *, is_recent: bool) -> tuple[str, str]:
    """Return what is said of a type that is recorded no more, in English and in French.

    Args:
        last_week: Monday of the last week in which one was known.
        is_recent: whether that was within a year.
    """
    english = f"No incident of this type has been recorded since the week of {last_week}"
    french = f"Aucun fait de ce type n’est enregistré depuis la semaine du {last_week}"
    if is_recent:
        english, french = (
            f"{english}, too long to be chance: check the feed",
            f"{french}, trop longtemps pour un hasard : vérifiez le flux",
        )
    return f"{english}. What is expected only fades.", f"{french}. Ce qui est attendu ne fait que s’effacer."


def _sentence(code: int, names: tuple[str, ...], link: str, unknown: str, mostly: str) -> str:
    if code < 0:
        return unknown
    rest, second_share = divmod(code, 16)
    pair, first_share = divmod(rest, 16)
    first, second = divmod(pair, len(PARTS))
    space = "\u00a0" if link == "et" else " "
    sentence = f"{mostly} {names[first]} ({first_share * _STEP}{space}%)"
    return f"{sentence} {link} {names[second]} ({second_share * _STEP}{space}%)." if second_share else f"{sentence}."
