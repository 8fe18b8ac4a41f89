"""The trained model: weights and coefficients with what is needed to use them; plain JSON."""

from datetime import date
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from calanque.closed import Closed
from calanque.errors import CalanqueError
from ml.risk.config import RiskConfig
from ml.risk.model.features import Layout
from ml.risk.model.method import Fitted, MethodName
from ml.risk.model.slots import SlotModel

BASELINE_WORDS = {
    MethodName.DECAY: ("slow-decay counts", "le comptage à oubli lent"),
    MethodName.KDE: ("smoothed counts", "le comptage lissé dans l’espace"),
}
"""What a baseline is called, in English and in French."""


class GridSignature(Closed):
    """The grid a model was trained on; another grid needs another model."""

    crs: int
    cell: float
    x0: float
    y0: float
    cell_count: int


class RiskModel(BaseModel):
    """What was learnt, in the order of the surfaces of `config`; rows of arrays are types.

    `dispersion` is that of counts in the cells of `grid`, `published_dispersion` in those of the territory; `baseline`
    the best of the plain counts in its back-test.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    territory: str
    grid: GridSignature
    types: tuple[str, ...]
    premises: tuple[str, ...]
    trained_until: date
    config: RiskConfig
    baseline: MethodName = MethodName.DECAY
    fitted: Fitted
    dispersion: tuple[float, ...]
    published_dispersion: tuple[float, ...]
    promised_gain: float
    slots: SlotModel

    def to_json(self) -> str:
        """Return the model as JSON text."""
        return self.model_dump_json(indent=1)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return the model of a JSON text.

        Raises:
            CalanqueError: if the text is not a model of this version of the code.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise CalanqueError("The stored risk model was written by another version: train again.") from error

    @property
    def note(self) -> tuple[str, str]:
        """What every reason says where the baseline serves, in English and in French."""
        english, french = BASELINE_WORDS[self.baseline]
        return (
            f"That is what the model sees. Shown instead of the model: {english}, the best of the plain counts by its "
            "record.",
            f"C’est ce que voit le modèle. Montré à la place du modèle : {french}, le meilleur des comptages simples "
            "d’après ses résultats.",
        )

    def main_weights(self, index: int) -> list[tuple[str, float]]:
        """Return the five heaviest surfaces of one type's pool, heaviest first, with their weights."""
        names = Layout(self.config, self.premises).names()
        ordered = sorted(zip(names, self.fitted.pool[index].tolist(), strict=True), key=lambda pair: -pair[1])
        return ordered[:5]
