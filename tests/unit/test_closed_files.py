"""Parameters of models and territories are closed files: what does not fit is refused in a sentence."""

from pathlib import Path
from typing import Any

import pytest

from calanque.errors import CalanqueError
from calanque.places.territory import read_territory
from calanque.settings import settings
from calanque.yaml_file import read_closed
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
