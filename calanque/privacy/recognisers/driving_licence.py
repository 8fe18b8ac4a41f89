"""Driving licences: twelve digits, or two digits, two letters and five digits, beside a cue."""

from calanque.privacy.rules import Begins, PatternRecogniser, Rule, folded_pattern, one_of, words
from calanque.privacy.shapes import LONG

DRIVING_LICENCE = PatternRecogniser(
    entity="FR_DRIVING_LICENCE",
    anchors=one_of("permis", "neph", "conduire"),
    rules=(
        Rule("old", folded_pattern(r"(?<![.,+])\d{2}(?:[ .\-]?\d){10}(?!\w)"), 0.4, begins=Begins.NUMBER),
        Rule("new", folded_pattern(r"(?<![.,])\d{2}[ \-.]?[a-z]{2}[ \-.]?\d{5}(?!\w)"), 0.4, begins=Begins.NUMBER),
        Rule("loose", folded_pattern(rf"(?![a-e][ ]){LONG}"), 0.15, begins=Begins.CODE, reach=44),
    ),
    cues=words(
        r"permis\s(?:de\s)?conduire(?:\s(?:europeen|francais|international|etranger|n[°o]?))?",
        r"permis\s(?:[abcde]1?(?!')|n[°o]?|num(?:ero)?|moto|voiture|poids\slourds?|am)",
        r"permis(?!\s(?:de\s(?!conduire)|d'))",
        r"neph",
    ),
    denials=words(
        r"permis\s(?:de\s(?:construire|demolir|louer|vegetaliser|stationnement)|d'amenager|d'inhumer|pc)",
        "pc",
        "factures?",
        "dossiers?",
        "pv",
        "proces[- ]verbal",
    ),
    reach=80,
)
