"""Which SQL a contract may say: what is allowed gives a value or NULL for any row, what is not is refused."""

import pytest

from calanque.contracts.expressions import problems_of_expression

ZONE = "America/Toronto"
COLUMNS = ("a", "b", "date", "hour", "timestamp", "Début de l'an")


def problems(text: str, physical_type: str) -> list[str]:
    used = [name for name in COLUMNS if name in text.replace("``", "`")]
    found = problems_of_expression(text, used, physical_type, ZONE)
    # Whether each source is used is asked apart: here a name may stand in a word of the text.
    return [problem for problem in found if "must be both used" not in problem]


ALLOWED = [
    ("a", "string"),
    ("`Début de l'an`", "string"),
    ("lower(replace(trim(a), ' ', '_'))", "string"),
    ("try_to_timestamp(date, 'yyyy/MM/dd HH:mm:ssX')", "timestamp"),
    ("try_to_date(date, 'dd.MM.yyyy')", "date"),
    ("try_to_timestamp(concat(date, ' ', hour), 'yyyy-MM-dd H')", "timestamp"),
    ("coalesce(try_to_timestamp(a, \"yyyy-MM-dd'T'HH:mm:ss\"), try_to_timestamp(a, 'dd/MM/yyyy'))", "timestamp"),
    ("to_utc_timestamp(try_to_timestamp(timestamp, 'yyyy-MM-dd'), 'America/Toronto')", "timestamp"),
    ("try_cast(a AS int)", "int"),
    ("try_cast(a AS int)", "bigint"),
    ("try_cast(a AS int)", "double"),
    ("try_cast(try_to_timestamp(date, 'yyyy-MM-dd') AS date)", "date"),
    ("try_cast(CASE WHEN a LIKE '20%' THEN a END AS date)", "date"),
    ("try_cast(try_divide(try_cast(a AS double), 1000) AS timestamp)", "timestamp"),
    ("CASE WHEN a RLIKE '^[0-9]+$' AND length(a) < 5 THEN a ELSE NULL END", "string"),
    ("CASE a WHEN 'oui' THEN true WHEN 'non' THEN false END", "boolean"),
    ("if(a IN ('x', 'y') OR b IS NULL, a, b)", "string"),
    ("try_add(try_cast(a AS int), try_cast(b AS int))", "int"),
    ("try_add(date_trunc('HOUR', try_to_timestamp(a, 'yyyy-MM-dd HH:mm')), interval 1 hour)", "timestamp"),
    ("try_cast(a AS double) * 2 + 1", "double"),
    ("-try_cast(a AS double)", "double"),
    ("split_part(a, ',', -1)", "string"),
    ("sha2(concat_ws('|', a, b), 256)", "string"),
    ("a || '-' || b", "string"),
    ("'it''s'", "string"),
    ("cast(try_cast(a AS int) AS string)", "string"),
    ("hour(try_to_timestamp(a, 'HH:mm'))", "int"),
    ("abs(try_cast(a AS double))", "double"),
    ("round(try_cast(a AS double) * 1.5, 2)", "double"),
    ("try_multiply(try_cast(a AS bigint), 5L)", "bigint"),
    ("try_cast(a AS double) * 1.5D", "double"),
    ("try_to_timestamp(a, \"yyyy-MM-dd['T'HH:mm:ss][.SSS]xx\")", "timestamp"),
    ("date_format(try_to_timestamp(a, 'd MMM yyyy'), 'EEE d MMMM yy h a')", "string"),
    ("try_add(try_to_date(a, 'yyyy-MM-dd'), -100000)", "date"),
    ("replace(a, '&', ' and ')", "string"),
    ("regexp_replace(a, '[^0-9]', '')", "string"),
    ("nvl(a, b)", "string"),
    ("CASE WHEN " + "a IN ('x') OR " * 50 + "b = 'y' THEN a END", "string"),
    ("nvl(" * 20 + "a" + ", a)" * 20, "string"),
]

REFUSED = [
    # Raises for a bad row
    ("cast(a AS int)", "int", "a plain cast to int can raise: use try_cast"),
    ("a::int", "int", "a plain cast to int can raise"),
    ("int(a)", "int", "'int(' is not allowed"),
    ("date(a)", "date", "'date(' is not allowed"),
    ("timestamp'2020-01-01'", "timestamp", "can raise"),
    ("CAST('abc' AS int)", "int", "a plain cast to int can raise"),
    ("CAST('abc' AS timestamp)", "timestamp", "a plain cast to timestamp can raise"),
    ("CAST(5 AS boolean)", "boolean", "a plain cast to boolean can raise"),
    ("round(try_cast(a AS int)) * 1", "double", "it takes (double)"),
    ("nullif(try_cast(a AS int), 1.5) * try_cast(b AS int)", "double", "'*' of int and int can raise"),
    ("1e400", "double", "is not a number that a double holds"),
    ("nullif(a)", "string", "it takes (string, string)"),
    ("nvl(a, b, 'x')", "string", "it takes (string, string)"),
    ("ifnull(a, b, 'x')", "string", "it takes (string, string)"),
    ("if(a = 'x', b)", "string", "IF takes three arguments"),
    ("a IN ()", "boolean", "IN takes one value"),
    ("try_cast(a = 'x' AS int)", "int", "a boolean can not be cast to int"),
    ("try_cast(try_to_timestamp(a, 'yyyy') AS bigint)", "bigint", "a timestamp can not be cast to bigint"),
    ("try_cast(try_to_date(a, 'yyyy') AS double)", "double", "a date can not be cast to double"),
    ("try_cast(try_cast(a AS int) AS boolean)", "boolean", "a int can not be cast to boolean"),
    ("try_add(try_to_date(a, 'yyyy'), try_cast(b AS int))", "date", "must be written out"),
    ("try_subtract(try_to_date(a, 'yyyy'), 100001)", "date", "100000 at most"),
    # Fills the memory
    ("replace(a, b, '')", "string", "must be written out"),
    ("replace(a, 'x', b)", "string", "must be written out"),
    ("replace(a, '', 'x')", "string", "must search for something"),
    ("regexp_replace(a, '', 'x')", "string", "must search for something"),
    ("replace(a, 'x', '" + "y" * 102 + "')", "string", "100 characters longer"),
    ("replace(" * 10 + "a" + ", 'x', 'xx')" * 10, "string", "1000 times as long"),
    # Too deep to be walked
    ("a = 'x'" + " OR a = 'x'" * 400, "boolean", "more than 60 levels deep"),
    ("lower(" * 100 + "a" + ")" * 100, "string", "is "),
    ("date '2020-01-01'", "date", "can raise: use the try_ form"),
    ("to_date(a, 'yyyy')", "date", "'to_date(' is not allowed: use try_to_date"),
    ("to_timestamp(a, 'yyyy')", "timestamp", "use try_to_timestamp"),
    ("to_number(a, '99')", "double", "'to_number(' is not allowed"),
    ("try_cast(a AS double) / try_cast(b AS double)", "double", "is not allowed"),
    ("try_cast(a AS int) % 2", "int", "is not allowed"),
    ("try_cast(a AS int) div 2", "int", "is not allowed"),
    ("try_cast(a AS int) + 1", "int", "'+' of int and int can raise: use try_add"),
    ("-try_cast(a AS bigint)", "bigint", "can raise: use try_subtract"),
    ("abs(try_cast(a AS int))", "int", "it takes (double)"),
    ("split(a, ',')[1]", "string", "is not allowed"),
    ("element_at(split(a, ','), 3)", "string", "'element_at(' is not allowed"),
    ("make_date(2020, 13, 1)", "date", "'make_date(' is not allowed"),
    ("raise_error(a)", "string", "'raise_error(' is not allowed"),
    ("assert_true(a = 'x')", "string", "'assert_true(' is not allowed"),
    ("from_json(a, 'x int')", "string", "'from_json(' is not allowed"),
    ("regexp_extract(a, '(x)', 2)", "string", "'regexp_extract(' is not allowed"),
    ("regexp_replace(a, 'x', '$1')", "string", "no $ and no backslash"),
    ("regexp_replace(a, b, '')", "string", "must be written out"),
    ("a RLIKE b", "boolean", "the pattern must be written out"),
    ("a RLIKE '('", "boolean", "is not a regular expression"),
    ("a LIKE 'x\\\\y'", "boolean", "has no backslash"),
    ("split_part(a, ',', 0)", "string", "a position counts from 1"),
    ("repeat(a, 1000000000)", "string", "'repeat(' is not allowed"),
    ("lpad(a, 2000000000, ' ')", "string", "a count is a whole number"),
    ("make_dt_interval(try_cast(a AS int))", "timestamp", "it takes (count, int)"),
    ("try_to_timestamp(date, 'YYYY')", "timestamp", "is not a format"),
    ("try_to_timestamp(date, b)", "timestamp", "must be written out"),
    # Cast unasked, which raises too
    ("a > 5", "boolean", "mixes string and int"),
    ("a IN (1, 2)", "boolean", "mixes string and int"),
    ("a BETWEEN 1 AND 2", "boolean", "mixes string and int"),
    ("coalesce(a, 0)", "int", "would cast a value"),
    ("CASE WHEN b = 'x' THEN a ELSE 0 END", "int", "mixes string and int"),
    ("nullif(try_cast(a AS int), '')", "int", "would cast a value"),
    ("hour(a)", "int", "hour(string) would cast a value"),
    ("from_utc_timestamp(a, 'America/Toronto')", "timestamp", "would cast a value"),
    ("make_dt_interval(0, hour)", "timestamp", "would cast a value"),
    ("substring(a, b, 1)", "string", "would cast a value"),
    ("CASE WHEN a THEN b END", "string", "takes a boolean, not a string"),
    ("NOT a", "boolean", "takes a boolean"),
    ("try_cast(a AS double)", "int", "gives a double where int is stored"),
    ("try_cast(a AS bigint)", "int", "gives a bigint where int is stored"),
    ("length(a)", "string", "gives a int where string is stored"),
    # Guessed
    ("try_cast(date AS date)", "date", "is guessed"),
    ("try_cast(trim(a) AS timestamp)", "timestamp", "is guessed"),
    ("try_to_timestamp(a)", "timestamp", "it takes (string, format)"),
    ("to_utc_timestamp(try_to_timestamp(a, 'HH'), 'Europe/Paris')", "timestamp", "the zone Europe/Paris is not"),
    ("to_utc_timestamp(try_to_timestamp(a, 'HH'), b)", "timestamp", "must be written out"),
    ("to_utc_timestamp(try_to_timestamp(a, 'HH'), '+01:00')", "timestamp", "is not the contract's timeZone"),
    # Another answer another day
    ("now()", "timestamp", "'now(' is not allowed"),
    ("current_timestamp()", "timestamp", "'current_timestamp(' is not allowed"),
    ("rand()", "double", "'rand(' is not allowed"),
    ("uuid()", "string", "'uuid(' is not allowed"),
    ("monotonically_increasing_id()", "bigint", "is not allowed"),
    # Hostile, or no expression
    ("reflect('java.lang.System', 'exit', a)", "string", "'reflect(' is not allowed"),
    ("`reflect`('java.lang.System', a)", "string", "is not allowed"),
    ("java_method('x', a)", "string", "is not allowed"),
    ("try_reflect('x', a)", "string", "is not allowed"),
    ("(SELECT max(a) FROM bronze.x)", "string", "is not allowed"),
    ("a IN (SELECT a FROM bronze.x)", "boolean", "a subquery is not allowed"),
    ("EXISTS (SELECT 1)", "boolean", "is not allowed"),
    ("sum(1) OVER ()", "bigint", "is not allowed"),
    ("transform(split(a, ','), x -> x)", "string", "is not allowed"),
    ("a; DROP TABLE bronze.x", "string", "must be one expression"),
    ("a -- b", "string", "a comment is not allowed"),
    ("a /* b */", "string", "a comment is not allowed"),
    ("a AS b", "string", "is not allowed"),
    ("a b", "string", "is not allowed"),
    ("a, b", "string", "is not"),
    ("*", "string", "is not allowed"),
    ("bronze.x.a", "string", "is not a landing column"),
    ("calanque.f(a)", "string", "is not allowed"),
    ("input_file_name()", "string", "'input_file_name(' is not allowed"),
    (":a", "string", "is not allowed"),
    ("", "string", "must be one expression"),
    ("(" * 3_000 + "a" + ")" * 3_000, "string", "is not"),
    ("a" * 9_000, "string", "8000 characters at most"),
    ("concat(a", "string", "is not an expression of SQL"),
    ("DROP TABLE bronze.x", "string", "is not"),
]


@pytest.mark.parametrize(("text", "physical_type"), ALLOWED, ids=[f"{text[:60]}-{kind}" for text, kind in ALLOWED])
def test_what_can_not_raise_is_allowed(text: str, physical_type: str) -> None:
    assert problems(text, physical_type) == []


@pytest.mark.parametrize(("text", "kind", "expected"), REFUSED, ids=[text[:60] or "empty" for text, _, _ in REFUSED])
def test_what_can_raise_is_refused(text: str, kind: str, expected: str) -> None:
    (problem,) = problems(text, kind)
    assert expected in problem
    assert problem.endswith(".")


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
