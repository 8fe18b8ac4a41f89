"""The public holidays of a country or of a part of it, by the library `holidays`, which keeps their laws."""

import csv
import io
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from calanque.errors import CalanqueError
from calanque.sources.errand import Errand, SourceOptions

COLUMNS = ("date", "name")
YEARS_AHEAD = 2


class HolidaysSource(SourceOptions):
    """Days from a year on to the end of the year after next, as CSV: `date` (ISO 8601) and `name`.

    `subdivision` is that of ISO 3166-2 without the country, as ON.
    """

    kind: Literal["holidays"]
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    subdivision: Annotated[str, Field(pattern=r"^[A-Z0-9]{1,3}$")] | None = None
    language: Annotated[str, Field(pattern=r"^[a-z]{2}(_[A-Z]{2})?$")] | None = None
    first_year: Annotated[int, Field(ge=1990, le=2100)]

    @property
    def origin(self) -> str:
        """What the manifest says of where the files came from."""
        return f"holidays=={version('holidays')}:{'-'.join(filter(None, (self.country, self.subdivision)))}"

    def fetch(self, errand: Errand) -> list[Path]:
        """Write the days that the library knows."""
        from holidays import country_holidays

        years = range(self.first_year, datetime.now(UTC).year + YEARS_AHEAD + 1)
        try:
            days = country_holidays(self.country, subdiv=self.subdivision, years=years, language=self.language)
        except NotImplementedError as error:
            raise CalanqueError(
                f"The library holidays knows no {self.country} {self.subdivision or ''}: correct {errand.feed}."
            ) from error
        text = io.StringIO()
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow(COLUMNS)
        rows.writerows((day.isoformat(), name) for day, name in sorted(days.items()))
        path = errand.work_dir / f"{errand.feed}.csv"
        path.write_text(text.getvalue(), encoding="utf-8")
        return [path]
