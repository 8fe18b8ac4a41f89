"""Arrays of a model that is stored: lists in its JSON."""

from typing import Annotated, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import PlainSerializer, PlainValidator

Numbers: TypeAlias = Annotated[
    NDArray[np.float64],
    PlainValidator(lambda values: np.asarray(values, dtype=np.float64)),
    PlainSerializer(lambda values: values.tolist()),
]
