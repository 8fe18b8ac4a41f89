"""How fast the map answers on the running stack of `make demo`: each request warm, then by many readers at once.

`python benchmarks/map.py --city CITY --readers 20 --seconds 60` prints a line a request: median, 95th percentile, size;
what they add to the memory of who answers (restart `airflow-api` before); with `--steps N`, the clock in Chromium.
"""

import argparse
import re
import shutil
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice

import httpx
import numpy as np
from playwright.sync_api import sync_playwright

from calanque.console.api.answers import ROOT
from calanque.settings import Settings, settings
from calanque.stack.status import status

WARM, PAGES = 3, "/calanque"
REQUESTS = {
    "Carte, past": "{pages}/map?city={city}",
    "Carte, likely": "{pages}/map?city={city}&layer=likely",
    "Carte, an area": "{pages}/map?city={city}&area={area}",
    "Carte, reports by citizens": "{pages}/map?city={city}&layer=reports",
    "Agenda": "{pages}/agenda?city={city}",
    "Forecasts and trends": "{pages}/outlook?city={city}",
    "Published figures": "{pages}/figures?city={city}",
    "over time, page": "{pages}/map/time?city={city}",
    "over time, squares": "{pages}/map/time/ground.json?city={city}",
    "over time, three years of weeks": "{pages}/map/time/weeks.json?city={city}",
    "over time, planned events": "{pages}/map/time/planned.json?city={city}",
    "over time, a week of measures": "{pages}/map/time/present.json?city={city}&week=2026-06-22",
    "API, a mart": "{api}/collections/fct_incidents",
    "API, 100 incidents of a type": "{api}/collections/fct_incidents/items?territory={city}&type=robbery",
    "API, 100 cells of the forecast": "{api}/collections/fct_forecast/items?territory={city}",
}
ANSWERS = ("airflow-api", "trino")
# From one painted step to the next one: script, drawing and the wait for the frame.
STEPS = """async (steps) => { const found = []; let last = performance.now(); for (let n = 0; n < steps; n++) {
    const painted = new Promise((done) => map.once("render", done)); step(-1); await painted;
    found.push(performance.now() - last); last = performance.now(); } return found; }"""


def main(city: str, rounds: int, readers: int, seconds: int, steps: int) -> None:
    """Time every request, then all of them from many readers, then the clock in a browser."""
    here = settings()
    login = {"username": "analyst", "password": here.secret("password_analyst")}
    token = httpx.post(f"{here.airflow_url}/auth/token", json=login, timeout=60).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}", "Calanque-Motif": "mesure de la carte"}
    with httpx.Client(base_url=here.airflow_url, headers=headers, timeout=60) as client:
        for path in ("/api/v2/dags", f"{PAGES}/lac"):
            client.get(path).raise_for_status()
        found = re.search('area=([^&#"]+)', client.get(f"{PAGES}/map?city={city}").text)
        area = found[1] if found else ""
        paths = {name: path.format(pages=PAGES, api=ROOT, city=city, area=area) for name, path in REQUESTS.items()}
        before = memory(here)
        print(f"{'request':34} {'median':>9} {'p95':>9} {'kB':>8}")
        for name, path in paths.items():
            for _ in range(WARM):
                size = len(client.get(path).raise_for_status().content)
            times = [timed(client, path) for _ in range(rounds)]
            middle, most = 1000 * np.median(times), 1000 * np.quantile(times, 0.95)
            print(f"{name:34} {middle:6.0f} ms {most:6.0f} ms {size / 1e3:8.0f}")
        print("memory:", ", ".join(f"{name} {before[name]} -> {now} MiB" for name, now in memory(here).items()))
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
    if steps:
        clock(f"{here.airflow_url}{PAGES}/map/time?city={city}", headers, steps)


def memory(here: Settings) -> dict[str, int]:
    """Return the proportional share (PSS, MiB) of each service that answers a reader of the map."""
    return {entry.name: round(entry.memory_mib) for entry in status(here) if entry.name in ANSWERS}


def clock(address: str, headers: dict[str, str], steps: int) -> None:
    """Print when the map stands and what a step of its clock takes until it is painted, without a graphics card."""
    with sync_playwright() as browsers:
        browser = browsers.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--enable-unsafe-swiftshader"]
        )
        page = browser.new_context(extra_http_headers=headers).new_page()
        for _ in range(WARM):
            began = time.perf_counter()
            page.goto(address)
            page.wait_for_selector("body[data-map=ready]")
            stands = time.perf_counter() - began
        times = page.evaluate(STEPS, steps)
        browser.close()
    middle, most = np.median(times), np.quantile(times, 0.95)
    print(f"map stands after {stands:.1f} s; step: median {middle:.0f} ms, p95 {most:.0f} ms")


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
    parser.add_argument("--steps", type=int, default=0)
    given = parser.parse_args()
    main(given.city, given.rounds, given.readers, given.seconds, given.steps)
