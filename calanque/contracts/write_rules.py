"""The rules of a contract's `write` and `duplicates`: which columns may tell rows apart, order them or close them."""

from collections.abc import Iterator

from calanque.contracts.model import BronzeColumn, FeedContract
from calanque.contracts.write import MergeWrite, SnapshotWrite

ORDERED_TYPES = ("date", "timestamp", "int", "bigint", "double")


class _Refused(Exception):  # noqa: N818 - a problem on its way to the others
    """A field, and what is wrong with it."""


def write_problems(contract: FeedContract) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with how rows are written and what becomes of repeated ones: field and sentence."""
    for check in (_check_duplicates, _check_kept_key, _check_within, _check_merge):
        try:
            check(contract)
        except _Refused as problem:
            yield problem.args[0], problem.args[1]


def _check_duplicates(contract: FeedContract) -> None:
    if contract.duplicates:
        _check_key(contract, "duplicates.key", contract.duplicates.key)


def _check_kept_key(contract: FeedContract) -> None:
    if isinstance(contract.write, SnapshotWrite | MergeWrite):
        _check_key(contract, "write.key", contract.write.key)


def _check_within(contract: FeedContract) -> None:
    write = contract.write
    if isinstance(write, SnapshotWrite) and write.within:
        within = _required(contract, "write.within", write.within)
        if within.physical_type != "date":
            raise _refusal("write.within", f"'{write.within}' is a {within.physical_type}: name a date column.")


def _check_merge(contract: FeedContract) -> None:
    write = contract.write
    if not isinstance(write, MergeWrite):
        return
    order = _required(contract, "write.orderBy", write.order_by)
    if order.physical_type not in ORDERED_TYPES:
        raise _refusal("write.orderBy", f"'{write.order_by}' is a {order.physical_type}: name a date, time or number.")
    if write.order_by in write.key:
        raise _refusal("write.orderBy", f"'{write.order_by}' is in the key: two versions of a row could not share it.")
    if write.deleted_when is None:
        return
    column = _column(contract, "write.deletedWhen.column", write.deleted_when.column)
    if column.classification != "open" or write.deleted_when.value not in column.enum:
        raise _refusal(
            "write.deletedWhen", f"'{column.name}' must be open and list '{write.deleted_when.value}' as a valid value."
        )


def _check_key(contract: FeedContract, field: str, key: tuple[str, ...]) -> None:
    if len(set(key)) < len(key):
        raise _refusal(field, "names a column twice.")
    for name in key:
        if _column(contract, field, name).protection == "redact":
            raise _refusal(field, f"'{name}' is redacted text, which tells no row from another.")
        _required(contract, field, name)


def _required(contract: FeedContract, field: str, name: str) -> BronzeColumn:
    column = _column(contract, field, name)
    if not column.required:
        raise _refusal(field, f"'{name}' must be required: a blank tells no row from another.")
    return column


def _column(contract: FeedContract, field: str, name: str) -> BronzeColumn:
    found = next((column for column in contract.bronze if column.name == name), None)
    if found is None:
        raise _refusal(field, f"'{name}' is not a bronze column.")
    return found


def _refusal(field: str, sentence: str) -> _Refused:
    return _Refused(f"customProperties.{field}", sentence)
