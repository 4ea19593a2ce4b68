// The course of levels (the level profile): what the first batch was at as its computation went on, and where it was
// refreshed.

/** @import { Column, Options, Refresh, Row, TableSpec, TimedStretch } from "./types.js" */
import { legend, valueAxis } from "./axes.js";
import { chooser } from "./controls.js";
import { whole } from "./data.js";
import { el } from "./dom.js";
import { grouped, significant } from "./format.js";
import { firstOf, naming } from "./labels.js";
import { addFigure, clearPlots } from "./plot.js";
import { refreshName, stretchLines, timed, what } from "./stretches.js";
import { backendInk, shade, style } from "./theme.js";

/** @type {[Refresh, string][]} */
const REFRESH_SYMBOLS = [
  ["bootstrap", "triangle"],
  ["round_trip", "circle"],
];
const NOTE =
  "From left to right as the first batch was computed; the shade changes with the layer, grey where it was refreshed.";

/**
 * What the plotting library gives to who draws a mark.
 * @typedef {object} Drawer
 * @property {(place: number) => number} value
 * @property {(point: number[]) => [number, number]} coord
 * @property {(name: string) => string} visual
 */

/**
 * A rectangle from its first second to its last, from its lowest level to its highest; at least a line of it.
 * @param {unknown} _parameters
 * @param {Drawer} api
 */
function drawStretch(_parameters, api) {
  const [begins, ends, lowest, highest] = [0, 1, 2, 3].map((place) => api.value(place));
  const [left, top] = api.coord([begins, highest]);
  const [right, bottom] = api.coord([ends, lowest]);
  const shape = { x: left, y: top - 2, width: Math.max(right - left, 1), height: bottom - top + 4 };
  return { type: "rect", shape, style: { fill: api.visual("color") } };
}

/**
 * A rectangle for each stretch.
 * @param {Row} row
 * @param {TimedStretch[]} stretches
 * @returns {Options}
 */
function rectangles(row, stretches) {
  const ink = backendInk(row.backend);
  const rectangle = (/** @type {TimedStretch} */ stretch) => ({
    value: [stretch.begins, stretch.ends, stretch.lowest, stretch.highest],
    place: row.place,
    lines: stretchLines(stretch),
    itemStyle: { color: stretch.refresh ? style("--neutral") : shade(ink, stretch.shaded ? 0.55 : 1) },
  });
  const encode = { x: [0, 1], y: [2, 3] };
  return { type: "custom", renderItem: drawStretch, encode, data: stretches.map(rectangle) };
}

/**
 * A mark in the middle of each refresh of a kind.
 * @param {Row} row
 * @param {TimedStretch[]} stretches those of that kind
 * @param {Refresh} kind
 * @param {string} symbol
 */
const refreshMarks = (row, stretches, kind, symbol) => ({
  type: "scatter",
  name: refreshName(kind),
  symbol,
  symbolSize: 11,
  z: 3,
  color: style("--text"),
  itemStyle: { color: style("--text"), borderColor: style("--surface"), borderWidth: 1 },
  data: stretches.map((stretch) => ({
    value: [(stretch.begins + stretch.ends) / 2, stretch.highest],
    place: row.place,
    lines: stretchLines(stretch),
  })),
});

/**
 * Levels over time.
 * @param {Row} row
 * @param {TimedStretch[]} stretches
 */
function courseOption(row, stretches) {
  const marks = REFRESH_SYMBOLS.flatMap(([kind, symbol]) => {
    const refreshes = stretches.filter((stretch) => stretch.refresh === kind);
    return refreshes.length ? [refreshMarks(row, refreshes, kind, symbol)] : [];
  });
  const top = Math.max(...stretches.map((stretch) => stretch.highest)) + 1;
  return {
    height: 300,
    grid: { left: 44, right: 20, top: 34, bottom: 44 },
    legend: legend({ data: marks.map((series) => series.name) }),
    xAxis: valueAxis("seconds of the first batch", { max: stretches[stretches.length - 1].ends }),
    yAxis: valueAxis("level", { nameGap: 26, min: 0, minInterval: 1, max: top }),
    series: [rectangles(row, stretches), ...marks],
  };
}

/**
 * The table behind the course; a row each stretch.
 * @param {string} title
 * @param {TimedStretch[]} rows
 * @returns {TableSpec<TimedStretch>}
 */
function courseTable(title, rows) {
  const columns = [
    number("Highest level", (stretch) => stretch.highest),
    number("Lowest level", (stretch) => stretch.lowest),
    number("Instructions", (stretch) => stretch.count),
    number("Takes", (stretch) => stretch.s, "s"),
    number("Begins", (stretch) => stretch.begins, "s"),
  ];
  const first = { title: "In", value: what, heading: true };
  return { caption: `Course of levels: ${title}`, rows, columns: [first, ...columns] };
}

/**
 * A column of counts, or of seconds.
 * @param {string} title
 * @param {(stretch: TimedStretch) => number} value
 * @param {"s"} [unit]
 * @returns {Column<TimedStretch>}
 */
function number(title, value, unit) {
  const show = unit ? significant : grouped;
  return { title, value, unit, numeric: true, cell: (stretch) => show(value(stretch)) };
}

/**
 * One record's course, chosen among those that have one.
 * @param {HTMLElement} parent
 * @param {Row[]} rows
 */
export function course(parent, rows) {
  const withCourse = rows.filter((row) => row["derived.timed_course"]);
  const { shown, note } = firstOf(withCourse, 200);
  if (!shown.length) {
    addFigure(parent, { title: "The course of levels", empty: "No record has a course of levels." });
    return;
  }
  const names = shown.map(naming(shown));
  const place = el("div");
  let wanted = 0;
  const show = async (/** @type {string} */ title, /** @type {number} */ number) => {
    wanted = number;
    const stretches = timed((await whole(shown[number])).latency.course);
    if (wanted !== number) return; // another was chosen while this one was unpacked
    courseFigure(clearPlots(place), shown[number], title, stretches, note);
  };
  if (names.length > 1) parent.append(chooser("Record", names, names[0], show).node);
  parent.append(place);
  return show(names[0], 0);
}

/**
 * The figure of one record's course.
 * @param {HTMLElement} place
 * @param {Row} row
 * @param {string} title
 * @param {TimedStretch[]} stretches
 * @param {string | null} note
 */
function courseFigure(place, row, title, stretches, note) {
  const refreshes = stretches.filter((stretch) => stretch.refresh).length;
  addFigure(place, {
    title: `The course of levels: ${title}`,
    note: [NOTE, note].filter(Boolean).join(" "),
    alt: `${stretches.length} stretches by time and level; ${refreshes} of them are refreshes.`,
    option: () => courseOption(row, stretches),
    table: () => courseTable(title, stretches),
  });
}
