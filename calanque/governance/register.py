"""The register of processing (RGPD art. 30; law of 1978, art. 100): one line a treatment, made from the contracts.

`register()` gives treatments such as `main_courante/title_iii`, each with the contracts that serve it. What no contract
can say (controller, persons concerned, transfers) is in `infra/governance/register.yml`, and so is what the lake itself
keeps of persons: its journal.
"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, Self, get_args

from pydantic import Field, ValidationError, model_validator

from calanque.closed import Closed
from calanque.contracts import FeedContract, LandingColumn, read_contracts
from calanque.contracts.model import Classification, Name, Sentence, TokenKind
from calanque.contracts.odcs import SUFFIX
from calanque.contracts.page import Language
from calanque.errors import CalanqueError
from calanque.places.territory import load_territory
from calanque.settings import settings
from calanque.yaml_file import read_closed, sentence_of

FILE = "register.yml"
JOURNAL = "journal"
"""What the lake itself keeps of those who use it."""
Regime = Literal["title_iii", "rgpd"]
Becomes = TokenKind | Literal["redact", "cell", "zone", "not_loaded"]


class Said(Closed):
    """A sentence in both languages."""

    fr: Sentence
    en: Sentence

    def to(self, language: Language) -> str:
        """Return it in one of them."""
        return self.fr if language == "fr" else self.en


class Office(Closed):
    """Who answers for something, by function: a person's name has no place here."""

    title: Said
    address: Sentence
    contact: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]


class Lines(Closed):
    """What the file says of one purpose; `elected` is what elected members receive of it, if they receive anything."""

    title: Said
    purpose: Said
    legal_basis: Said
    persons: Said
    sensitive: Said
    created_on: date
    elected: Said | None = None


class Own(Lines):
    """What the file says of a treatment that is the lake's own: what it holds, for how long, and what guards it."""

    data: Said
    kept: Said
    security: Annotated[tuple[Said, ...], Field(min_length=1)]


class City(Closed):
    """The file; each purpose is read by itself, so that a hole in one takes no other away."""

    controller: Office
    dpo: Office
    joint_controllers: Said
    security: Annotated[tuple[Said, ...], Field(min_length=1)]
    transfers: Said
    profiling: Said
    rights: dict[Regime, Said]
    kept_elsewhere: Annotated[tuple[Said, ...], Field(min_length=1)]
    purposes: dict[Name, Any]
    journal: Own

    @model_validator(mode="after")
    def _has_rights_of_each_regime(self) -> Self:
        if missing := sorted(set(get_args(Regime)) - self.rights.keys()):
            raise ValueError(f"rights under {missing[0]} are missing: say which there are, and how to use them")
        return self


class Received(NamedTuple):
    """A column as a feed sends it, and what becomes of it; of an open one nothing has to."""

    feed: str
    name: str
    classification: Classification
    becomes: tuple[Becomes, ...]


class Treatment(NamedTuple):
    """What is done for one purpose under one regime, in all territories.

    Attributes:
        number: place in the register, from 1.
        purpose: as the contracts name it.
        regime: RGPD or title III.
        contracts: those of the feeds that serve it; none serves the lake's own.
        lines: what the file says of the purpose; None where `problem` says what is wrong with that.
        problem: a sentence.
    """

    number: int
    purpose: str
    regime: Regime
    contracts: tuple[FeedContract, ...]
    lines: Lines | None
    problem: str | None

    @property
    def reference(self) -> str:
        """What the treatment is called wherever its number may have changed."""
        return f"{self.purpose}/{self.regime}"

    @property
    def is_personal(self) -> bool:
        """Whether it holds personal data: any of its feeds receives some, or it is the lake's own."""
        return self.own is not None or any(contract.is_personal for contract in self.contracts)

    @property
    def own(self) -> Own | None:
        """What the file says of it where it is the lake's own."""
        return self.lines if isinstance(self.lines, Own) else None

    @property
    def synthetic(self) -> tuple[str, ...]:
        """Its feeds whose data are made up."""
        return tuple(contract.feed for contract in self.contracts if contract.is_synthetic)

    @property
    def territories(self) -> tuple[str, ...]:
        """Titles of its territories, in alphabetical order."""
        return tuple(sorted({load_territory(contract.territory).title for contract in self.contracts}))

    def title(self, language: Language) -> str:
        """Return its name for people; the purpose's own where the file has none."""
        return self.lines.title.to(language) if self.lines else self.purpose

    def received(self) -> list[Received]:
        """Return every column that its feeds send."""
        return [
            Received(contract.feed, column.name, column.classification, _becomes(contract, column))
            for contract in self.contracts
            for column in contract.landing
        ]


class Register(NamedTuple):
    """The register: what the city says for all treatments, the treatments, and what is wrong, in sentences."""

    city: City
    treatments: tuple[Treatment, ...]
    problems: tuple[str, ...]

    def check(self) -> None:
        """Make sure that the register is whole.

        Raises:
            CalanqueError: with every problem, each naming its file and field.
        """
        if self.problems:
            raise CalanqueError(" ".join(self.problems))


def register(contracts: Iterable[FeedContract] | None = None, file: Path | None = None) -> Register:
    """Return the register, title III first, then what is personal, then what is not.

    Args:
        contracts: of the feeds; by default those in the feeds folder, and what is wrong with the others is a problem.
        file: what no contract can say; by default `infra/governance/register.yml`.

    Raises:
        CalanqueError: if the file is missing, or does not say what holds for all treatments.
    """
    path = file or settings().root / "infra" / "governance" / FILE
    problems: list[str] = []
    if contracts is None:
        right, wrong = read_contracts()
        contracts = right.values()
        problems += (
            f"{feed}{SUFFIX}: the contract is wrong, and no treatment shows it: `calanque feeds check {feed}` says why."
            for feed in wrong
        )
    city, groups = read_closed(path, City), _grouped(contracts)
    found = [Treatment(0, *key, serving, *_lines(city, path.name, key[0], serving)) for key, serving in groups]
    found.append(Treatment(0, JOURNAL, "rgpd", (), city.journal, None))
    ranked = sorted(found, key=lambda one: (one.regime != "title_iii", not one.is_personal, one.purpose))
    treatments = [one._replace(number=number) for number, one in enumerate(ranked, start=1)]
    problems += dict.fromkeys(one.problem for one in treatments if one.problem)
    problems += (
        f"{path.name}: field 'purposes.{purpose}': no contract has this purpose: correct its name, or take it out."
        for purpose in sorted(city.purposes.keys() - {one.purpose for one in treatments})
    )
    return Register(city, tuple(treatments), tuple(problems))


def _grouped(contracts: Iterable[FeedContract]) -> list[tuple[tuple[str, Regime], tuple[FeedContract, ...]]]:
    groups: dict[tuple[str, Regime], list[FeedContract]] = {}
    for contract in sorted(contracts, key=lambda one: one.feed):
        groups.setdefault((contract.purpose, contract.regime), []).append(contract)

    return [(key, tuple(serving)) for key, serving in groups.items()]


def _lines(
    city: City, file: str, purpose: str, serving: tuple[FeedContract, ...]
) -> tuple[Lines, None] | tuple[None, str]:
    field = f"purposes.{purpose}"
    if purpose not in city.purposes:
        feeds = ", ".join(contract.feed for contract in serving)
        wanted = ", ".join(Lines.model_fields)
        return None, f"{file}: field '{field}': is missing, and {feeds} serves this purpose: say its {wanted}."
    try:
        return Lines.model_validate(city.purposes[purpose]), None
    except ValidationError as error:
        return None, f"{file}: {sentence_of(error, field)}."


def _becomes(contract: FeedContract, column: LandingColumn) -> tuple[Becomes, ...]:
    if column.classification == "open":
        return ()
    found: list[Becomes] = []
    for bronze in contract.bronze:
        if column.name not in bronze.sources:
            continue
        if bronze.token_kind:
            found.append(bronze.token_kind)
        elif bronze.protection == "redact":
            found.append("redact")
        elif bronze.projected == "cell" or bronze.projected == "zone":
            found.append(bronze.projected)
    return tuple(dict.fromkeys(found)) or ("not_loaded",)
