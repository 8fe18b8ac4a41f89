"""Parameters of models and territories are closed files: what does not fit is refused in a sentence."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import Field, ValidationError, field_validator

from calanque.closed import Closed
from calanque.errors import CalanqueError
from calanque.places.territory import read_territory
from calanque.settings import settings
from calanque.yaml_file import read_closed, sentence_of
from ml.factor import config as factor
from ml.level import config as level
from ml.near_repeat import config as near_repeat
from ml.risk import config as risk

FILES: dict[str, Path] = {
    "risk": risk.MODEL_FILE,
    "near_repeat": near_repeat.MODEL_FILE,
    "level": level.MODEL_FILE,
    "factor": factor.MODEL_FILE,
    "marseille": settings().root / "infra" / "territories" / "marseille.yml",
}
MODELS = {"risk": risk.RiskConfig, "near_repeat": near_repeat.NearRepeatConfig, "level": level.LevelConfig}
MODELS |= {"factor": factor.FactorConfig}
LINES = Path(__file__).with_name("wrong_settings.tsv").read_text(encoding="utf-8").splitlines()
WRONG = [line.replace("\\n", "\n").split("\t") for line in LINES if not line.startswith("#")]


def read(name: str, path: Path) -> Any:
    return read_closed(path, MODELS[name]) if name in MODELS else read_territory(path)


@pytest.mark.parametrize(
    ("name", "old", "new", "told"), [pytest.param(row[0], *row[2:], id=f"{row[0]}-{row[1]}") for row in WRONG]
)
def test_what_does_not_fit_is_refused(tmp_path: Path, name: str, old: str, new: str, told: str) -> None:
    text, path = FILES[name].read_text(encoding="utf-8"), tmp_path / FILES[name].name
    assert old in text
    path.write_text(text, encoding="utf-8")
    read(name, path)
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(CalanqueError, match=told):
        read(name, path)


class Asked(Closed):
    owner: str = Field("x", pattern="^[a-z]+$")
    url: str = "x"

    @field_validator("url")
    @classmethod
    def _holds_no_password(cls, url: str) -> str:
        raise ValueError("must hold no password")


@pytest.mark.parametrize(
    ("said", "is_public", "ending"),
    [
        pytest.param({"owner": "The  Data\nTeam"}, True, " (it is 'The Data Team')", id="said"),
        pytest.param({"owner": "The Data Team"}, False, "'^[a-z]+$'", id="of a file that may hold persons"),
        pytest.param({"owner": "jeanne.durand@ville.fr"}, True, "'^[a-z]+$'", id="an address"),
        pytest.param({"owner": ["a"]}, True, "a valid string", id="no short value"),
        pytest.param({"url": "u:hunter2"}, True, "must hold no password", id="a rule of ours says what it may"),
    ],
)
def test_a_wrong_value_is_said_where_it_is_short_and_nobody_s(
    said: dict[str, Any], is_public: bool, ending: str
) -> None:
    with pytest.raises(ValidationError) as raised:
        Asked.model_validate(said)
    assert sentence_of(raised.value, has_values=is_public).endswith(ending)


def test_other_files_say_no_value(tmp_path: Path) -> None:
    (path := tmp_path / "asked.yml").write_text("owner: Jeanne Durand\n", encoding="utf-8")
    with pytest.raises(CalanqueError, match="owner") as raised:
        read_closed(path, Asked)
    assert "Durand" not in str(raised.value)
