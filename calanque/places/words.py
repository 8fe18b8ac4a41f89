"""What people call kinds of planned events, of what stands in the city, and of premises, in English and French."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from calanque.contracts.page import Language

HOLIDAYS = ("public_holiday", "school_holiday")
WHOLE_CITY = (*HOLIDAYS, "dry_wind", "heavy_rain")
"""Kinds of planned events that are of a whole city, and of no place in it."""
EVENTS: dict[Language, dict[str, str]] = {
    "en": {
        "works": "works", "skip": "skip", "removal": "removal", "terrace": "terrace", "market": "market",
        "filming": "filming", "festivity": "festivity", "procession": "procession", "public_event": "public event",
        "public_holiday": "public holiday", "school_holiday": "school holiday", "fireworks": "fireworks",
        "dry_wind": "warning of dry wind", "heavy_rain": "warning of heavy rain", "closure": "street closure",
    },
    "fr": {
        "works": "travaux", "skip": "benne", "removal": "déménagement", "terrace": "terrasse", "market": "marché",
        "filming": "tournage", "festivity": "fête", "procession": "défilé", "public_event": "événement public",
        "public_holiday": "jour férié", "school_holiday": "vacances scolaires", "fireworks": "feu d’artifice",
        "dry_wind": "vigilance vent sec", "heavy_rain": "vigilance forte pluie", "closure": "rue fermée",
    },
}  # fmt: skip
ASSETS: dict[Language, dict[str, str]] = {
    "en": {
        "camera": "camera", "square": "square", "school": "school", "tram_line": "tram line",
        "metro_line": "metro line",
    },
    "fr": {
        "camera": "caméra", "square": "place", "school": "école", "tram_line": "ligne de tramway",
        "metro_line": "ligne de métro",
    },
}  # fmt: skip
PREMISES: dict[Language, dict[str, str]] = {
    "en": {
        "apartment": "apartment", "commerce": "shop", "commercial": "business", "crossing": "crossing",
        "educational": "school", "hall": "entrance hall", "house": "house", "other": "other", "outside": "outdoors",
        "parc": "park", "parking": "car park", "road": "road between crossings", "transit": "public transport",
        "transport": "public transport", "voie_publique": "street",
    },
    "fr": {
        "apartment": "appartement", "commerce": "commerce", "commercial": "local commercial",
        "crossing": "carrefour", "educational": "établissement d’enseignement", "hall": "hall d’immeuble",
        "house": "maison", "other": "autre", "outside": "extérieur", "parc": "parc", "parking": "parking",
        "road": "route hors carrefour", "transit": "transports en commun", "transport": "transports en commun",
        "voie_publique": "voie publique",
    },
}  # fmt: skip


def word(code: str, words: dict[Language, dict[str, str]], language: Language) -> str:
    """Return what people call a kind; one that nobody named is its code, with spaces."""
    return words[language].get(code, code.replace("_", " "))
