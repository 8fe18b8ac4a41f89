"""A file as most French offices export it: `;` between fields, the header first."""

import csv
import io
from collections.abc import Iterable, Sequence


def decimal(value: float, digits: int) -> str:
    """Return a number with so many decimals after a comma."""
    return f"{value:.{digits}f}".replace(".", ",")


def csv_file(header: Sequence[str], rows: Iterable[Sequence[object]], encoding: str = "utf-8") -> bytes:
    """Return the file, in UTF-8 or as older programmes write it."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue().encode(encoding)
