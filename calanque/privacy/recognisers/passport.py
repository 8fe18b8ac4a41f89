"""Passports: two digits, two letters, five digits; foreign and mistyped ones beside a cue."""

import re

from calanque.privacy.rules import Begins, PatternRecogniser, Rule, folded_pattern, one_of, words
from calanque.privacy.shapes import LONG

PASSPORT = PatternRecogniser(
    entity="FR_PASSPORT",
    rules=(
        Rule(
            "capitals",
            re.compile(r"(?<![.,\-/])\d{2}[\s\-.]?[A-Z]{2}[\s\-.]?\d{5}(?![\w\-/])"),
            0.55,
            is_cased=True,
            begins=Begins.NUMBER,
        ),
        Rule(
            "compact",
            folded_pattern(r"(?<![.,\-/])\d{2}(?!de|du|le|la|et|km|kg|eu|mn|cm|mm)[a-z]{2}\d{5}(?![\w\-/])"),
            0.5,
            begins=Begins.NUMBER,
        ),
        Rule(
            "french",
            folded_pattern(r"(?<![.,])\d{2}[ \-.]{0,2}[a-z]{2}[ \-.]{0,2}\d{2}[ .]?\d{3}(?!\w)"),
            0.4,
            begins=Begins.NUMBER,
        ),
        Rule(
            "loose",
            folded_pattern(LONG),
            0.15,
            begins=Begins.CODE,
            anchors=one_of("passep", "pasep", "paspo", "passport", "titre de voyage"),
            reach=40,
        ),
    ),
    cues=words(
        r"pass?e?-?ports?(?:\s(?:biometriques?|electroniques?|francais|n[°o]?))?",
        r"titres?\sde\svoyage",
        r"(?:pieces?|titres?|papiers?|documents?)\s(?:d'?\s?)?identite",
    ),
    denials=words(
        "factures?", "commandes?", "dossiers?", "devis", "references?", "ref", "marches?", "lots?", "bons?", "arretes?"
    ),
    reach=80,
)
