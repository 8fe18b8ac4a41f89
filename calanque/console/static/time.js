// A city on a clock of weeks: squares, planned events and measured places, summed in the browser.
"use strict";

const BASE = "/calanque/map/time";
const INKS = ["#e3eef9", "#b3cde8", "#6fa3d4", "#2f74b5", "#0b3d78"];
const EVENT = "#c2410c", CONFLICT = "#7e22ce", FIGURE = "#0f766e";
const DAY = 86400000;
const MEASURES = ["#d5efec", "#9bd3cc", "#5db1a8", "#2a8a80", "#0b5f57"];
const MOST_AREAS = 15, MOST_AHEAD = 52, PLAY_MS = 500, SETTLED_MS = 300;
const state = JSON.parse(document.getElementById("state").textContent);
const words = state.words;
const locale = state.language === "fr" ? "fr-FR" : "en-GB";
const number = new Intl.NumberFormat(locale);
const tenths = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const byName = new Intl.Collator(locale, { numeric: true }).compare;
const small = new Intl.NumberFormat(locale, { maximumSignificantDigits: 2 });
const $ = (id) => document.getElementById(id);
// In French what is less than two, as it is shown, is singular, also none and a part of one.
const counted = (count, text) => {
  const [one, many = one] = text.split("|");
  return (state.language === "fr" ? Math.round(count * 10) < 20 : count === 1) ? one : many;
};
const said = (text, ...values) => text.replace(/\{(\d)\}/g, (_, at) => values[at]);
const saidOf = (count, text, ...values) => said(counted(count, text), told(count), ...values);
const iso = (time) => new Date(time).toISOString().slice(0, 10);
const told = (value) => (Number.isInteger(value) ? number : Math.abs(value) < 1 ? small : tenths).format(value);
const measure = (quantity, unit) => [words.quantities[quantity] || quantity, words.units[unit] ?? unit];

const drawn = {}, tables = {}, orders = { areas: [1, -1], planned: [1, -1], present: [0, 1] };
let ground, counts, starts, planned = [], conflicts = [], map = null, frame = null, sums = null, isLikely = false;
let seen = (new URLSearchParams(location.search).get("seen") || "").split(",").map(Number);
if (seen.length !== 3 || !seen.every(Number.isFinite) || Math.abs(seen[1]) > 85) seen = null;
let bounds = null, playing = null, settling = null, turn = 0, spot = null, lastWeek = 0, firstTime = 0, likelyAt = -1, figures = [];

async function asked(path) {
  const answer = await fetch(`${BASE}/${path}`, { headers: { Accept: "application/json" } });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(body.detail || String(answer.status));
  // The query door was silent: this is what it said before.
  const age = answer.headers && answer.headers.get("Age");
  if (age) {
    $("silent").textContent = $("silent").dataset.said.replace("{}", Math.floor(age / 60));
    $("silent").hidden = false;
  }
  // The queries of the answer before are not those of what is shown.
  const from = path.split("?")[0];
  for (const old of document.querySelectorAll(`#queries [data-from="${from}"]`)) old.remove();
  for (const text of body.queries || []) {
    const shown = document.createElement("pre");
    shown.dataset.from = from;
    shown.textContent = text;
    $("queries").append(shown);
  }
  return body;
}

// ---- what is in the squares at a time

function summed(at, weeks) {
  const found = new Float32Array(ground.cells.length);
  if (at === likelyAt) {
    counts.likely.cell.forEach((cell, n) => { found[cell] = counts.likely.expected[n]; });
  } else if (at < counts.weeks) {
    const from = starts[Math.max(at - weeks + 1, 0)], to = starts[at + 1];
    for (let n = from; n < to; n++) found[counts.cell[n]] += counts.count[n];
  }
  return found;
}

// Upper ends of all classes but the last: as many squares in each as can be.
function breaks(values) {
  return breaksOf(Array.from(values).filter((value) => value > 0));
}

function breaksOf(values) {
  const ordered = values.sort((a, b) => a - b);
  const ends = INKS.slice(1).map((_, step) => ordered[Math.floor((ordered.length * (step + 1)) / INKS.length) - 1]);
  const most = ordered[ordered.length - 1];
  return [...new Set(ends)].filter((end) => end !== undefined && end < most);
}

function inkOf(value, inks = INKS, ends = bounds) {
  return inks[inks.length - 1 - ends.length + ends.filter((end) => value > end).length];
}

// Of the week of the clock when the window is chosen: a legend that moved with the clock would hide what changes.
function scale() {
  const at = Number($("at").value), weeks = Number($("weeks").value);
  const values = summed(isLikely ? likelyAt : Math.min(at, counts.weeks - 1), weeks);
  bounds = breaks(values);
  const unit = document.createElement("b");
  unit.textContent = isLikely ? words.expected_here : words.incidents_here;
  $("figure").textContent = isLikely ? words.expected : words.incidents;
  const steps = bounds.map((end, n) =>
    entry(inkOf(end), isLikely ? ranged(bounds[n - 1], end) : whole((bounds[n - 1] || 0) + 1, end)));
  const below = bounds[bounds.length - 1] || 0;
  steps.push(entry(INKS[INKS.length - 1], isLikely ? said(words.over, told(below)) : said(words.or_more, told(below + 1))));
  const dots = [["planned", EVENT, words.an_event, planned.length], ["planned", CONFLICT, words.in_conflict, conflicts.length],
    ["present", FIGURE, words.a_figure, true]];
  $("legend").replaceChildren(unit, ...steps, ...dots.filter((dot) => dot[3]).map(([layer, ink, text]) => {
    const one = entry(ink, text, true);
    one.dataset.of = layer;
    return one;
  }));
}

// A square without an incident has no ink: the first class begins with one.
const whole = (first, last) => (first === last ? told(last) : `${told(first)} – ${told(last)}`);
const ranged = (first, last) => (first === undefined ? said(words.up_to, told(last)) : said(words.between, told(first), told(last)));

function entry(ink, text, isDot) {
  const one = document.createElement("span"), box = document.createElement("i");
  box.style.background = ink;
  if (isDot) box.className = "dot";
  one.append(box, ` ${text}`);
  return one;
}

// ---- the clock

function show() {
  const at = Number($("at").value), weeks = Number($("weeks").value), time = firstTime + at * 7 * DAY;
  const wasLikely = isLikely;
  isLikely = at === likelyAt;
  sums = summed(at, weeks);
  if (wasLikely !== isLikely || !bounds) scale();
  for (const one of document.querySelectorAll("#legend [data-of], [data-table=sources] [data-of]")) one.hidden = !layers().includes(one.dataset.of);
  $("week").textContent = iso(time);
  const total = sums.reduce((a, b) => a + b, 0), since = Math.max(time - (weeks - 1) * 7 * DAY, firstTime);
  if (isLikely) $("said").textContent = saidOf(total, words.likely, iso(time));
  else if (at < counts.weeks) $("said").textContent = saidOf(total, words.past, iso(since), iso(time + 6 * DAY));
  else $("said").textContent = said(words.after, iso(time));
  $("by-area").href = `/calanque/map?city=${state.city}&kind=${state.kind}&layer=${isLikely ? "likely" : "past"}`
    + `&days=${weeks * 7}&until=${iso(Math.min(time + 6 * DAY, firstTime + counts.weeks * 7 * DAY - DAY))}`;
  paint();
  tell();
  events(isLikely || at >= counts.weeks ? time : since, time + 7 * DAY);
  if (spot) pick(spot);
  clearTimeout(settling);
  if (!playing) settling = setTimeout(settled, SETTLED_MS);
}

function paint() {
  if (!frame) return;
  const shown = layers().includes("cells"), pixels = frame.createImageData(ground.width, ground.height);
  if (shown) ground.cells.forEach(([row, col], cell) => {
    if (!sums[cell]) return;
    const ink = parseInt(inkOf(sums[cell]).slice(1), 16);
    const at = 4 * ((ground.height - 1 - (row - ground.row)) * ground.width + (col - ground.col));
    pixels.data[at] = ink >> 16; pixels.data[at + 1] = (ink >> 8) & 255; pixels.data[at + 2] = ink & 255;
    pixels.data[at + 3] = 210;
  });
  frame.putImageData(pixels, 0, 0);
  const source = map && map.getSource("cells");
  if (source) { source.play(); map.triggerRepaint(); source.pause(); }
}

// All areas once the clock stands still: to write each of them at every step only costs time.
function tell(most = MOST_AREAS) {
  const found = new Float64Array(ground.areas.length);
  ground.cells.forEach(([, , area], cell) => { if (area >= 0) found[area] += sums[cell]; });
  const rows = [...found.keys()].filter((area) => found[area] > 0)
    .sort((a, b) => found[b] - found[a] || byName(ground.areas[a][1], ground.areas[b][1])).slice(0, most);
  table("areas", rows.map((area) => [ground.areas[area][1], [found[area], told(found[area])]]));
}

function events(from, to) {
  const first = new Date(from).toISOString().slice(0, 16), last = new Date(to).toISOString().slice(0, 16), busy = new Set();
  for (const [one, other, begins, ends] of conflicts) if (begins < last && ends >= first) busy.add(one).add(other);
  const kind = $("event").value, isOf = (one) => !kind || one.kind === kind;
  const now = (layers().includes("planned") ? planned.filter((one) => one.starts < last && one.ends > first && isOf(one)) : [])
    .map((one) => ({ ...one, conflict: busy.has(one.id) }));
  const placed = now.filter((one) => one.lon !== null), busyCount = now.filter((one) => one.conflict).length;
  const off = placed.length < now.length ? said(words.off_map, told(now.length - placed.length)) : "";
  const count = planned.length ? saidOf(now.length, words.events, told(busyCount)) + off : words.no_events;
  $("planned").textContent = layers().includes("planned") ? count : "";
  points("planned", placed);
  const kinds = new Map();
  for (const one of now) {
    const [count, conflicts] = kinds.get(one.kind) || [0, 0];
    kinds.set(one.kind, [count + 1, conflicts + (one.conflict ? 1 : 0)]);
  }
  table("planned", [...kinds].sort((a, b) => b[1][0] - a[1][0]).map(([kind, [count, conflicts]]) =>
    [words.kinds[kind] || kind, [count, told(count)], [conflicts, told(conflicts)]]));
}

// The first of a row is its head, the others are figures: what they are sorted by, and their text.
function table(name, rows) {
  const shown = document.querySelector(`[data-table=${name}]`), [by, way] = orders[name];
  tables[name] = rows;
  shown.hidden = !rows.length;
  const key = (row) => (by ? row[by][0] : row[0]);
  // What has no figure is last in either order.
  const compared = (a, b) => (a === null || b === null ? (a === null) - (b === null)
    : way * (typeof a === "string" ? byName(a, b) : a - b));
  [...(shown.tHead ? shown.tHead.rows[0].cells : [])].forEach((head, at) => {
    head.ariaSort = at === by ? (way > 0 ? "ascending" : "descending") : "none";
  });
  const inOrder = [...rows].sort((a, b) => compared(key(a), key(b)) || byName(a[0], b[0]));
  shown.tBodies[0].replaceChildren(...inOrder.map(([head, ...figures]) => {
    const row = document.createElement("tr"), first = document.createElement("th");
    first.scope = "row";
    first.textContent = head;
    row.append(first, ...figures.map(([, text]) => {
      const one = document.createElement("td");
      one.className = "figure";
      one.textContent = text;
      return one;
    }));
    return row;
  }));
}

function sort(name, by) {
  const [before, way] = orders[name];
  orders[name] = [by, before === by ? -way : by ? -1 : 1];
  table(name, tables[name] || []);
}

function points(source, found) {
  const to = map && map.getSource(source), text = JSON.stringify(found);
  if (!to || drawn[source] === text) return;
  drawn[source] = text;
  to.setData({ type: "FeatureCollection", features: found.map(({ route = [], ...one }) => ({
    type: "Feature", properties: one, geometry: route.length
      ? { type: "LineString", coordinates: route } : { type: "Point", coordinates: [one.lon, one.lat] } })) });
}

function layers() {
  return [...document.querySelectorAll("[name=layer]:checked")].map((one) => one.value);
}

// A link holds the view, and the part of the city that somebody moved to: longitude, latitude, zoom.
function linked() {
  const week = iso(firstTime + Number($("at").value) * 7 * DAY);
  const view = new URLSearchParams({ city: state.city, kind: state.kind, week, weeks: $("weeks").value, layers: layers().join(",") });
  const quantity = $("quantity").value || state.quantity;
  if ($("event").value) view.set("event", $("event").value);
  if (quantity) view.set("quantity", quantity);
  if (seen) view.set("seen", seen.join(","));
  for (const link of document.querySelectorAll("[data-file]")) {
    link.href = `${BASE}/squares.${link.dataset.file}?${new URLSearchParams({ city: state.city, kind: state.kind, week, weeks: $("weeks").value, lang: state.language })}`;
  }
  history.replaceState(null, "", `${BASE}?${view}`);
  for (const kept of document.querySelectorAll("form [type=hidden]")) kept.value = view.get(kept.name) || "";
  for (const link of document.querySelectorAll("[hreflang]")) {
    view.set("lang", link.hreflang);
    link.href = `${BASE}?${view}`;
  }
  return week;
}

// What is asked of the server waits until the clock stands still.
async function settled() {
  const week = linked();
  tell(Infinity);
  const mine = ++turn;
  $("measured").textContent = "";
  $("measures").replaceChildren();
  figures = [];
  points("present", []);
  table("present", []);
  if (!layers().includes("present")) return;
  try {
    const answer = await asked(`present.json?city=${state.city}&week=${week}`);
    if (mine !== turn) return;
    figures = answer.figures;
    offer([...new Set(figures.filter((one) => one.lon !== null).map((one) => one.quantity))]);
    measured();
  } catch (error) { $("measured").textContent = said(words.failed, error.message); }
}

// What may be chosen is what was measured at a place in this week.
function offer(quantities) {
  const chosen = $("quantity").value || state.quantity, none = $("quantity").options[0];
  // A week without it forgets nothing of what was asked for.
  state.quantity = chosen;
  $("quantity").replaceChildren(none, ...quantities.map((quantity) => {
    const one = document.createElement("option");
    one.value = quantity;
    one.textContent = measure(quantity, "")[0];
    one.selected = quantity === chosen;
    return one;
  }));
}

// One quantity has classes and a legend of its own; where all of its hours are withheld, the place is a ring.
function coloured() {
  const chosen = $("quantity").value, placed = figures.filter((one) => one.quantity === chosen && one.lon !== null);
  const ends = breaksOf(placed.filter((one) => one.mean !== null).map((one) => one.mean));
  const [name, unit] = placed.length ? measure(chosen, placed[0].unit) : ["", ""], title = document.createElement("b");
  title.textContent = unit ? `${name} (${unit})` : name;
  const most = Math.max(...placed.map((one) => one.mean ?? -Infinity));
  const steps = Number.isFinite(most) ? [...ends, most].map((end, n) => entry(inkOf(end, MEASURES, ends), ranged(ends[n - 1], end), true)) : [];
  if (placed.some((one) => one.mean === null && one.withheld)) steps.push(entry("#fff", words.withheld, true));
  $("measures").replaceChildren(...(placed.length ? [title, ...steps] : []));
  return placed.map((one) => ({ lon: one.lon, lat: one.lat, ink: one.mean === null ? "#fff" : inkOf(one.mean, MEASURES, ends),
    text: `${name}${words.colon} ${meanOf(one, unit)}` }));
}

function measured() {
  const places = new Map(), quantities = new Map();
  for (const one of figures) {
    const [quantity, unit] = measure(one.quantity, one.unit), name = unit ? `${quantity} (${unit})` : quantity;
    const known = quantities.get(name) || { places: 0, means: [], elsewhere: [], withheld: 0 };
    if (one.lon !== null) known.withheld += one.withheld;
    // What is measured outside the squares is of no place here; the weather is of none anywhere.
    if (one.lon !== null) known.places += 1;
    if (one.mean !== null) (one.lon === null ? known.elsewhere : known.means).push(one.mean);
    quantities.set(name, known);
    if (one.lon === null) continue;
    const place = `${one.lon},${one.lat}`, before = places.get(place);
    const text = `${quantity}${words.colon} ${meanOf(one, unit)}`;
    places.set(place, { lon: one.lon, lat: one.lat, text: before ? `${before.text}; ${text}` : text });
  }
  $("measured").textContent = figures.length ? saidOf(places.size, words.figures) : words.no_figures;
  table("present", [...quantities].map(([name, { places: count, means: placed, elsewhere, withheld }]) => {
    const means = count ? placed : elsewhere;
    const [least, most] = [told(Math.min(...means)), told(Math.max(...means))];
    const span = !means.length ? missing(withheld) : least === most ? least : `${least} – ${most}`;
    const text = withheld && means.length ? `${span} (${saidOf(withheld, words.hours_withheld)})` : span;
    return [name, [count, count ? told(count) : "–"], [means.length ? Math.max(...means) : null, text]];
  }));
  const chosen = coloured();
  points("present", chosen.length ? chosen : [...places.values()]);
}

// A mean of the hours that are told says so: those withheld are never among its smallest by chance.
function meanOf({ mean, withheld }, unit) {
  if (mean === null) return missing(withheld);
  const text = `${told(mean)} ${unit}`.trim();
  return withheld ? `${text} (${saidOf(withheld, words.hours_withheld)})` : text;
}

function missing(withheld) {
  return withheld ? words.withheld : "–";
}

function step(by) {
  const at = Math.min(Math.max(Number($("at").value) + by, 0), lastWeek);
  $("at").value = at;
  show();
  return at < lastWeek;
}

function play() {
  const button = $("play"), label = button.textContent;
  button.textContent = button.dataset.stop;
  button.dataset.stop = label;
  if (playing) { clearInterval(playing); playing = null; settled(); return; }
  if (Number($("at").value) >= counts.weeks - 1) $("at").value = 0;
  playing = setInterval(() => { if (!step(1)) play(); }, PLAY_MS);
}

// ---- the map

function draw() {
  const canvas = document.createElement("canvas");
  canvas.width = ground.width;
  canvas.height = ground.height;
  frame = canvas.getContext("2d");
  try {
    map = new maplibregl.Map({
      container: "map", attributionControl: false, dragRotate: false, pitchWithRotate: false, touchPitch: false,
      ...(seen ? { center: seen.slice(0, 2), zoom: seen[2] } : { bounds: around(), fitBoundsOptions: { padding: 12 } }),
      style: { version: 8, sources: {}, layers: [] },
    });
  } catch { $("picked").textContent = words.no_gl; return; }
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }));
  map.addControl(new maplibregl.ScaleControl());
  map.on("load", () => {
    const dark = matchMedia("(prefers-color-scheme: dark)").matches;
    const none = { type: "geojson", data: { type: "FeatureCollection", features: [] } };
    // Areas meet their neighbours: what a tile holds of the next one, and edges drawn twice, only cost time at each step.
    map.addSource("areas", { type: "geojson", data: ground.outlines, buffer: 16 });
    map.addSource("cells", { type: "canvas", canvas, coordinates: ground.corners, animate: false });
    map.addSource("planned", none);
    map.addSource("present", none);
    map.addLayer({ id: "ground", type: "fill", source: "areas", paint: { "fill-antialias": false, "fill-color": dark ? "#2a303b" : "#ffffff" } });
    map.addLayer({ id: "cells", type: "raster", source: "cells", paint: { "raster-resampling": "nearest", "raster-fade-duration": 0 } });
    map.addLayer({ id: "areas", type: "line", source: "areas", paint: { "line-color": dark ? "#a9b2bf" : "#4c5561", "line-width": 0.7 } });
    map.addLayer({ id: "present", type: "circle", source: "present", paint: {
      "circle-radius": ["case", ["has", "ink"], 8, 5], "circle-color": ["coalesce", ["get", "ink"], FIGURE],
      "circle-stroke-color": ["case", ["has", "ink"], FIGURE, "#fff"], "circle-stroke-width": ["case", ["has", "ink"], 2, 1] } });
    const ink = ["case", ["get", "conflict"], CONFLICT, EVENT], is = (kind) => ["==", ["geometry-type"], kind];
    map.addLayer({ id: "routes", type: "line", source: "planned", filter: is("LineString"),
      layout: { "line-cap": "round", "line-join": "round" }, paint: { "line-color": ink, "line-width": 4 } });
    map.addLayer({ id: "planned", type: "circle", source: "planned", filter: is("Point"), paint: {
      "circle-radius": ["case", ["get", "conflict"], 6, 4], "circle-color": ink,
      "circle-stroke-color": "#fff", "circle-stroke-width": 1 } });
    map.on("click", picked);
    map.on("moveend", (event) => {
      // The map also moves by itself, as its frame changes.
      if (!event.originalEvent) return;
      const { lng, lat } = map.getCenter();
      seen = [+lng.toFixed(5), +lat.toFixed(5), +map.getZoom().toFixed(2)];
      linked();
    });
    // By keyboard the map is moved with arrows; what lies in its middle is told.
    map.getCanvas().addEventListener("keydown", (event) => {
      if (event.key === "Enter") picked({ point: map.project(map.getCenter()), lngLat: map.getCenter() });
    });
    show();
    map.once("idle", () => { document.body.dataset.map = "ready"; });
  });
}

// Outlines may reach beyond the squares, whose middles they hold.
function around() {
  const points = [...ground.corners], walk = (part) => (typeof part[0] === "number" ? points.push(part) : part.forEach(walk));
  for (const area of ground.outlines.features) walk(area.geometry.coordinates);
  const most = (pick, at) => points.reduce((found, point) => pick(found, point[at]), points[0][at]);
  return [[most(Math.min, 0), most(Math.min, 1)], [most(Math.max, 0), most(Math.max, 1)]];
}

function picked(event) {
  const [one] = map.queryRenderedFeatures(event.point, { layers: ["planned", "routes", "present"] }), told_of = one && one.properties;
  spot = told_of ? null : event.lngLat;
  if (spot) pick(spot);
  else $("picked").textContent = told_of.text || [words.kinds[told_of.kind] || told_of.kind,
    said(words.from_to, told_of.starts.replace("T", " "), told_of.ends.replace("T", " ")),
    told_of.persons ? saidOf(told_of.persons, words.persons) : "", told_of.conflict ? words.in_conflict : ""].filter(Boolean).join("; ");
}

// What was clicked stays what is told of when the clock goes on.
function pick(at) {
  const cell = cellAt(at);
  if (cell === undefined) { $("picked").textContent = words.outside; return; }
  const [row, col, area] = ground.cells[cell], name = area >= 0 ? ground.areas[area][1] : words.outside;
  const count = sums[cell], unit = counted(count, isLikely ? words.expected_of_it : words.incidents_of_it);
  // Of a week after the last one nothing is known, not that nothing happened.
  const figure = isLikely || Number($("at").value) < counts.weeks ? `${told(count)} ${unit}` : "–";
  $("picked").textContent = `${name} (${row}:${col})${words.colon} ${figure}${isLikely ? beside(cell) : ""}`;
  if (area < 0) return;
  const link = document.createElement("a"), here = new URLSearchParams({ area: ground.areas[area][0] });
  link.href = `${$("by-area").href}&${here}#area`;
  link.textContent = words.why;
  $("picked").append(" ", link);
}

// Beside what is expected stand its bound, which types together have none of, and what plain counts say.
function beside(cell) {
  const at = counts.likely.cell.indexOf(cell);
  if (at < 0) return "";
  const { upper, baseline } = counts.likely, most = upper[at];
  return `${most === null ? "" : said(words.at_most, told(most))}${said(words.by_counts, told(baseline[at]))}`;
}

// The square under a point: the frame is nearly a parallelogram in degrees.
function cellAt({ lng, lat }) {
  const [nw, ne, , sw] = ground.corners;
  const a = [ne[0] - nw[0], ne[1] - nw[1]], b = [sw[0] - nw[0], sw[1] - nw[1]], p = [lng - nw[0], lat - nw[1]];
  const size = a[0] * b[1] - a[1] * b[0];
  const col = Math.floor(((p[0] * b[1] - p[1] * b[0]) / size) * ground.width) + ground.col;
  const row = ground.row + ground.height - 1 - Math.floor(((a[0] * p[1] - a[1] * p[0]) / size) * ground.height);
  const found = ground.cells.findIndex(([r, c]) => r === row && c === col);
  return found < 0 ? undefined : found;
}

async function begin() {
  // MapLibre is read meanwhile: it comes after this script, and before the document is done.
  const scripts = new Promise((done) => { document.addEventListener("DOMContentLoaded", done, { once: true }); });
  try {
    const city = `city=${state.city}`;
    const [places, weeks, events] = await Promise.all([
      asked(`ground.json?${city}`), asked(`weeks.json?${city}&kind=${state.kind}`), asked(`planned.json?${city}`)]);
    ground = places; counts = weeks; planned = events.events; conflicts = events.conflicts;
  } catch (error) { $("said").textContent = said(words.failed, error.message); return; }
  if (!counts.first || !ground.corners) { $("said").textContent = words.nothing; return; }
  firstTime = Date.parse(`${counts.first}T00:00:00Z`);
  starts = new Uint32Array(counts.weeks + 1);
  counts.week.forEach((week) => { starts[week + 1]++; });
  for (let week = 0; week < counts.weeks; week++) starts[week + 1] += starts[week];
  const rank = (text) => Math.floor((Date.parse(`${text.slice(0, 10)}T00:00:00Z`) - firstTime) / (7 * DAY));
  likelyAt = counts.likely ? rank(counts.likely.week) : -1;
  // A likely week that has happened meanwhile is a week of the past.
  if (likelyAt < counts.weeks) likelyAt = -1;
  // A plan for another century is no reason for a clock of as many weeks.
  const plans = planned.reduce((most, one) => Math.max(most, rank(one.ends)), 0);
  lastWeek = Math.max(counts.weeks - 1, likelyAt, Math.min(plans, counts.weeks + MOST_AHEAD));
  $("at").max = lastWeek;
  $("at").value = state.week ? Math.min(Math.max(rank(state.week), 0), lastWeek) : counts.weeks - 1;
  scale();
  $("at").addEventListener("input", show);
  for (const name of new Set(planned.map((one) => one.kind))) {
    const one = document.createElement("option");
    one.value = name;
    one.textContent = words.kinds[name] || name;
    one.selected = name === state.event;
    $("event").append(one);
  }
  for (const head of document.querySelectorAll("thead [data-by]")) {
    head.addEventListener("click", () => sort(head.closest("table").dataset.table, Number(head.dataset.by)));
  }
  $("event").addEventListener("change", show);
  $("quantity").addEventListener("change", () => { state.quantity = $("quantity").value; settled(); });
  $("weeks").addEventListener("change", () => { show(); scale(); show(); });
  for (const box of document.querySelectorAll("[name=layer]")) box.addEventListener("change", show);
  $("earlier").addEventListener("click", () => step(-1));
  $("later").addEventListener("click", () => step(1));
  $("play").addEventListener("click", play);
  show();
  await scripts;
  draw();
}

begin();
