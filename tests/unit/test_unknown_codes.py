"""A code that nobody mapped is said with its rows, in every domain that reads coded rows."""

from types import SimpleNamespace
from typing import Any

import pytest

from calanque.marts import codes

CITY = "marseille"


@pytest.mark.parametrize("domain", ["incidents", "enforcement"])
def test_an_unknown_code_is_a_warning_with_its_count(
    domain: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[str] = []
    of_city = {"domain": domain, "territory": CITY}
    found = [SimpleNamespace(code=code, n=n, **of_city) for code, n in (("DIVAG_ANIM", 1_200), ("other", 3))]
    monkeypatch.setattr(codes.spark, "rows", lambda text: asked.append(text) or found)
    assert codes.unknown_codes({domain: [CITY], "reports": [CITY]}, "silver__x") == {
        (domain, CITY): {"DIVAG_ANIM": 1_200}
    }
    (record,) = caplog.records
    assert record.getMessage() == (
        "Unknown codes are counted as other: DIVAG_ANIM (1,200 rows). Map them in infra/territories/marseille.yml."
    )
    assert f"from silver__x.shape_{domain.removesuffix('s')} where type = 'other'" in asked[0]


@pytest.mark.parametrize("domain", ["places", "reports", "observations", "surroundings"])
def test_a_domain_without_codes_asks_nothing(domain: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_: Any) -> Any:
        raise AssertionError("asked")

    monkeypatch.setattr(codes.spark, "rows", never)
    assert codes.unknown_codes({domain: [CITY], "incidents": []}, "silver__x") == {}
