"""Values of a table by the heads of their columns: under "Nom;Matricule", "PETIT;A20417" needs no other cue."""

import re
from collections.abc import Iterator, Sequence

from calanque.privacy.lexicon.odds import is_name
from calanque.privacy.lexicon.places import NEUTRAL, PLACE_WORDS
from calanque.privacy.spans import Span
from calanque.privacy.text import Prepared

_N = r"(?:(?:n[°o]?|num|numero)\s?(?:de\s|d')?)?"
_NAMED = r"(?:noms?|prenoms?|noms?(?:\s?[,/&]?\s?|\set\s)prenoms?|prenoms?(?:\s?[,/&]?\s?|\set\s)noms?)"
_WHOSE = (
    r"(?:(?:de\sl'|du\s|de\sla\s|des\s)?(?:usager|agent|patient|enfant|eleve|demandeur|client|locataire|proprietaire|"
    r"titulaire|responsable|parent|salarie|adherent|declarant|conducteur)(?:e|s|es)?)"
)
_HEADS = {
    "PERSON": rf"{_NAMED}(?:\s(?:de\s(?:famille|naissance|jeune\sfille)|d'usage|usuel|{_WHOSE}))?",
    "POSTAL_ADDRESS": r"adresse(?:\spostale|\sdomicile)?|domicile",
    "BIRTH_DATE": r"(?:date\s(?:de\s)?)?naiss(?:ance|\.)?|ddn|nee?(?:\(e\))?(?:\sle)?",
    "PHONE_NUMBER": rf"{_N}(?:tel(?:ephone)?|portable|mobile|gsm)\.?(?:\s\d|\s\w+)?",
    "HANDLE": r"pseudo(?:nyme)?|login|identifiant|utilisateur|user(?:name)?",
    "FR_AGENT_NUMBER": rf"{_N}(?:matricules?|mle|badge|rio|agent)(?:\sagent)?|(?:id|code)\sagent",
    "FR_NIR": rf"{_N}(?:nir|n?ss|secu(?:rite\ssociale)?)",
    "FR_HEALTH_NUMBER": rf"{_N}(?:ipp|nip|iep|nda|patient)|pid|(?:id|code)\spatient",
    "FR_PLATE": r"immat(?:riculation|\.)?|plaque",
    "FR_IDENTITY_CARD": rf"{_N}(?:cni|carte\sd'identite)",
    "FR_TAX_NUMBER": rf"{_N}(?:spi|fiscal)",
    "IBAN_CODE": r"iban|rib",
    "FR_DRIVING_LICENCE": rf"{_N}permis(?:\sde\sconduire)?|{_N}neph",
    "FR_PASSPORT": rf"{_N}passeport",
    "FR_RESIDENCE_PERMIT": rf"{_N}(?:titre\sde\ssejour|agdref|etranger)",
    "PERSON_NUMBER": r"(?:n[°o]?|num|numero|id|code)\s(?:de\s|d')?(?:allocataire|adherent|client|usager|abonne|caf|"
    r"eleve|etudiant|famille|licence|contrat)|allocataire|ine",
}
_HEAD = {entity: re.compile(pattern) for entity, pattern in _HEADS.items()}
_OF_THINGS_TOO = re.compile(r"noms?|identifiant|utilisateur|mobile|plaque|patient|agent|adresse|domicile|badge|login")
"""Heads that tell nothing unless another one is of persons: "Nom;Longueur" may be of streets."""
_NOTHING = frozenset(("neant", "inconnu", "inconnue", "vide", "n/a", "absent", "abs", "sans", "aucun", "null", "none"))
_QUOTED = re.compile(r'"[^"\n]*"')
_IN_WORDS = ("PERSON", "HANDLE")
"""Types whose values need no digit."""
_SEPARATORS = ((";", 2), ("|", 2), ("\t", 2), (",", 3), (" / ", 3))
"""Signs between cells, and how many cells make a head: commas stand in sentences too."""
_WORD = re.compile(r"[^\W\d_]{3,}")
_AGENT = re.compile(r"[a-z]{0,3}-?\d{3,7}")
_CELL = re.compile(r"[^\s\"'].*[^\s\"']|[^\s\"']")
_LONGEST_CELL = 60
_SCORE = 0.7

Cell = tuple[int, int]
Head = tuple[str | None, bool]


def in_columns(text: Prepared) -> list[Span]:
    """Return the values of a text's tables that the heads of their columns tell, whatever their type."""
    if "\n" not in text.folded:
        return []
    return [
        span
        for sign, fewest in _SEPARATORS
        if text.folded.count(sign) >= 2 * (fewest - 1)
        for span in _table_values(text, sign, fewest)
    ]


def _table_values(text: Prepared, sign: str, fewest: int) -> Iterator[Span]:
    heads: Sequence[Head] = ()
    for row in _rows(text.folded, sign):
        if len(row) >= fewest and (types := _types(text.folded, row)):
            heads = types
        elif len(row) == len(heads):
            for (entity, is_sure), (start, end) in zip(heads, row, strict=True):
                cell = text.folded[start:end]
                if entity and _may_be_value(cell, entity) and (is_sure or _tells_itself(cell, entity)):
                    yield Span(start, end, entity, _SCORE, f"{entity.lower()}.column")


def _rows(folded: str, sign: str) -> Iterator[list[Cell]]:
    """Yield the cells of each line, without their blanks and quotes; a sign between quotes parts nothing."""
    position = 0
    for line in folded.split("\n"):
        row: list[Cell] = []
        for cell in _QUOTED.sub(lambda quoted: quoted.group().replace(sign, " " * len(sign)), line).split(sign):
            inside = _CELL.search(cell)
            row.append((position + inside.start(), position + inside.end()) if inside else (position, position))
            position += len(cell) + len(sign)
        position += 1 - len(sign)  # a line ends with one character
        yield row


def _types(folded: str, row: Sequence[Cell]) -> Sequence[Head]:
    """Return the type that each head of a line names, and whether it surely does; nothing for a line of no heads."""
    heads = [folded[start:end].replace("_", " ") for start, end in row]
    types = [next((entity for entity, head in _HEAD.items() if head.fullmatch(text)), None) for text in heads]
    if not any(types) or any(map(str.isdigit, "".join(heads))):
        return ()
    if any(entity and not _OF_THINGS_TOO.fullmatch(head) for entity, head in zip(types, heads, strict=True)):
        return [(entity, True) for entity in types]
    return [(entity if entity in ("PERSON", "FR_AGENT_NUMBER") else None, False) for entity in types]


def _tells_itself(cell: str, entity: str) -> bool:
    """Say whether a cell is what its head may mean: a name, or the short code of an agent."""
    return _is_of_names(cell) if entity == "PERSON" else bool(_AGENT.fullmatch(cell))


def _is_of_names(cell: str) -> bool:
    """Say whether every word of a cell is listed as a name and none is one of a place or thing."""
    words = _WORD.findall(cell)
    return bool(words) and all(is_name(word) and word not in PLACE_WORDS and word not in NEUTRAL for word in words)


def _may_be_value(cell: str, entity: str) -> bool:
    if len(cell) > _LONGEST_CELL or cell in _NOTHING:
        return False
    has_digit = any(map(str.isdigit, cell))
    return any(map(str.isalpha, cell)) and (entity == "HANDLE" or not has_digit) if entity in _IN_WORDS else has_digit
