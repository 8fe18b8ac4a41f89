"""Degrees to metres in plain SQL, so that a position costs no Python worker.

Transverse Mercator by Krüger's series (Karney 2011, order 4: under a micrometre inside a UTM zone) and Lambert
conformal conic with two parallels (Snyder 1987, closed form); the parameters of the CRS come from pyproj.
"""

import math
import re
from collections.abc import Iterable

from calanque.errors import CalanqueError

Step = tuple[str, str]
# Past these latitudes the formulas run to infinity; no city lies there.
LAT_MAX_DEG = 85.0


def projection_steps(epsg: int, lon: str, lat: str, prefix: str) -> list[Step]:
    """Return (alias, expression) steps; the last two, `<prefix>x` and `<prefix>y`, are metres in the CRS.

    Args:
        epsg: code of a projected CRS in metres.
        lon: SQL of the longitude in degrees (double, may be NULL).
        lat: SQL of the latitude in degrees.
        prefix: start of every alias; later steps use earlier ones by lateral alias.

    Raises:
        CalanqueError: if the projection is neither Transverse Mercator nor Lambert conformal conic (2SP).
    """
    from pyproj import CRS

    crs = CRS.from_epsg(epsg)
    operation, ellipsoid = crs.coordinate_operation, crs.ellipsoid
    method = operation.method_name if operation else "none"
    if operation is None or ellipsoid is None or any(axis.unit_name != "metre" for axis in crs.axis_info):
        raise CalanqueError(f"EPSG:{epsg} is not a projected CRS in metres: choose another in infra/territories/.")
    values = {item.name: float(item.value) for item in operation.params}
    inside = f"abs({lat}) <= {LAT_MAX_DEG!r} AND abs({lon}) <= 180.0D"
    steps = [(f"{prefix}phi", f"CASE WHEN {inside} THEN radians({lat}) END")]
    shape = (ellipsoid.semi_major_metre, 1 / ellipsoid.inverse_flattening)
    if method == "Transverse Mercator":
        return steps + _transverse_mercator(values, *shape, lon, prefix)
    if method == "Lambert Conic Conformal (2SP)":
        return steps + _lambert(values, *shape, lon, prefix)
    raise CalanqueError(
        f"EPSG:{epsg} uses '{method}', which ingestion cannot compute yet: choose a UTM zone or Lambert-93."
    )


def projection_levels(epsg: int, lon: str, lat: str, prefix: str) -> list[list[Step]]:
    """Return the same steps in levels, each of which reads the ones before: every value is computed once."""
    return in_levels(projection_steps(epsg, lon, lat, prefix))


def in_levels(steps: Iterable[Step]) -> list[list[Step]]:
    """Put steps in levels, each of which reads the ones before."""
    levels: list[list[Step]] = []
    depths: dict[str, int] = {}
    for alias, text in steps:
        depth = max((depths[used] + 1 for used in depths if re.search(rf"\b{used}\b", text)), default=0)
        depths[alias] = depth
        if depth == len(levels):
            levels.append([])
        levels[depth].append((alias, text))
    return levels


def _number(value: float) -> str:
    return f"({value!r}D)"


def _transverse_mercator(values: dict[str, float], a_m: float, f: float, lon: str, p: str) -> list[Step]:
    n = f / (2 - f)
    e = math.sqrt(f * (2 - f))
    radius_m = a_m / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
    alpha = (
        n / 2 - 2 * n**2 / 3 + 5 * n**3 / 16 + 41 * n**4 / 180,
        13 * n**2 / 48 - 3 * n**3 / 5 + 557 * n**4 / 1440,
        61 * n**3 / 240 - 103 * n**4 / 140,
        49561 * n**4 / 161280,
    )
    if values["Latitude of natural origin"] != 0:
        raise CalanqueError("A Transverse Mercator whose origin is not the equator is not computed: choose a UTM zone.")
    scale = _number(values["Scale factor at natural origin"] * radius_m)
    es = f"{_number(e)} * {p}s"
    c1, c2, c3, c4 = map(_number, alpha)
    # Hyperbolic functions are written with powers and sums of angles: Java compiles pow and log to machine code, and
    # calls a C function for each sinh, cosh, atanh.
    return [
        (f"{p}s", f"sin({p}phi)"),
        (f"{p}dlon", f"radians({lon} - {_number(values['Longitude of natural origin'])})"),
        (f"{p}cd", f"cos({p}dlon)"),
        (f"{p}u", f"sqrt((1.0D + {p}s) / (1.0D - {p}s)) * pow((1.0D - {es}) / (1.0D + {es}), {_number(e / 2)})"),
        (f"{p}t", f"({p}u - 1.0D / {p}u) / 2.0D"),
        (f"{p}v", f"sin({p}dlon) / sqrt(1.0D + {p}t * {p}t)"),
        # A quarter of the globe away on the equator there is no easting; a plain division would stop the batch.
        (f"{p}w", f"try_divide(1.0D + {p}v, 1.0D - {p}v)"),
        (f"{p}d", f"{p}cd * {p}cd + {p}t * {p}t"),
        *_multiples(p),
        (f"{p}east", f"{c1} * {p}c2 * {p}sh2 + {c2} * {p}c4 * {p}sh4 + {c3} * {p}c6 * {p}sh6 + {c4} * {p}c8 * {p}sh8"),
        (f"{p}north", f"{c1} * {p}s2 * {p}ch2 + {c2} * {p}s4 * {p}ch4 + {c3} * {p}s6 * {p}ch6 + {c4} * {p}s8 * {p}ch8"),
        (f"{p}x", f"{_number(values['False easting'])} + {scale} * (ln({p}w) / 2.0D + {p}east)"),
        (f"{p}y", f"{_number(values['False northing'])} + {scale} * (atan2({p}t, {p}cd) + {p}north)"),
    ]


def _multiples(p: str) -> list[Step]:
    """Return cos, sin of 2, 4, 6, 8 times the northing angle and cosh, sinh of as many times the easting one."""
    return [
        (f"{p}c2", f"({p}cd * {p}cd - {p}t * {p}t) / {p}d"),
        (f"{p}s2", f"2.0D * {p}t * {p}cd / {p}d"),
        (f"{p}ch2", f"({p}w + 1.0D / {p}w) / 2.0D"),
        (f"{p}sh2", f"({p}w - 1.0D / {p}w) / 2.0D"),
        (f"{p}c4", f"2.0D * {p}c2 * {p}c2 - 1.0D"),
        (f"{p}s4", f"2.0D * {p}s2 * {p}c2"),
        (f"{p}ch4", f"2.0D * {p}ch2 * {p}ch2 - 1.0D"),
        (f"{p}sh4", f"2.0D * {p}sh2 * {p}ch2"),
        (f"{p}c6", f"{p}c4 * {p}c2 - {p}s4 * {p}s2"),
        (f"{p}s6", f"{p}s4 * {p}c2 + {p}c4 * {p}s2"),
        (f"{p}ch6", f"{p}ch4 * {p}ch2 + {p}sh4 * {p}sh2"),
        (f"{p}sh6", f"{p}sh4 * {p}ch2 + {p}ch4 * {p}sh2"),
        (f"{p}c8", f"2.0D * {p}c4 * {p}c4 - 1.0D"),
        (f"{p}s8", f"2.0D * {p}s4 * {p}c4"),
        (f"{p}ch8", f"2.0D * {p}ch4 * {p}ch4 - 1.0D"),
        (f"{p}sh8", f"2.0D * {p}sh4 * {p}ch4"),
    ]


def _lambert(values: dict[str, float], a_m: float, f: float, lon: str, p: str) -> list[Step]:
    e = math.sqrt(f * (2 - f))

    def m(phi: float) -> float:
        return math.cos(phi) / math.sqrt(1 - (e * math.sin(phi)) ** 2)

    def t(phi: float) -> float:
        return math.exp(-math.atanh(math.sin(phi)) + e * math.atanh(e * math.sin(phi)))

    first, second, origin = (
        math.radians(values[f"Latitude of {name}"])
        for name in ("1st standard parallel", "2nd standard parallel", "false origin")
    )
    n = (math.log(m(first)) - math.log(m(second))) / (math.log(t(first)) - math.log(t(second)))
    scale_m = a_m * m(first) / (n * t(first) ** n)
    north_m = values["Northing at false origin"] + scale_m * t(origin) ** n
    return [
        (f"{p}theta", f"{_number(n)} * radians({lon} - {_number(values['Longitude of false origin'])})"),
        (f"{p}psi", f"atanh(sin({p}phi)) - {_number(e)} * atanh({_number(e)} * sin({p}phi))"),
        (f"{p}rho", f"{_number(scale_m)} * exp({_number(-n)} * {p}psi)"),
        (f"{p}x", f"{_number(values['Easting at false origin'])} + {p}rho * sin({p}theta)"),
        (f"{p}y", f"{_number(north_m)} - {p}rho * cos({p}theta)"),
    ]
