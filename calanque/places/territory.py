"""A territory: the city or area a row belongs to, read from its closed file in `infra/territories/`."""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError, field_validator, model_validator

from calanque.closed import Closed
from calanque.errors import CalanqueError
from calanque.settings import settings
from calanque.yaml_file import read_yaml, sentence_of

# A zone of a territory without named areas is a square of ten cells by ten: wide enough for counts of eleven.
ZONE_CELL_COUNT = 10
# An area of such a territory is a square of three zones by three: by month, three counts of four are of eleven persons.
AREA_ZONE_COUNT = 3


class BoundingBox(Closed):
    """Longitudes and latitudes in degrees (WGS 84) that hold the whole territory."""

    lon_min: float = Field(ge=-180, le=180)
    lat_min: float = Field(ge=-90, le=90)
    lon_max: float = Field(ge=-180, le=180)
    lat_max: float = Field(ge=-90, le=90)

    @model_validator(mode="after")
    def _is_ordered(self) -> Self:
        if self.lon_min >= self.lon_max or self.lat_min >= self.lat_max:
            raise ValueError("the bounding box must go from south-west (min) to north-east (max)")
        return self

    def holds(self, lon: float, lat: float) -> bool:
        """Say whether a point in degrees lies in the box, edges included."""
        return self.lon_min <= lon <= self.lon_max and self.lat_min <= lat <= self.lat_max


class BoxRule(Closed):
    """Every cell whose centre lies in the bounding box belongs to the territory."""

    rule: Literal["box"]


class HullRule(Closed):
    """Cells whose centre lies in the widened concave hull of the incidents before a date."""

    rule: Literal["hull"]
    before: date
    ratio: float = Field(gt=0, le=1, description="shapely.concave_hull: 1 is the convex hull.")
    widen_m: float = Field(ge=0)


class ZoneSource(Closed):
    """Where the named areas of the territory come from."""

    kind: Literal["feed_column", "cells", "polygons"]
    source: str = Field(min_length=1)


class Territory(Closed):
    """One territory file; `crs` is an EPSG code in metres, `cell_m` the side of a square cell in metres.

    `codes` maps the city's own codes of incidents to the common taxonomy; a code that is of it needs no line.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str = Field(min_length=1)
    time_zone: str
    crs: int = Field(gt=0)
    cell_m: int = Field(ge=50, le=5000)
    bounding_box: BoundingBox
    boundary: Annotated[BoxRule | HullRule, Field(discriminator="rule")]
    zones: ZoneSource
    codes: dict[str, str] = Field(default_factory=dict)

    @field_validator("time_zone")
    @classmethod
    def _is_known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("is not a time zone of the IANA base") from error
        return value


def read_territory(path: Path) -> Territory:
    """Return the territory of one file.

    Raises:
        CalanqueError: if the file is missing, not closed, or does not bear its territory's name.
    """
    try:
        territory = Territory.model_validate(read_yaml(path))
    except ValidationError as error:
        raise CalanqueError(f"{path.name}: {sentence_of(error, has_values=True)}.") from error
    # A served model holds a territory, and no taxonomy.
    from calanque.places.taxonomy import incident_types

    if unknown := sorted(set(territory.codes.values()) - set(incident_types())):
        known = ", ".join(incident_types())
        raise CalanqueError(f"{path.name}: field 'codes': '{unknown[0]}' is not of the common taxonomy: {known}.")
    if territory.name != path.stem:
        raise CalanqueError(f"{path.name}: the name '{territory.name}' must be the file's own name, '{path.stem}'.")
    return territory


def territory_file(name: str) -> Path:
    """Return where the file of a territory is, or is to be."""
    return settings().root / "infra" / "territories" / f"{name}.yml"


@cache
def load_territory(name: str) -> Territory:
    """Return the territory `infra/territories/<name>.yml`, read once.

    Raises:
        CalanqueError: if there is no such territory, or its file is not valid.
    """
    known = sorted(path.stem for path in territory_file(name).parent.glob("*.yml"))
    if name not in known:
        raise CalanqueError(f"There is no territory '{name}': choose one of {', '.join(known)}, or add its file.")
    return read_territory(territory_file(name))
