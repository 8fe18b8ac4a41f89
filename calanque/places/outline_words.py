"""How the outlines of areas came to be: as the mart of areas says it, in English, and the same in French."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calanque.contracts.page import Language

OUTLINE = "Outline and name from {source}; a cell is of the area that holds the most of it, or else of the nearest."
UNION = "Union of the outlines of its areas, from {source}."
SQUARE = "Square of {side} x {side} cells of the territory's grid, named by its place in it; no city gave its name."
COLUMN = (
    "Name from {source}; shape: the squares of the cells whose incidents name it most, and of cells without incidents "
    "whose nearest cell with some is of it."
)
_FRENCH = {
    OUTLINE: "Contour et nom d’après {} ; un carré est du secteur qui en tient la plus grande part, ou sinon du plus "
    "proche.",
    UNION: "Réunion des contours de ses secteurs, d’après {}.",
    SQUARE: "Bloc de {} x {} carrés du maillage de la ville, nommé d’après sa place ; aucune ville ne l’a nommé.",
    COLUMN: "Nom d’après {} ; forme : les carrés dont les faits le nomment le plus, et ceux sans faits dont le plus "
    "proche qui en a est de lui.",
}


def origin_of(text: str, language: Language) -> str:
    """Return how an outline came to be in a language; a sentence that has no French is given as it is."""
    if language == "fr":
        for english, french in _FRENCH.items():
            if found := re.fullmatch(re.sub(r"\\\{\w+\\\}", "(.+)", re.escape(english)), text):
                return french.format(*found.groups())
    return text
