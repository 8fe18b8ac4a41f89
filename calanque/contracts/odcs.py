"""Read `dags/feeds/<feed>.odcs.yaml`, an Open Data Contract Standard v3.1 file, into a `FeedContract`."""

from pathlib import Path
from typing import Any, TypeVar, get_args

from open_data_contract_standard.model import (
    CustomProperty,
    OpenDataContractStandard,
    SchemaObject,
    SchemaProperty,
    Team,
)
from pydantic import BaseModel, ValidationError

from calanque.contracts.folders import Folders
from calanque.contracts.model import BronzeColumn, FeedContract, LandingColumn
from calanque.contracts.properties import ColumnProperties, FeedProperties, LandingProperties
from calanque.contracts.rules import check_contract
from calanque.contracts.yaml_file import read_yaml, sentence_of
from calanque.errors import CalanqueError

SUFFIX = ".odcs.yaml"
API_VERSION = "v3.1.0"
P = TypeVar("P", bound=BaseModel)


def load_contracts(folders: Folders | None = None) -> dict[str, FeedContract]:
    """Return every contract of the feeds folder by feed name, in alphabetical order.

    Raises:
        CalanqueError: if one contract is wrong, or if the folder holds none.
    """
    folder = (folders or Folders()).contracts
    files = sorted(folder.glob(f"*{SUFFIX}"))
    if not files:
        raise CalanqueError(f"No contract (*{SUFFIX}) in {folder.name}/: add one for the feed to load.")
    return {contract.feed: contract for contract in map(read_contract, files)}


def load_contract(feed: str, folders: Folders | None = None) -> FeedContract:
    """Return the contract of one feed.

    Raises:
        CalanqueError: if the feed has no contract, or if the contract is wrong.
    """
    folder = (folders or Folders()).contracts
    path = folder / f"{feed}{SUFFIX}"
    if not path.is_file():
        known = ", ".join(sorted(file.name.removesuffix(SUFFIX) for file in folder.glob(f"*{SUFFIX}"))) or "none"
        raise CalanqueError(f"There is no feed '{feed}': known feeds are {known}.")
    return read_contract(path)


def read_contract(path: Path) -> FeedContract:
    """Return the contract in one file, every rule checked.

    Raises:
        CalanqueError: naming the file and the field.
    """
    try:
        contract = _contract_of(read_yaml(path))
        expected = f"{contract.feed}{SUFFIX}"
        if path.name != expected:
            raise CalanqueError(f"field 'id': the feed is '{contract.feed}', so the file must be named {expected}.")
        check_contract(contract)
    except CalanqueError as error:
        text = str(error)
        raise CalanqueError(text if text.startswith(path.name) else f"{path.name}: {text}") from error
    return contract


def _contract_of(content: dict[str, Any]) -> FeedContract:
    _check_closed(OpenDataContractStandard, content, "")
    try:
        odcs = OpenDataContractStandard(**content)
    except ValidationError as error:
        raise CalanqueError(f"{sentence_of(error)}.") from error
    if odcs.apiVersion != API_VERSION or odcs.kind != "DataContract":
        raise CalanqueError(f"field 'apiVersion': must be {API_VERSION} with kind DataContract.")
    properties = _custom(FeedProperties, odcs.customProperties, "customProperties")
    landing, bronze = _objects(odcs)
    resolved: dict[str, Any] = {
        **{name: getattr(properties, name) for name in FeedProperties.model_fields},
        "feed": odcs.id,
        "version": odcs.version,
        "title": odcs.name,
        "domain": odcs.domain,
        "description": odcs.description.purpose if odcs.description else None,
        "landing": tuple(_landing_column(column) for column in landing.properties or []),
        "bronze": tuple(_bronze_column(column) for column in bronze.properties or []),
        "retention_days": _retention_days(odcs),
        "schedule": _schedule(odcs),
        **_team(odcs),
    }
    return _built(FeedContract, resolved, "")


def _check_closed(model: type[BaseModel], content: object, where: str) -> None:
    # The standard's own models refuse unknown fields at the top level only.
    if not isinstance(content, dict):
        return
    known = {(field.alias or name): field.annotation for name, field in model.model_fields.items()}
    for key, value in content.items():
        place = f"{where}.{key}" if where else str(key)
        if key not in known:
            raise CalanqueError(f"field '{place}': is not a known field of the standard (a typo?).")
        for inner in _models_in(known[key]):
            for index, item in enumerate(value if isinstance(value, list) else [value]):
                label = item.get("name", index) if isinstance(item, dict) else index
                base = where if key == "properties" else place
                _check_closed(inner, item, f"{base}.{label}" if isinstance(value, list) else place)


def _models_in(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    found = [model for part in get_args(annotation) for model in _models_in(part)]
    return found[:1]


def _custom(model: type[P], properties: list[CustomProperty] | None, where: str) -> P:
    values: dict[str, Any] = {}
    for item in properties or []:
        name = str(item.property)
        if name in values:
            raise CalanqueError(f"field '{where}.{name}': is written twice.")
        values[name] = item.value
    return _built(model, values, where)


def _built(model: type[P], values: dict[str, Any], where: str) -> P:
    try:
        return model(**values)
    except ValidationError as error:
        raise CalanqueError(f"{sentence_of(error, where)}.") from error


def _objects(odcs: OpenDataContractStandard) -> tuple[SchemaObject, SchemaObject]:
    objects = {item.name: item for item in odcs.schema_ or []}
    if set(objects) != {"landing", "bronze"} or len(odcs.schema_ or []) != 2:
        raise CalanqueError(
            "field 'schema': must hold exactly two objects, 'landing' (the file) and 'bronze' (the table)."
        )
    return objects["landing"], objects["bronze"]


def _landing_column(column: SchemaProperty) -> LandingColumn:
    where = f"schema.landing.{column.name}"
    properties = _custom(LandingProperties, column.customProperties, f"{where}.customProperties")
    values = {
        "name": column.name,
        "classification": column.classification,
        "description": column.description,
        "names_places": properties.names_places,
    }
    return _built(LandingColumn, values, where)


def _bronze_column(column: SchemaProperty) -> BronzeColumn:
    where = f"schema.bronze.{column.name}"
    properties = _custom(ColumnProperties, column.customProperties, f"{where}.customProperties")
    options = dict(column.logicalTypeOptions or {})
    limits = {name: options.pop(name, None) for name in ("pattern", "minimum", "maximum")}
    if options:
        unknown = next(iter(options))
        raise CalanqueError(
            f"field '{where}.logicalTypeOptions.{unknown}': only pattern, minimum and maximum are understood."
        )
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
        "protection": properties.protection,
        "projected": properties.projected,
    }
    return _built(BronzeColumn, values, where)


def _enum(column: SchemaProperty, where: str) -> tuple[str, ...]:
    # v3.1 writes an enumeration as the library metric invalidValues with its valid values.
    rules = column.quality or []
    if column.enum:
        raise CalanqueError(
            f"field '{where}.enum': belongs to v3.2; use quality metric invalidValues with validValues."
        )
    if not rules:
        return ()
    rule = rules[0]
    values = (rule.arguments or {}).get("validValues")
    if (
        len(rules) > 1
        or rule.metric != "invalidValues"
        or rule.mustBe != 0
        or not isinstance(values, list)
        or not values
    ):
        raise CalanqueError(
            f"field '{where}.quality': only one rule is understood here, metric invalidValues with validValues "
            "and mustBe 0; rules on whole batches go to expectations/."
        )
    return tuple(str(value) for value in values)


def _retention_days(odcs: OpenDataContractStandard) -> dict[str, int]:
    days: dict[str, int] = {}
    for item in odcs.slaProperties or []:
        if item.property == "retention":
            if item.unit != "d" or not isinstance(item.value, int):
                raise CalanqueError("field 'slaProperties.retention': must be a whole number of days (unit d).")
            days[str(item.element)] = item.value
        elif item.property != "frequency":
            raise CalanqueError(f"field 'slaProperties.{item.property}': only retention and frequency are understood.")
    return days


def _schedule(odcs: OpenDataContractStandard) -> str | None:
    return next((item.schedule for item in odcs.slaProperties or [] if item.property == "frequency"), None)


def _team(odcs: OpenDataContractStandard) -> dict[str, str | None]:
    if not isinstance(odcs.team, Team) or not odcs.team.members:
        raise CalanqueError("field 'team': must have a name and at least one member, the first of whom owns the feed.")
    return {"team": odcs.team.name, "owner": odcs.team.members[0].username}
