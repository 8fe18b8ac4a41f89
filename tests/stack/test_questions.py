"""The analyst's questions, on the marts of the feeds that are here; on all of them where everything has full size."""

import re

from walking import QUESTIONS, SQL

from calanque.demo.run import DemoRun
from calanque.engines import trino


def test_each_question_is_one_query_that_answers(first: DemoRun) -> None:
    assert len(QUESTIONS) == SQL.count(";\n") > 10
    marts = {name for (name,) in trino.query("show tables")}
    asked = {
        question: query
        for question, query in QUESTIONS.items()
        if marts.issuperset(re.findall(r"(?:from|join)\s+((?:fct|dim)_\w+)", query))
    }
    assert len(asked) > 7
    assert [question for question, query in asked.items() if not trino.query(query)] == []
