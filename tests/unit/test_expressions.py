"""Which SQL a contract may say: what is allowed gives a value or NULL for any row, what is not is refused."""

import pytest
from changed import told

from calanque.contracts.expressions import problems_of_expression

ZONE = "America/Toronto"
COLUMNS = ("a", "b", "date", "hour", "timestamp", "Début de l'an")


def problems(text: str, physical_type: str) -> list[str]:
    used = [name for name in COLUMNS if name in text.replace("``", "`")]
    found = problems_of_expression(text, used, physical_type, ZONE)
    # Whether each source is used is asked apart: here a name may stand in a word of the text.
    return [problem for problem in found if "must be both used" not in problem]


ALLOWED = [
    *told("expressions/allowed"),
    ["string", "CASE WHEN " + "a IN ('x') OR " * 50 + "b = 'y' THEN a END"],
    ["string", "nvl(" * 20 + "a" + ", a)" * 20],
]
REFUSED = [
    *told("expressions/refused"),
    ["string", "replace(a, 'x', '" + "y" * 102 + "')", "100 characters longer"],
    ["string", "replace(" * 10 + "a" + ", 'x', 'xx')" * 10, "1000 times as long"],
    ["boolean", "a = 'x'" + " OR a = 'x'" * 400, "more than 60 levels deep"],
    ["string", "lower(" * 100 + "a" + ")" * 100, "is "],
    ["string", "", "must be one expression"],
    ["string", "(" * 3_000 + "a" + ")" * 3_000, "is not"],
    ["string", "a" * 9_000, "8000 characters at most"],
]


@pytest.mark.parametrize(("physical_type", "text"), ALLOWED, ids=[f"{text[:60]}-{kind}" for kind, text in ALLOWED])
def test_what_can_not_raise_is_allowed(physical_type: str, text: str) -> None:
    assert problems(text, physical_type) == []


@pytest.mark.parametrize(("kind", "text", "expected"), REFUSED, ids=[text[:60] or "empty" for _, text, _ in REFUSED])
def test_what_can_raise_is_refused(kind: str, text: str, expected: str) -> None:
    (problem,) = problems(text, kind)
    assert expected in problem
    assert problem.endswith(".")


# Each raises for some rows, gives another value another day, fills the memory, or reaches out of the row.
UNKNOWN = [
    "int", "date", "element_at", "make_date", "raise_error", "assert_true", "from_json", "to_number", "regexp_extract",
    "repeat", "now", "current_timestamp", "rand", "uuid", "monotonically_increasing_id", "reflect", "java_method",
    "try_reflect", "input_file_name",
]  # fmt: skip


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_function_that_is_none_of_a_contract_is_refused(name: str) -> None:
    for call in (f"{name}()", f"{name}(a)", f"{name}(a, 'x')"):
        (problem,) = problems(call, "string")
        assert "is not allowed" in problem


READ_NEVER = [
    "y", "yy", "yyyyy", "MMMMM", "ddd", "n", "EEE", "Q", "VVV", "VV", "z", "aa", "dddd", "HHH", "SSSSSSSSSS", "XXXX",
    "yyyy]", "[yyyy", "[yyyy[MM]]", "yyyy'T", "L", "G", "D", "pp", "yyyy#", "{yyyy}", "",
]  # fmt: skip


@pytest.mark.parametrize("form", READ_NEVER)
@pytest.mark.parametrize("function", ["try_to_timestamp", "try_to_date"])
def test_a_format_that_raises_on_some_rows_is_refused(function: str, form: str) -> None:
    (problem,) = problems(f'{function}(a, "{form}")', function.removeprefix("try_to_"))
    assert "is not a format" in problem


@pytest.mark.parametrize("form", ["n", "EEEEE", "Q", "aa", "y", "yyy", "[yyyy", "YYYY", "VV"])
def test_a_format_to_write_has_its_own_list(form: str) -> None:
    (problem,) = problems(f"date_format(try_to_timestamp(a, 'yyyy'), '{form}')", "string")
    assert "is not a format" in problem


@pytest.mark.parametrize(
    ("text", "sources", "named"),
    [
        pytest.param("concat(date, hour)", ["date"], "'hour'", id="a-type's-name-used"),
        pytest.param("concat(date, 'hour')", ["date", "hour"], "'hour'", id="a-text-is-no-use"),
        pytest.param("trim(`a b`)", ["a"], "'a b'", id="quoted"),
        pytest.param("trim(A)", ["a"], "'A'", id="another-case"),
    ],
)
def test_sources_are_those_that_are_used(text: str, sources: list[str], named: str) -> None:
    assert any(named in problem for problem in problems_of_expression(text, sources, "string", ZONE))
