"""Read `dags/feeds/<feed>.odcs.yaml`, an Open Data Contract Standard v3.1 file, into a `FeedContract`."""

import re
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from open_data_contract_standard.model import (
    CustomProperty,
    OpenDataContractStandard,
    SchemaObject,
    SchemaProperty,
    Team,
)
from pydantic import BaseModel, ValidationError

from calanque.contracts import promises
from calanque.contracts.folders import Folders
from calanque.contracts.model import COLUMN_NAME, BronzeColumn, FeedContract, LandingColumn, Language
from calanque.contracts.partial import NOT_CHECKED, plain_properties, problems_apart
from calanque.contracts.problems import ContractError, Problems, refused
from calanque.contracts.properties import ColumnProperties, FeedProperties, LandingProperties
from calanque.contracts.rules import known_territories, problems_of
from calanque.contracts.standard import take_unread
from calanque.contracts.undecided import undecided_fields
from calanque.errors import CalanqueError
from calanque.yaml_file import mapping_of, read_bounded, read_yaml, sentences_of

SUFFIX = ".odcs.yaml"
API_VERSION = "v3.1.0"
P = TypeVar("P", bound=BaseModel)


def load_contracts(folders: Folders | None = None) -> dict[str, FeedContract]:
    """Return the contracts of the feeds folder that are right, by feed name, in alphabetical order.

    Raises:
        CalanqueError: if the folder holds no contract at all.
    """
    return read_contracts(folders)[0]


def read_contracts(
    folders: Folders | None = None, feed: str | None = None
) -> tuple[dict[str, FeedContract], dict[str, ContractError]]:
    """Return the contracts that are right and what is wrong with the others, by the feed that the file's name says.

    Args:
        folders: where contracts lie; this installation's by default.
        feed: whose contract is read alone, if it has a file; all by default.

    Raises:
        CalanqueError: if the folder holds no contract at all.
    """
    folder = (folders or Folders()).contracts
    right: dict[str, FeedContract] = {}
    wrong: dict[str, ContractError] = {}
    own = folder / f"{feed}{SUFFIX}"
    for path in [own] if feed and own.is_file() else sorted(folder.glob(f"*{SUFFIX}")):
        name = path.name.removesuffix(SUFFIX)
        try:
            right[name] = read_contract(path)
        except ContractError as error:
            wrong[name] = error
    if not right and not wrong:
        raise CalanqueError(f"No contract (*{SUFFIX}) in {folder.name}/: add one for the feed to load.")
    return right, wrong


def title_of(feed: str, language: Language, otherwise: str) -> str:
    """Return what a feed is called in a language by its contract, or otherwise where it has no right one any more."""
    contract = read_contracts(feed=feed)[0].get(feed)
    return contract.titled(language) if contract else otherwise


def load_contract(feed: str, folders: Folders | None = None) -> FeedContract:
    """Return the contract of one feed.

    Raises:
        CalanqueError: if the feed has no contract, or if the contract is wrong.
    """
    folder = (folders or Folders()).contracts
    names = sorted(file.name.removesuffix(SUFFIX) for file in folder.glob(f"*{SUFFIX}"))
    if feed not in names:
        raise CalanqueError(f"There is no feed '{feed}': known feeds are {', '.join(names) or 'none'}.")
    return read_contract(folder / f"{feed}{SUFFIX}")


def said_of(feed: str) -> dict[str, Any]:
    """Return the custom properties of a contract as they are written, by name: none where nothing can be read.

    What a wrong contract says of itself still tells where the feed belongs; nothing of it is true but by the rules.
    """
    try:
        content = read_yaml(Folders().contracts / f"{feed}{SUFFIX}")
        return {str(item["property"]): item["value"] for item in content["customProperties"]}
    except (CalanqueError, KeyError, TypeError):
        return {}


def read_contract(path: Path) -> FeedContract:
    """Return the contract in one file, every rule checked; this process reads the same text once.

    Raises:
        ContractError: naming the file and each field that is wrong.
    """
    try:
        text = read_bounded(path)
    except CalanqueError as error:
        raise ContractError([str(error).removeprefix(f"{path.name}: ")], path.name) from error
    return _read_contract(path, text, known_territories())


@lru_cache(maxsize=256)
def _read_contract(path: Path, text: bytes, territories: tuple[str, ...]) -> FeedContract:
    """Read a file; its text, and the territories of which it may name one, tell it from what was read before."""
    try:
        content = mapping_of(path.name, text)
    except CalanqueError as error:
        raise ContractError([str(error).removeprefix(f"{path.name}: ")], path.name) from error
    advice = "to be decided: read the comment beside it and write what is true."
    if undecided := [f"field '{field}': {advice}" for field in undecided_fields(content)]:
        raise ContractError([*undecided, NOT_CHECKED], path.name)
    try:
        contract = _contract_of(content, path.name)
    except ContractError as error:
        raise ContractError(error.problems, path.name) from None
    except Exception as error:  # one contract must not take the others away; its values stay unsaid
        sentence = f"stops its reader ({type(error).__name__}): take out what was added last, and write it more simply."
        raise ContractError([sentence], path.name) from None
    return contract


def _contract_of(content: dict[str, Any], file: str) -> FeedContract:
    problems = Problems()
    problems.found += take_unread(content)
    try:
        odcs = OpenDataContractStandard(**content)
    except ValidationError as error:
        raise ContractError(
            [*problems.found, *(f"{text}." for text in sentences_of(error, has_values=True)), NOT_CHECKED]
        ) from error
    if odcs.apiVersion != API_VERSION or odcs.kind != "DataContract":
        problems.found.append(f"field 'apiVersion': must be {API_VERSION} with kind DataContract.")
    if odcs.status != "active":
        problems.found.append("field 'status': must be active: a contract in dags/feeds/ is a feed that loads.")
    if file != f"{odcs.id}{SUFFIX}":
        problems.found.append(f"field 'id': the feed is '{odcs.id}', so the file must be named {odcs.id}{SUFFIX}.")
    resolved: dict[str, Any] = {"feed": odcs.id, "version": odcs.version, "title": odcs.name, "domain": odcs.domain}
    if odcs.description:
        about = odcs.description
        resolved |= {"description": about.purpose, "usage": about.usage, "limitations": about.limitations}
    beside = len(problems.found)
    resolved |= plain_properties(odcs.customProperties)
    with problems.caught():
        resolved |= _custom(FeedProperties, odcs.customProperties, "customProperties").switched()
    with problems.caught():
        landing, bronze = _objects(odcs)
        resolved["grain"] = bronze.dataGranularityDescription
        resolved["landing"] = _columns(landing, _landing_column, problems)
        resolved["bronze"] = _columns(bronze, _bronze_column, problems)
    with problems.caught():
        resolved["retention_days"] = promises.retention_days(odcs)
    for part in (promises.frequency, promises.latency, _team):
        with problems.caught():
            resolved |= part(odcs)
    return _judged(resolved, problems, is_whole=len(problems.found) == beside)


def _judged(resolved: dict[str, Any], problems: Problems, *, is_whole: bool) -> FeedContract:
    contract = None
    if is_whole:  # what most rules would say of a contract that is not follows from what is missing
        with suppress(ValidationError):
            contract = FeedContract(**resolved)
    if contract is None:
        raise ContractError([*problems.found, *problems_apart(resolved, has_columns=is_whole), NOT_CHECKED])
    problems.found += problems_of(contract)
    problems.stop()
    return contract


def _columns(
    schema: SchemaObject, read: Callable[[SchemaProperty], BaseModel], problems: Problems
) -> tuple[BaseModel, ...]:
    columns = []
    for column in schema.properties or []:
        with problems.caught():
            columns.append(read(column))
    return tuple(columns)


def _custom(model: type[P], properties: list[CustomProperty] | None, where: str) -> P:
    values: dict[str, Any] = {}
    for item in properties or []:
        name = str(item.property)
        if name in values:
            raise refused(f"{where}.{name}", "is written twice.")
        values[name] = item.value
    return _built(model, values, where)


def _built(model: type[P], values: dict[str, Any], where: str) -> P:
    try:
        return model(**values)
    except ValidationError as error:
        raise ContractError(f"{text}." for text in sentences_of(error, where, has_values=True)) from error


def _objects(odcs: OpenDataContractStandard) -> tuple[SchemaObject, SchemaObject]:
    objects = {item.name: item for item in odcs.schema_ or []}
    if set(objects) != {"landing", "bronze"} or len(odcs.schema_ or []) != 2:
        raise refused("schema", "must hold exactly two objects, 'landing' (the file) and 'bronze' (the table).")
    for name, kind in (("landing", "file"), ("bronze", "table")):
        if objects[name].physicalType not in (None, kind):
            raise refused(f"schema.{name}.physicalType", f"is always {kind}.")
    return objects["landing"], objects["bronze"]


def _landing_column(column: SchemaProperty) -> LandingColumn:
    where = f"schema.landing.{column.name}"
    if column.logicalType not in (None, "string"):
        raise refused(f"{where}.logicalType", "a file is read as text: string here, and its type in bronze.")
    properties = _custom(LandingProperties, column.customProperties, f"{where}.customProperties")
    values = {
        "name": column.name,
        "classification": column.classification,
        "description": column.description,
        "names_places": properties.names_places,
        "null_markers": properties.null_markers,
        "reads_like": properties.reads_like,
    }
    return _built(LandingColumn, values, where)


def _bronze_column(column: SchemaProperty) -> BronzeColumn:
    where = f"schema.bronze.{column.name}"
    if not re.fullmatch(COLUMN_NAME, column.name or ""):
        raise refused(
            where,
            "write the name of a bronze column in lower-case letters, digits and _, a letter first: what begins with _ "
            "is the lake's own.",
        )
    properties = _custom(ColumnProperties, column.customProperties, f"{where}.customProperties")
    options = dict(column.logicalTypeOptions or {})
    limits = {name: options.pop(name, None) for name in ("pattern", "minimum", "maximum")}
    if options:
        unknown = next(iter(options))
        raise refused(f"{where}.logicalTypeOptions.{unknown}", "only pattern, minimum and maximum are understood.")
    values = {
        "name": column.name,
        "logical_type": column.logicalType,
        "physical_type": column.physicalType,
        "sources": tuple(column.transformSourceObjects or ()),
        "expression": column.transformLogic,
        "required": bool(column.required),
        "enum": _enum(column, where),
        **limits,
        "classification": column.classification,
        "description": column.description,
        **dict(properties),
    }
    return _built(BronzeColumn, values, where)


def _enum(column: SchemaProperty, where: str) -> tuple[str, ...]:
    # v3.1 writes an enumeration as the library metric invalidValues with its valid values.
    rules = column.quality or []
    if not rules:
        return ()
    rule = rules[0]
    arguments = dict(rule.arguments or {})
    values = arguments.pop("validValues", None)
    if (
        len(rules) > 1
        or arguments
        or rule.metric != "invalidValues"
        or rule.mustBe != 0
        or not isinstance(values, list)
        or not values
    ):
        raise refused(
            f"{where}.quality",
            "only one rule is understood here, metric invalidValues with validValues and mustBe 0; rules on whole "
            "batches go to expectations/.",
        )
    return tuple(str(value) for value in values)


def _team(odcs: OpenDataContractStandard) -> dict[str, str | None]:
    if not isinstance(odcs.team, Team) or len(odcs.team.members or []) != 1:
        raise refused("team", "must have a name and exactly one member, who owns the feed.")
    (member,) = odcs.team.members or []
    if member.role not in (None, "owner"):
        raise refused("team.members.role", "is always owner.")
    return {"team": odcs.team.name, "owner": member.username}
