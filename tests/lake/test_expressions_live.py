"""What a contract may say in `transformLogic`, on Spark: no allowed function or format raises, whatever a row holds."""

import json
import re
from collections.abc import Iterator

import pytest
from drop_feed import Feed

from calanque.contracts import load_contract
from calanque.contracts.expressions import problems_of_expression
from calanque.contracts.sql_functions import FUNCTIONS, Literal, Signature
from calanque.ingest.protect import staged_batch

ZONE = "America/Toronto"
# fmt: off
HOSTILE = (
    "", " ", "0", "-0", "-1", "1.5", "1e308", "-1e308", "1e-320", "NaN", "Infinity", "-inf", "0x10", "1d", "1_0", "½",
    "2147483647", "-2147483648", "9223372036854775807", "-9223372036854775808", "99999999999999999999", "١٢",
    "true", "T", "null", "2016-02-29", "2015-02-29", "2016-13-01", "0000-00-00", "0001-01-01", "9999-12-31", "2016",
    "-290308-12-21 19:59:05", "+294247-01-10 04:00:54", "2016-10-30 02:30:00", "2016-03-13 02:30:00", "24:00:00",
    "9999-12-31 23:59:59", "1883-11-18 12:03:58", "2016-06-30 23:59:60", "12:30", "12", "1:2:3", "PM", "+25:00", "Z",
    "é\u0301", "😀", "\x00", "\ufffd", "\u202e", "a,b,,", ",", "a" * 5_000, "1" * 5_000, "%", "_", "\\", "'", '"', "&",
    "{", '{"a": [1', '{"a": {"b": 1e999}}', "[]", "$.a", "(((", "\n", "\t1", "1 ", "interval 1 day",
)
# fmt: on
BESIDE = ("", "1", "-2147483648", "2016-02-29 10:00:00", "a,b", "😀", "9" * 30)
# How each type is made of the two columns; a count of hours goes to the end of what an int holds.
MADE = {
    "string": "a",
    "int": "try_cast(b AS int)",
    "bigint": "try_cast(a AS bigint)",
    "double": "try_cast(a AS double)",
    "boolean": "a LIKE '%1%'",
    "date": "try_to_date(a, 'yyyy-MM-dd')",
    "timestamp": "try_to_timestamp(a, 'yyyy-MM-dd HH:mm:ss')",
    "interval": "make_dt_interval(1000, try_cast(a AS int), try_cast(b AS int), try_cast(a AS int))",
}
WRITTEN = {
    Literal.TEXT: ("','",),
    Literal.ZONE: (f"'{ZONE}'",),
    Literal.FORMAT: ("'yyyy-MM-dd HH:mm:ss'",),
    Literal.WRITTEN_FORMAT: ("'EEEE d MMMM yyyy'",),
    Literal.REGEX: ("'^[0-9]+$'", r"'(a|b)?[^,]*'"),
    Literal.REPLACEMENT: ("'-'",),
    Literal.UNIT: ("'YEAR'", "'WEEK'", "'SECOND'"),
    Literal.COUNT: ("0", "1000"),
    Literal.DAYS: ("-100000", "100000"),
    Literal.POSITION: ("-999", "999"),
    Literal.BITS: ("512",),
}
LOGICAL = {"int": "integer", "bigint": "integer", "double": "number"}
PARTS = 3
LETTERS = {"d": 2, "H": 2, "h": 2, "K": 2, "k": 2, "m": 2, "s": 2, "M": 4, "S": 9, "X": 3, "x": 3, "a": 1}


def calls(name: str, signature: Signature) -> Iterator[tuple[str, str]]:
    """Yield calls of a function and what they give, with each of the values that may be written out."""
    parameters = [*signature.parameters, *(signature.parameters[-1:] if signature.is_open else ())]
    for turn in range(max(len(WRITTEN[p]) if isinstance(p, Literal) else 1 for p in parameters)):
        words = [
            WRITTEN[p][turn % len(WRITTEN[p])] if isinstance(p, Literal) else (MADE[p] if n == 0 else beside(p))
            for n, p in enumerate(parameters)
        ]
        first = next(p for p in parameters if not isinstance(p, Literal))
        yield f"{name}({', '.join(words)})", signature.gives or first


def beside(kind: str) -> str:
    """Return a second argument of a type: of the other column where that gives more."""
    return MADE[kind].replace("(a ", "(b ") if kind != "string" else "b"


def expressions() -> list[tuple[str, str]]:
    """Return every allowed function with each of its signatures, each field of a format, and the casts of a number."""
    found = [call for name, known in FUNCTIONS.items() for one in known for call in calls(name, one)]
    # A span is no column's type: it is added to a time.
    found = [(text, kind) for text, kind in found if kind != "interval"]
    fields = [letter * count for letter, most in LETTERS.items() for count in range(1, most + 1)]
    found += [(f"try_to_timestamp(a, '{field}')", "timestamp") for field in fields]
    found += [(f"date_format({MADE['timestamp']}, '{field}')", "string") for field in fields]
    found += [(f"try_to_timestamp(a, 'yyyy{sign}MM')", "timestamp") for sign in (r"\\\\", "^", "&&")]
    found += [(f"try_cast(CASE WHEN a LIKE '%' THEN a END AS {kind})", kind) for kind in ("date", "timestamp")]
    found += [(f"try_cast({MADE['double']} AS {kind})", kind) for kind in ("int", "bigint", "string", "timestamp")]
    return found


def named(text: str) -> list[str]:
    return [name for name in ("a", "b") if re.search(rf"\b{name}\b", re.sub(r"'[^']*'", "", text))]


def test_every_function_is_called_and_allowed() -> None:
    made = expressions()
    assert [name for name in FUNCTIONS if not any(f"{name}(" in text for text, _ in made)] == []
    wrong = {text: problems_of_expression(text, named(text), kind, ZONE) for text, kind in made}
    assert {text: problems for text, problems in wrong.items() if problems} == {}


@pytest.mark.parametrize("part", [0, *(pytest.param(n, marks=pytest.mark.full) for n in range(1, PARTS))])
def test_no_call_raises_for_any_row(feed: Feed, part: int) -> None:
    contract = feed.said()
    landing, bronze = (part_of["properties"] for part_of in contract["schema"])
    contract["schema"][0]["properties"] = [{**landing[0], "name": name} for name in ("a", "b")]
    contract["schema"][1]["properties"] = [
        {
            **{key: bronze[0][key] for key in ("description", "classification")},
            "name": f"made_{n}",
            "logicalType": LOGICAL.get(kind, kind),
            "physicalType": kind,
            "required": False,
            "transformSourceObjects": named(text),
            "transformLogic": text,
        }
        for n, (text, kind) in enumerate(expressions()[part::PARTS])
    ]
    drop = {"source": {"kind": "drop", "pattern": "*"}, "fileFormat": {"type": "jsonl"}}
    feed.say(contract, duplicates=None, gates=None, maxRefusedRate=1.0, timeZone=ZONE, **drop)
    rows = [{"a": a, "b": b} for a in HOSTILE for b in BESIDE]
    feed.send("".join(json.dumps(row) + "\n" for row in rows), "rows.jsonl")
    # What is staged is what bronze will have: nothing is computed after it.
    staged = staged_batch(load_contract(feed.name, feed.folders), feed.staged("protect")["batch_id"])
    assert staged is not None
    assert staged.landed_count == len(rows)
    kinds = {reason.partition(":")[0] for reason in staged.reasons}
    assert kinds <= {"wrong_type", "out_of_range", "date_out_of_bounds", "null_byte"}
    assert staged.reasons["null_byte"] == len(BESIDE), "a text with a null byte is none"
    assert "date_out_of_bounds" in kinds, "0001-01-01 and 9999-12-31 are days"
