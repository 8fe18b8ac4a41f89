"""What Calanque reads of the Open Data Contract Standard: any other field is refused, since nothing would act on it."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from open_data_contract_standard.model import OpenDataContractStandard
from pydantic import BaseModel

Fields = Mapping[str, "Fields"]


def _fields(*names: str, **inner: Fields) -> Fields:
    return {**{name: {} for name in names}, **inner}


CUSTOM = _fields("property", "value")
LANDING = _fields("name", "logicalType", "classification", "description", customProperties=CUSTOM)
BRONZE = _fields(
    "name", "description", "logicalType", "physicalType", "required", "classification", "transformSourceObjects",
    "transformLogic", "logicalTypeOptions", customProperties=CUSTOM, quality=_fields("metric", "arguments", "mustBe"),
)  # fmt: skip
READ = _fields(
    "apiVersion", "kind", "id", "name", "version", "status", "domain",
    description=_fields("purpose", "usage", "limitations"),
    team=_fields("name", members=_fields("username", "role")),
    slaProperties={
        "frequency": _fields("property", "value", "unit", "scheduler", "schedule"),
        "latency": _fields("property", "value", "unit"),
        "retention": _fields("property", "value", "unit", "element"),
    },
    customProperties=CUSTOM,
    schema={
        "landing": _fields("name", "physicalType", properties=LANDING),
        "bronze": _fields("name", "physicalType", "dataGranularityDescription", properties=BRONZE),
    },
)  # fmt: skip
# How the items of a list are called; of two of the lists, what is read of an item depends on it.
CALLED_BY = {"slaProperties": "property", "schema": "name", "customProperties": "property", "properties": "name"}
OF_KINDS = ("slaProperties", "schema")

_KEY = "say the key in customProperties: write.key for rows that change, duplicates.key for rows that repeat."
_LAYOUT = "leave it out, the lake lays out its tables itself."
_PROSE = "write it in description."
ADVICE = {
    "primaryKey": _KEY,
    "primaryKeyPosition": _KEY,
    "unique": _KEY,
    "partitioned": _LAYOUT,
    "partitionKeyPosition": _LAYOUT,
    "physicalName": "leave it out, the table is named after the feed and its column after name.",
    "encryptedName": "say a token, redact or drop in the customProperties protection of the bronze column.",
    "criticalDataElement": "say what it is in classification.",
    "required": "say it of the bronze column.",
    "transformSourceObjects": "say it of the bronze column.",
    "transformLogic": "say it of the bronze column.",
    "quality": "a rule on one value is said of its bronze column, a rule on a whole batch in expectations/landing/.",
    "enum": "belongs to v3.2; use quality metric invalidValues with validValues of the bronze column.",
    "logicalTypeOptions": "say it of the bronze column.",
    "examples": "leave values of the source out, and write their form in description.",
    "tags": "leave it out, the DAG of the feed is tagged with its domain.",
    "servers": "say where the data come from in customProperties source.",
    "roles": "say who receives the data in customProperties recipients.",
    "price": "say by what right the data are here in customProperties provenance.licence.",
    "authoritativeDefinitions": "say the address of the data in customProperties provenance.url.",
    "tenant": "say the city in customProperties territory.",
    "support": "say who owns the feed in team.",
    "businessName": _PROSE,
    "synonyms": _PROSE,
    "transformDescription": _PROSE,
}
OTHERWISE = "take it out, or write in a description what people should know."


def take_unread(content: dict[str, Any]) -> Iterator[str]:
    """Take out of a contract the fields that Calanque does not read, so that the others are; yield a sentence of each.

    `unique: true` of a bronze column gives "field 'schema.bronze.amount_eur.unique': is not read by Calanque: say …".
    """
    yield from _take(OpenDataContractStandard, READ, content, "")


def _take(model: type[BaseModel], read: Fields, content: dict[str, Any], where: str) -> Iterator[str]:
    known = {(field.alias or name): field.annotation for name, field in model.model_fields.items()}
    for key, value in list(content.items()):
        place = f"{where}.{key}" if where else str(key)
        if key not in known:
            content.pop(key)
            yield f"field '{place}': is not a known field of the standard (a typo?)."
        elif key not in read:
            content.pop(key)
            yield f"field '{place}': is not read by Calanque: {ADVICE.get(key, OTHERWISE)}"
        elif inner := _model_in(known[key]):
            items = value if isinstance(value, list) else [value]
            for index, item in enumerate(items):
                fields = _fields_of(key, read[key], item)
                if fields:
                    label = item.get(CALLED_BY.get(key), index)
                    base = where if key == "properties" else place
                    yield from _take(inner, fields, item, f"{base}.{label}" if isinstance(value, list) else place)


def _fields_of(key: str, read: Fields, item: object) -> Fields:
    """Return what is read of one item; nothing of what is no record, or of a kind that its own rule refuses."""
    if not isinstance(item, dict):
        return {}
    return read.get(str(item.get(CALLED_BY[key])), {}) if key in OF_KINDS else read


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
