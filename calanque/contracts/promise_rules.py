"""The rules of what a contract says of its rows: how fine they are seen, and who produced them."""

from collections.abc import Iterator

from calanque.contracts.model import FeedContract
from calanque.contracts.origin import PEOPLE_TELL, Made
from calanque.contracts.promise import SEEN, Promise


def promise_problems(contract: FeedContract) -> Iterator[tuple[str, str]]:
    """Yield what a contract promises wrongly, as field and sentence."""
    where, promise = "customProperties.promise", contract.promise
    is_seen = contract.is_personal and contract.shape is not None
    if promise is None or not is_seen:
        if is_seen:
            yield where, "is missing: say how fine the rows of a personal feed are seen: place, time, rows, leftOut."
        elif promise:
            yield (
                where,
                "is of personal feeds with a shape: of others nobody is seen. Leave it out.",
            )
        return
    loaded = {name for column in contract.bronze for name in column.sources}
    out = {one.name for one in contract.landing if one.classification != "open" and one.name not in loaded}
    if out != set(promise.left_out):
        said = ", ".join(sorted(out)) or "none"
        yield f"{where}.leftOut", f"names the personal columns that no column of bronze is made of, which are: {said}."
    seen = SEEN.get(contract.shape or "")
    if seen and (promise.place, promise.time, promise.rows) != seen:
        told = f"{{place: {seen.place}, time: {seen.time}, rows: {seen.rows}}}"
        yield where, f"is not what the marts show of the shape {contract.shape}, which is {told}."
    if contract.shape == "incident":
        yield from _of_incidents(contract, promise, where)


def _of_incidents(contract: FeedContract, promise: Promise, where: str) -> Iterator[tuple[str, str]]:
    if promise.place not in ("exact", "cell") or promise.time not in ("exact", "hour") or promise.rows != "single":
        yield where, "of incidents is place: exact or cell, time: exact or hour, rows: single: marts show each row."
    elif contract.regime == "title_iii" and (promise.place, promise.time) != ("cell", "hour"):
        yield (
            where,
            "of incidents under title III is place: cell, time: hour, or each row of the police is known.",
        )


def origin_problems(contract: FeedContract) -> Iterator[tuple[str, str]]:
    """Yield what a contract says wrongly of who produced its rows, as field and sentence."""
    if contract.shape in PEOPLE_TELL and {contract.origin, *_told(contract)} - {"reported", "enforced"}:
        yield (
            "customProperties.origin",
            f"no device measures and no authority makes a row of the shape {contract.shape}: reported or enforced.",
        )
    if said := contract.origin_of:
        where = "customProperties.originOf"
        column = next((one for one in contract.bronze if one.name == said.column), None)
        if column is None or column.classification != "open" or not column.enum:
            yield f"{where}.column", "must name an open bronze column with a list of valid values."
        elif unknown := sorted(set(said.values) - set(column.enum)):
            yield f"{where}.values", f"'{unknown[0]}' is none of the valid values of '{said.column}'."
        if not contract.shape:
            yield where, "is told by a shape, and the feed fills none."


def _told(contract: FeedContract) -> tuple[Made, ...]:
    return tuple(contract.origin_of.values.values()) if contract.origin_of else ()
