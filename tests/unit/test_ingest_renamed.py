"""A renamed column is named: case, accents and signs first, then likeness; never a column that is not alike."""

import pytest

from calanque.ingest.renamed import likely_names

CASES = {
    "case": (["Long"], ["LONG", "colour"], {"Long": "LONG"}),
    "accents": (["evenement"], ["Événement"], {"evenement": "Événement"}),
    "signs": (["Case ID"], ["case_id"], {"Case ID": "case_id"}),
    "camel": (["openedAt"], ["opened_at"], {"openedAt": "opened_at"}),
    "longer": (["lon"], ["longitude"], {"lon": "longitude"}),
    "letter": (["category"], ["categorie", "colour"], {"category": "categorie"}),
    "same-first": (["opened"], ["opened_at", "Opened"], {"opened": "Opened"}),
    "each-once": (["date_1", "date_2"], ["Date 2", "Date 1"], {"date_1": "Date 1", "date_2": "Date 2"}),
    "nothing-alike": (["Long"], ["colour"], {}),
    "too-short": (["x"], ["xenon"], {}),
    "no-unknown": (["Long"], [], {}),
    "only-signs": (["--"], ["__"], {}),
}


@pytest.mark.parametrize(("missing", "unknown", "expected"), CASES.values(), ids=CASES.keys())
def test_the_likely_name(missing: list[str], unknown: list[str], expected: dict[str, str]) -> None:
    assert likely_names(missing, unknown) == expected
