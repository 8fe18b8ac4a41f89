"""How fast the map answers on the running stack of `make demo`: each request warm, then by many readers at once.

`python benchmarks/map.py --city CITY --readers 20 --seconds 60` prints a line a request: median, 95th percentile, size.
"""

import argparse
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice

import httpx
import numpy as np

from calanque.console.api.answers import ROOT
from calanque.settings import settings

WARM, PAGES = 3, "/calanque"
REQUESTS = {
    "Carte, past": "{pages}/map?city={city}",
    "Carte, likely": "{pages}/map?city={city}&layer=likely",
    "over time, page": "{pages}/map/time?city={city}",
    "over time, squares": "{pages}/map/time/ground.json?city={city}",
    "over time, three years of weeks": "{pages}/map/time/weeks.json?city={city}",
    "over time, planned events": "{pages}/map/time/planned.json?city={city}",
    "over time, a week of measures": "{pages}/map/time/present.json?city={city}&week=2026-06-22",
    "API, a mart": "{api}/collections/fct_incidents",
    "API, 100 incidents of a type": "{api}/collections/fct_incidents/items?territory={city}&type=robbery",
    "API, 100 cells of the forecast": "{api}/collections/fct_forecast/items?territory={city}",
}


def main(city: str, rounds: int, readers: int, seconds: int) -> None:
    """Time every request, then all of them from many readers."""
    here = settings()
    login = {"username": "analyst", "password": here.secret("password_analyst")}
    token = httpx.post(f"{here.airflow_url}/auth/token", json=login, timeout=60).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Calanque-Motif": "mesure de la carte"}
    paths = {name: path.format(pages=PAGES, api=ROOT, city=city) for name, path in REQUESTS.items()}
    with httpx.Client(base_url=here.airflow_url, headers=headers, timeout=60) as client:
        print(f"{'request':34} {'median':>9} {'p95':>9} {'kB':>8}")
        for name, path in paths.items():
            for _ in range(WARM):
                size = len(client.get(path).raise_for_status().content)
            times = [timed(client, path) for _ in range(rounds)]
            middle, most = 1000 * np.median(times), 1000 * np.quantile(times, 0.95)
            print(f"{name:34} {middle:6.0f} ms {most:6.0f} ms {size / 1e3:8.0f}")
        if readers:
            until = time.monotonic() + seconds
            with ThreadPoolExecutor(readers) as pool:
                found = [
                    one
                    for some in pool.map(lambda first: read(client, [*paths.values()], first, until), range(readers))
                    for one in some
                ]
            times, errors = [one for one in found if one], sum(one is None for one in found)
            print(
                f"{readers} readers, {seconds} s: {len(times)} answers, {errors} errors, median "
                f"{1000 * np.median(times):.0f} ms, p95 {1000 * np.quantile(times, 0.95):.0f} ms"
            )


def timed(client: httpx.Client, path: str) -> float:
    """Return the seconds of one request."""
    began = time.perf_counter()
    client.get(path).raise_for_status()
    return time.perf_counter() - began


def read(client: httpx.Client, paths: list[str], first: int, until: float) -> list[float | None]:
    """Ask one path after the other until a time; None where one fails. A reader looks at what came, for a second."""
    found: list[float | None] = []
    for path in islice(cycle(paths), first % len(paths), None):
        if time.monotonic() > until:
            return found
        try:
            found.append(timed(client, path))
        except httpx.HTTPError:
            found.append(None)
        time.sleep(1)
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--city", default="toronto")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--readers", type=int, default=0)
    parser.add_argument("--seconds", type=int, default=60)
    given = parser.parse_args()
    main(given.city, given.rounds, given.readers, given.seconds)
