"""The script of the page *Carte au fil du temps* without a browser: what it says of figures, in node."""

import json
import subprocess
from pathlib import Path
from typing import Any

import playwright

from calanque.console.city import time_page
from calanque.contracts.page import Language

NODE = Path(playwright.__file__).parent / "driver" / "node"
# Elements keep what is said in them; nothing is fetched. The first week is of 2021-11-01, the fourth is forecast.
PAGE = """
const elements = {};
globalThis.element = (id) => elements[id] ??= {
  id, style: {}, dataset: {}, value: "0", tBodies: [{ replaceChildren() {} }], addEventListener() {},
  append(...parts) { this.parts = parts; }, replaceChildren(...parts) { this.parts = parts; } };
globalThis.document = {
  getElementById: element, querySelectorAll: () => [{ value: "planned", dataset: {} }],
  querySelector: (name) => element(name), createElement: () => element(`made ${Object.keys(elements).length}`),
  addEventListener() {},
};
globalThis.location = { search: "" };
globalThis.fetch = () => Promise.reject(new Error("away"));
element("state").textContent = JSON.stringify(STATE);
require("vm").runInThisContext(require("fs").readFileSync(SCRIPT, "utf8"));
require("vm").runInThisContext(`
ground = { cells: [[87, 48, 0], [87, 49, 0]], areas: [["a", "Arenc"]], corners: [[0, 1], [2, 1], [2, 0], [0, 0]],
  row: 87, col: 48, height: 1, width: 2 };
counts = { weeks: 2, cell: [0, 0, 1], count: [1, 3, 1],
  likely: { cell: [0], expected: [0.25], baseline: [0.2], upper: [2] } };
starts = [0, 1, 3]; firstTime = Date.UTC(2021, 10, 1); likelyAt = 3; paint = () => {};
$("weeks").value = "1"; $("event").value = ""; $("quantity").value = "";
const left = { lng: 0.5, lat: 0.5 }, right = { lng: 1.5, lat: 0.5 };
const at = (week) => { $("at").value = String(week); bounds = null; show(); };
const text = (id) => $(id).textContent;
const legend = () => $("legend").parts.slice(1).filter((one) => !one.dataset.of).map((one) => one.parts[1].trim());
const square = (week, spot) => { at(week); pick(spot); return text("picked"); };
`);
process.stdout.write(JSON.stringify(require("vm").runInThisContext(ASKED)));
process.exit(0);
"""


def said(asked: str, language: Language = "fr") -> Any:
    """Return what an expression of the page gives."""
    words = time_page.script_words(language)
    known = {"STATE": {"words": words, "language": language}, "ASKED": asked}
    known |= {"SCRIPT": f"{time_page.OWN / 'time.js'}"}
    text = "".join(f"const {name} = {json.dumps(value)};" for name, value in known.items()) + PAGE
    done = subprocess.run([NODE, "-e", text], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_darkest_class_says_from_which_count_on_it_is() -> None:
    assert said("[at(0), legend()][1]") == ["1 ou plus"]
    assert said("[at(1), legend()][1]", "en") == ["1", "2 or more"]
    assert said("[at(3), legend()][1]") == ["plus de 0"], "what is expected is no whole number"


def test_a_square_of_a_week_without_data_has_a_dash_and_every_figure_its_number() -> None:
    weeks = "[square(0, left), square(0, right), square(1, left), square(2, left), square(3, left)]"
    assert said(weeks) == [
        "Arenc (87:48)\u00a0: 1 fait",
        "Arenc (87:49)\u00a0: 0 fait",
        "Arenc (87:48)\u00a0: 3 faits",
        "Arenc (87:48)\u00a0: –",
        "Arenc (87:48)\u00a0: 0,25 attendu ; au plus 2, 9 fois sur 10 ; 0,2 par comptage simple",
    ]
    assert said(weeks, "en") == [
        "Arenc (87:48): 1 incident",
        "Arenc (87:49): 0 incidents",
        "Arenc (87:48): 3 incidents",
        "Arenc (87:48): –",
        "Arenc (87:48): 0.25 expected; at most 2, 9 times in 10; 0.2 by plain counts",
    ]


def test_what_is_said_of_a_week_is_in_the_singular_for_one() -> None:
    told = "[0, 1, 3].map((week) => { at(week); return text('said'); })"
    assert said(told) == [
        "1 fait du 2021-11-01 au 2021-11-07",
        "4 faits du 2021-11-08 au 2021-11-14",
        "0,25 fait attendu la semaine du 2021-11-22",
    ]
    assert said(told, "en")[0] == "1 incident from 2021-11-01 to 2021-11-07"
    shown = "[1.94, 1.96].map((count) => saidOf(count, words.likely, '2021-11-22'))"
    assert [text.partition(" la")[0] for text in said(shown)] == ["1,9 fait attendu", "2,0 faits attendus"]


def test_events_without_a_place_are_counted_and_said_to_be_off_the_map() -> None:
    told = """(() => {
    planned = [0, 1, 2].map((n) => ({ id: `${n}`, kind: "works", starts: "2021-11-02T08:00", ends: "2021-11-03T08:00",
      lon: n ? null : -79.3, lat: n ? null : 43.7 }));
    const drawn = [];
    points = (source, found) => { if (source === "planned") drawn.push(...found.map((one) => one.id)); };
    const all = (at(0), text("planned"));
    planned = planned.slice(0, 1);
    return [all, (at(0), text("planned")), drawn];
    })()"""
    assert said(told) == [
        "3 événements prévus, dont 0 en conflit, et 2 sans lieu sur la carte",
        "1 événement prévu, dont 0 en conflit",
        ["0", "0"],
    ]
    assert said(told, "en")[0] == "3 planned events, 0 of them in conflict, 2 without a place on the map"


def test_what_is_expected_of_types_together_has_no_bound() -> None:
    told = "(() => { counts.likely.upper = [null]; return square(3, left); })()"
    assert said(told) == "Arenc (87:48)\u00a0: 0,25 attendu ; 0,2 par comptage simple"


def test_a_square_leads_to_the_page_of_its_area() -> None:
    told = "(() => { square(1, left); const [, link] = $('picked').parts; return [link.href, link.textContent]; })()"
    href, text = said(told)
    assert href.startswith("/calanque/map?city=") and href.endswith("&area=a#area") and "pourquoi" in text


def test_a_table_is_sorted_by_what_its_figures_are_and_what_is_withheld_stands_last() -> None:
    told = """(() => {
    const shown = [];
    const keep = (...rows) => shown.push(rows.map((row) => row.parts[0].textContent));
    element("[data-table=present]").tBodies = [{ replaceChildren: keep }];
    table("present", [["b", [9, "9"], [null, "non diffusé"]], ["c", [10, "10"], [2, "2"]], ["a", [1, "1"], [3, "3"]]]);
    sort("present", 1); sort("present", 1); sort("present", 2); sort("present", 2); sort("present", 0);
    return shown;
    })()"""
    assert ["".join(rows) for rows in said(told)] == ["abc", "cba", "abc", "acb", "cab", "abc"]


def test_a_quantity_has_classes_and_a_place_whose_hours_are_withheld_a_ring() -> None:
    told = """(() => {
    const of = { quantity: "passers_by", unit: "persons", lat: 43 };
    const one = (lon, mean, withheld = 0) => ({ ...of, lon, mean, withheld });
    figures = [one(1, 20), one(2, 400), one(3, null, 7), one(null, 5), { ...one(4, 3), quantity: "rain" }];
    $("quantity").value = "passers_by";
    const points = coloured().map(({ lon, ink, text }) => [lon, ink, text]);
    return [points, $("measures").parts.slice(1).map((entry) => entry.parts[1].trim())];
    })()"""
    points, steps = said(told)
    assert [(lon, text) for lon, _, text in points] == [
        (1, "passants\u00a0: 20"),
        (2, "passants\u00a0: 400"),
        (3, "passants\u00a0: non diffusé"),
    ]
    assert points[1][1] == "#0b5f57" != points[0][1] and points[2][1] == "#fff"
    assert steps == ["jusqu’à 20", "plus de 20, jusqu’à 400", "non diffusé"]


def test_the_quantity_of_a_link_stays_in_it_where_the_week_has_none() -> None:
    told = """(() => {
    at(0); const links = [];
    globalThis.history = { replaceState: (_, __, link) => links.push(link) };
    state.quantity = "rain"; $("quantity").options = [element("none")]; element("none").value = "";
    settled();
    offer(["passers_by"]); settled();
    offer(["rain"]);
    return [links.map((link) => link.includes("quantity=rain")), $("quantity").parts.map((one) => !!one.selected),
      $("measures").parts];
    })()"""
    assert said(told) == [[True, True], [False, True], []]


def test_events_of_one_kind_are_shown_alone() -> None:
    told = """(() => {
    planned = ["works", "market", "works"].map((kind, n) => ({ id: `${n}`, kind, starts: "2021-11-02T08:00",
      ends: "2021-11-03T08:00", lon: 1, lat: 1 }));
    $("event").value = "works";
    return (at(0), text("planned"));
    })()"""
    assert said(told) == "2 événements prévus, dont 0 en conflit"
