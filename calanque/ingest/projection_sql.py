"""Degrees to metres in plain SQL, so that a position costs no Python worker.

Transverse Mercator by Krüger's series (Karney 2011, order 4: under a micrometre inside a UTM zone) and Lambert
conformal conic with two parallels (Snyder 1987, closed form); the parameters of the CRS come from pyproj.
"""

import math
import re

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
    """Return the same steps in two levels, each of which reads the one before: few levels are few copies of a row.

    The first level holds what the last two formulas use more than once; everything before it is written inside it.
    """
    *inner, last_x, last_y = projection_steps(epsg, lon, lat, prefix)
    texts: dict[str, str] = {}
    for alias, text in inner:
        texts[alias] = _inlined(text, texts)
    used = [(alias, text) for alias, text in texts.items() if re.search(rf"\b{alias}\b", last_x[1] + last_y[1])]
    return [[*used, (f"{prefix}phi", texts[f"{prefix}phi"])], [last_x, last_y]]


def _inlined(text: str, texts: dict[str, str]) -> str:
    for alias, inner in texts.items():
        text = re.sub(rf"\b{alias}\b", lambda _, inner=inner: f"({inner})", text)  # type: ignore[misc]
    return text


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
    north = [f"{_number(c)} * sin({2 * j} * {p}xi) * cosh({2 * j} * {p}eta)" for j, c in enumerate(alpha, 1)]
    east = [f"{_number(c)} * cos({2 * j} * {p}xi) * sinh({2 * j} * {p}eta)" for j, c in enumerate(alpha, 1)]
    return [
        (f"{p}dlon", f"radians({lon} - {_number(values['Longitude of natural origin'])})"),
        (f"{p}t", f"sinh(atanh(sin({p}phi)) - {_number(e)} * atanh({_number(e)} * sin({p}phi)))"),
        (f"{p}xi", f"atan2({p}t, cos({p}dlon))"),
        (f"{p}eta", f"atanh(sin({p}dlon) / sqrt(1 + {p}t * {p}t))"),
        (f"{p}x", f"{_number(values['False easting'])} + {scale} * ({p}eta + {' + '.join(east)})"),
        (f"{p}y", f"{_number(values['False northing'])} + {scale} * ({p}xi + {' + '.join(north)})"),
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
