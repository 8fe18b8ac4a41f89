"""Numbers of patients and of carers: IPP, file and stay numbers, RPPS, ADELI."""

from calanque.privacy.rules import Begins, PatternRecogniser, Rule, folded_pattern, one_of, words
from calanque.privacy.shapes import LONG, NO_UNIT

_N = r"(?:numero|num|n[°o]?|id(?:entifiant)?|ref(?:erence)?)\.?\s?(?:de\s|du\s|d'|:)?\s?"

_CARE = one_of(
    *("hospitalis", "anesthes", "chirurg", "pediatr", "obstetr", "brancard", "radiolog", "irm ", "vaccin", "rpps"),
    *("hopital", "clinique", "maternite", "psycholog", "psychiatr", "neurolog", "cardiolog", "oncolog", "genetique"),
    *("ddn", "infirmi", "sage-femme", "urgences", "ordonnance", "patient", "syndrome", "antecedent", "consultation"),
)

HEALTH_NUMBER = PatternRecogniser(
    entity="FR_HEALTH_NUMBER",
    anchors=one_of(
        "dr",
        "docteur",
        "medecin",
        "ipp",
        "i.p.p",
        "nip",
        "nda",
        "patient",
        "pat.",
        "medical",
        "sejour",
        "adeli",
        "ins",
        "hopital",
        "allocataire",
    )
    | _CARE,
    rules=(
        Rule(
            "file",
            folded_pattern(
                r"(?<!\w)dossier(?:\s(?!du|de|des|au|en|le|la|et|a)[a-z]{2,12}(?:\s(?:vous|toi|eux))?)??"
                r"(?:\s?(?:n[°o]|numero|est|le|[:.(])){0,3}\s?"
                r"(?P<v>(?=(?:[^\d\n]{0,4}\d){5})(?:[a-z]{1,4}[ .\-]?)?\d[\da-z]*(?:[./\- ]\d[\da-z]*){0,4})(?!\w)"
            ),
            0.55,
            anchors=_CARE | one_of("biologi", "ipp ", "aide op", "medecin demandeur", "echograph"),
            is_checked=False,
        ),
        Rule("loose", folded_pattern(LONG), 0.15, begins=Begins.CODE, reach=32),
        Rule("stay", folded_pattern(r"(?<!\w)sejour[ ]?:?[ ]?(?P<v>\d{7,10})(?!\w)"), 0.6, anchors=one_of("sejour")),
        Rule(
            "glued",
            folded_pattern(r"(?<!\w)ipp\d{6,12}(?!\w)"),
            0.8,
            anchors=one_of("ipp0", *(f"ipp{n}" for n in range(1, 10))),
        ),
        Rule(
            "of_family",
            folded_pattern(r"(?<!\w)allocataire(?:\s?(?:n[°o]|est|le|:)){0,3}\s?(?P<v>\d{6,7}[ ]?[a-z])(?!\w)"),
            0.7,
            anchors=one_of("allocataire"),
            is_checked=False,
        ),
        Rule(
            "of_carer",
            folded_pattern(
                r"(?<!\w)(?:psycholog|infirmi|orthophonist|sage-femme|medecin|dentist|kine|podolog|dieteti)"
                r"[a-z\-]*[ ]?,?[ ]?n[°o][ ]?(?P<v>\d{9,11})(?!\w)"
            ),
            0.6,
            anchors=one_of(
                "psycholog", "infirmi", "orthophonist", "sage-femme", "medecin", "dentist", "kine", "podolog", "dieteti"
            ),
        ),
        Rule(
            "carer",
            folded_pattern(rf"(?<![.,+])10[01](?:[ ]?\d){{8}}{NO_UNIT}"),
            0.55,
            begins=Begins.NUMBER,
            shortest=11,
            anchors=one_of("dr ", "dr.", "docteur", "medecin"),
        ),
    ),
    cues=words(
        r"i\.?p\.?p\.?(?:\s(?:patient|n[°o]?))?",
        r"n\.?i\.?p\.?",
        r"nda",
        r"iep",
        rf"{_N}(?:dossier\s)?(?:patiente?|medical|hospitalier|hospitalisation|sejour|venue|ipp|archive)s?",
        r"pat\.\s?(?:n[°o]\s?)?",
        r"dossiers?\s(?:patient|medical|hospitalier|clinique)e?s?(?:\s(?:n[°o]?|numero))?",
        r"patiente?\s?(?:n[°o]?|numero|id)",
        r"(?:id|identifiant)\s?(?:patient|permanent)\w*",
        r"sejour\s(?:n[°o]?|numero)",
        r"n?°?\s?rpps",
        r"adeli",
        r"ins(?:-?c|-?nir)?",
    ),
    denials=words("factures?", "commandes?", "titres? de sejour", "carte de sejour", "articles?", "finess"),
    reach_after=8,
)
