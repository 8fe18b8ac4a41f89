"""Generate gold documents of French municipal life from templates: the same seed gives the same bytes.

    python benchmarks/privacy/generate.py --set municipal --half open --documents 780 --seed 1 --dirt 1 > gold.jsonl

Templates stand in `templates/<half>/<set>.txt`, beside the names and fills of their half. Their marks: `{f1}`, `{m1}`,
`{x1}` a woman, a man, either, the same person wherever the mark returns (`.nom`, `.prenom`, `.init`, `.court`,
`.lettres` for parts); `{tel}`, `{plaque}`, `{adr}`, `{adr.rue}`, `{adr.cp}`, `{mail.x1}` and so on a personal value;
`{?text}` text that may be masked or not; `[street]`, `[hour]` and so on neutral fills; `<a|b>` a choice of wording.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random

from corpus import OPTIONAL, Document, Entity, write
from dirt import Piece, recase, soil
from names import CASINGS, INITIALS, Person, ascii_letters, blocks, origins, person, written
from values import MONTHS, VALUES, digits

from calanque.errors import CalanqueError

SETS = ("municipal", "stress")
HALVES = ("open", "held")
"""Whoever writes rules may read the errors of the first, and nothing of the second."""

FOLDER = Path(__file__).parent / "templates"
UPPER_RATE, LOWER_RATE = 0.06, 0.06
_CHOICE = re.compile(r"<([^<>]*\|[^<>]*)>")
_MARK = re.compile(r"\{(\?)?([^{}]+)\}|\[([a-z]+)\]")
_SLOT = re.compile(r"([a-z]+)(\d?)(?:\.(\w+))?")
_PROVIDERS = ("gmail.com", "orange.fr", "free.fr", "hotmail.fr", "laposte.net", "yahoo.fr", "sfr.fr", "protonmail.com")
_NICKS = ("momo", "titi", "kikou", "bledard", "la_louve", "marius", "nono", "reine_du_sud", "zizou", "lulu", "ombre")
_PLACES = ("street", "spot")


@cache
def templates(name: str, half: str = "open") -> dict[str, str]:
    """Return the templates of a set by name.

    Raises:
        CalanqueError: if the set or the half does not exist.
    """
    for asked, known in ((name, SETS), (half, HALVES)):
        if asked not in known:
            raise CalanqueError(f"There are no templates “{asked}”: choose among {', '.join(known)}.")
    text = (FOLDER / half / f"{name}.txt").read_text(encoding="utf-8")
    parts = re.split(r"^== (\w+)\n", text, flags=re.MULTILINE)[1:]
    return {key: body.strip("\n") for key, body in zip(parts[::2], parts[1::2], strict=True)}


@cache
def _fills(folder: Path) -> dict[str, list[str]]:
    return {**blocks(folder / "places.txt"), **blocks(folder / "neutral.txt")}


@dataclass(slots=True)
class Scene:
    """What one document draws, from the names and fills of a folder: its persons and its values, each once."""

    rng: Random
    casing: str
    first_origin: int
    folder: Path = FOLDER / "open"
    persons: dict[str, Person] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)

    def who(self, kind: str, number: str) -> Person:
        """Return the person of a mark, drawn at its first use; origins take turns."""
        key = kind + number
        if key not in self.persons:
            known = origins(self.folder)
            origin = known[(self.first_origin + len(self.persons)) % len(known)]
            self.persons[key] = person(self.rng, kind.upper(), origin, self.folder)
        return self.persons[key]

    def once(self, key: str, value: str) -> str:
        """Return the value that the key got first."""
        return self.values.setdefault(key, value)


def _address(scene: Scene, number: str, part: str) -> str:
    rng, fills = scene.rng, _fills(scene.folder)
    house = f"{rng.randint(1, 240)}{rng.choices(['', ' bis', ' ter', 'B'], [12, 2, 1, 1])[0]}"
    street = scene.once(f"rue{number}", f"{house}{rng.choice([' ', ' ', ', '])}{rng.choice(fills['streets'])}")
    town = scene.once(f"cp{number}", rng.choice(fills["towns"]))
    if part:
        return {"rue": street, "cp": town}[part]
    full = f"{street}{rng.choice([', ', ' ', ' - '])}{town}"
    return f"{rng.choice(fills['complements'])}, {full}" if rng.random() < 0.25 else full


def _mail(scene: Scene, number: str, part: str) -> str:
    if part:
        who = scene.who(part[0], part[1:])
    else:
        who = person(scene.rng, "X", scene.rng.choice(origins(scene.folder)), scene.folder)
    first, last = ascii_letters(who.first), ascii_letters(who.last)
    local = scene.rng.choice([f"{first}.{last}", f"{first[0]}{last}{digits(scene.rng, 2)}", f"{last}_{first}", last])
    at = scene.rng.choices(["@", " (at) ", " arobase "], [40, 1, 1])[0]
    return f"{local}{at}{scene.rng.choice(_PROVIDERS)}"


def _handle(scene: Scene, number: str, part: str) -> str:
    stem = ascii_letters(scene.who(part[0], part[1:]).first) if part else scene.rng.choice(_NICKS)
    return f"@{stem}{scene.rng.choice(['', '_', '.'])}{scene.rng.choice(['13', '83', 'off', 'x', '1982', 'mrs'])}"


_OWN = {
    "adr": ("POSTAL_ADDRESS", _address),
    "mail": ("EMAIL_ADDRESS", _mail),
    "pseudo": ("HANDLE", _handle),
}


def _slot(scene: Scene, mark: str) -> Piece:
    match = _SLOT.fullmatch(mark)
    kind, number, part = (match[1], match[2], match[3] or "") if match else ("", "", "")
    if kind in ("f", "m", "x") and number:
        who = scene.who(kind, number)
        name, casing = written(who, part, scene.casing)
        return Piece(name, "PERSON", who.origin, casing)
    if kind in VALUES:
        entity_type, make = VALUES[kind]
        return Piece(scene.once(mark, make(scene.rng)), entity_type)
    if kind in _OWN:
        entity_type, make_own = _OWN[kind]
        return Piece(scene.once(mark, make_own(scene, number, part)), entity_type)
    raise CalanqueError(f"A template holds the unknown mark {{{mark}}}: correct it.")


def _hour(rng: Random) -> str:
    hour, minute = rng.randint(0, 23), rng.choice([0, 5, 10, 15, 20, 30, 40, 45, 50])
    return rng.choice([f"{hour}h{minute:02d}", f"{hour:02d}:{minute:02d}", f"{hour} h {minute:02d}", f"{hour}h"])


def _date(rng: Random) -> str:
    day, month, year = rng.randint(2, 28), rng.randint(1, 12), rng.randint(2021, 2024)
    return rng.choice(
        [f"{day:02d}/{month:02d}/{year}", f"{day} {MONTHS[month - 1]}", f"{day} {MONTHS[month - 1]} {year}"]
    )


def _reference(rng: Random) -> str:
    year, number = rng.randint(2021, 2024), rng.randint(1, 99999)
    return rng.choice(
        [f"MC-{year}-{number:06d}", f"n° {year}/{number}", f"PV {number:05d}/{year}", f"dossier {number}"]
    )


_DRAWN = {
    "hour": _hour,
    "date": _date,
    "ref": _reference,
    "amount": lambda rng: rng.choice(
        [f"{rng.randint(11, 900)} €", f"{rng.randint(11, 200)},{rng.randint(10, 99)} euros"]
    ),
    "small": lambda rng: str(rng.randint(2, 12)),
    "adult": lambda rng: str(rng.randint(18, 92)),
}


def _fill(scene: Scene, name: str) -> str:
    if name in _DRAWN:
        return _DRAWN[name](scene.rng)
    fills = _fills(scene.folder)
    if name not in fills:
        raise CalanqueError(f"A template holds the unknown fill [{name}]: correct it.")
    left = [fill for fill in fills[name] if fill not in scene.values.values()] or fills[name]
    return scene.once(f"{name}#{len(scene.values)}", scene.rng.choice(left))


def _without_title(piece: Piece) -> list[Piece]:
    """Cut the "M." off "M. Dupont": nothing tells an initial M from Monsieur, so it may be masked or not."""
    if piece.casing != INITIALS or not piece.text.startswith("M. ") or piece.text.endswith("."):
        return [piece]
    return [Piece("M.", OPTIONAL), Piece(" "), Piece(piece.text[3:], piece.type, piece.name_origin, piece.casing)]


def pieces(scene: Scene, template: str) -> list[Piece]:
    """Return a template's text with its marks filled, in runs of neutral text and personal values."""
    while match := _CHOICE.search(template):
        template = template[: match.start()] + scene.rng.choice(match[1].split("|")) + template[match.end() :]
    done, at = [], 0
    for match in _MARK.finditer(template):
        done.append(Piece(template[at : match.start()]))
        if match[3]:
            done.append(Piece(_fill(scene, match[3])))
        else:
            done += [Piece(match[2], OPTIONAL)] if match[1] else _without_title(_slot(scene, match[2]))
        at = match.end()
    return [piece for piece in (*done, Piece(template[at:])) if piece.text]


def generate(name: str, documents: int, seed: int = 1, dirt: int = 1, half: str = "open") -> Iterator[Document]:
    """Yield documents, templates in turn, casings and origins of names in turn.

    Args:
        name: a set of templates.
        documents: how many.
        seed: same seed, same documents.
        dirt: 0 to 2.
        half: whose templates, names and fills.
    """
    bodies, folder = list(templates(name, half).items()), FOLDER / half
    known = origins(folder)
    for index in range(documents):
        rng = Random(f"{seed}/{name}/{index}")  # noqa: S311 # test data, not keys
        (key, body), lap = bodies[index % len(bodies)], index // len(bodies)
        scene = Scene(rng, CASINGS[(index + lap) % len(CASINGS)], rng.randrange(len(known)), folder)
        casing = rng.choices(["upper", "lower", "as written"], [UPPER_RATE, LOWER_RATE, 1 - UPPER_RATE - LOWER_RATE])[0]
        yield _join(f"{name}-{index:05d}", key, casing, soil(rng, recase(pieces(scene, body), casing), dirt))


def _join(identifier: str, source: str, casing: str, runs: list[Piece]) -> Document:
    text, spans = "", []
    for run in runs:
        start, text = len(text), text + run.text
        if run.type:
            spans.append(Entity(start, len(text), run.type, run.name_origin, run.casing))
    return Document(identifier, text, source, casing, tuple(spans))


def main() -> None:
    """Write the documents that the command line asks for to standard output."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", choices=SETS, default=SETS[0])
    parser.add_argument("--half", choices=HALVES, default=HALVES[0])
    parser.add_argument("--documents", type=int, default=780)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dirt", type=int, choices=(0, 1, 2), default=1)
    asked = parser.parse_args()
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    for line in write(generate(asked.set, asked.documents, asked.seed, asked.dirt, asked.half)):
        sys.stdout.write(line)


if __name__ == "__main__":
    main()
