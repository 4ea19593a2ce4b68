// One primitive over levels, a line for each backend, with the same numbers as a table.

/** @import { Column, Content, Row } from "./types.js" */
/** @import { Lacking, Line, Measured } from "./operations.js" */
import { legend, logAxis, valueAxis } from "./axes.js";
import { chooser, choosers, rechoose } from "./controls.js";
import { chip, el } from "./dom.js";
import { ABSENT, milliseconds } from "./format.js";
import { recordLink } from "./links.js";
import { isMeasured, measuredAt, measuredBy, operationFacts } from "./operations.js";
import { addFigure, clearPlots } from "./plot.js";
import { processCount } from "./processes.js";
import { groupBy, STATUS, secureRow } from "./rows.js";
import { backendInk, backendSymbol } from "./theme.js";

const SOURCE =
  "latency.primitives: of each process the median of samples_s, else s / count; of these the median, and least–most";
/** The primitive that is shown first, where it is there. */
const FIRST = "rotate";

/** Rows whose primitives compare, with a line for each primitive and level. @typedef {{ title: string, rows: Row[], lines: Line[] }} Compared */

/** A time at a level, with all that was measured there. @typedef {Measured & { level: number, s: number }} Point */

/**
 * What a backend took, or why it took nothing.
 * @param {Measured | Lacking | undefined} found
 * @param {number} processes
 * @returns {Content}
 */
function operationCell(found, processes) {
  if (!found) return ABSENT;
  if (!isMeasured(found))
    return [chip("plain", STATUS.unsupported), el("div", { class: "why" }, found.reason)];
  const facts = operationFacts(found, processes).map((fact) => el("span", {}, fact));
  const time = el("strong", {}, milliseconds(found.s));
  return [recordLink(found.row, time), el("div", { class: "why facts" }, facts)];
}

/**
 * A column for each backend of some rows, all as wide.
 * @param {Row[]} rows
 * @returns {Column<Line>[]}
 */
export function backendColumns(rows) {
  const backends = [...groupBy(rows, (row) => row.backend)];
  return backends.map(([name, processes]) => ({
    width: `${75 / backends.length}%`,
    title: name,
    unit: `ms, ${processCount(processes.length)}`,
    numeric: true,
    source: SOURCE,
    value: (line) => measuredBy(line, name)?.s,
    cell: (line) => operationCell(line.by[name], processes.length),
  }));
}

/**
 * A backend's times, from the lowest level up.
 * @param {Line[]} lines
 * @param {string} backend
 * @returns {Point[]}
 */
export function points(lines, backend) {
  const found = lines.flatMap((line) => {
    const measured = measuredBy(line, backend);
    if (!measured?.s || line.level === null) return [];
    return [{ ...measured, s: measured.s, level: line.level }];
  });
  return found.sort((one, other) => one.level - other.level);
}

/**
 * The line of one backend.
 * @param {Line[]} lines
 * @param {string} name
 * @param {boolean} secure
 */
const curve = (lines, name, secure) => ({
  type: "line",
  name,
  color: backendInk(name),
  symbol: backendSymbol(name),
  symbolSize: 8,
  lineStyle: { type: secure ? "solid" : "dashed" },
  data: points(lines, name).map((one) => ({
    value: [one.level, 1e3 * one.s],
    place: one.row.place,
    lines: pointLines(one, name),
  })),
});

/**
 * What is told of a point.
 * @param {Point} point
 * @param {string} backend
 */
const pointLines = (point, backend) => [
  backend,
  `level ${point.level}: ${milliseconds(point.s)} ms`,
  processCount(point.processes.length),
  ...operationFacts(point, point.processes.length),
];

/**
 * A line for each backend over levels.
 * @param {Row[]} rows
 * @param {Line[]} lines
 */
function curveOption(rows, lines) {
  const backends = [...new Set(rows.map((row) => row.backend))].sort();
  const times = backends.flatMap((name) => points(lines, name).map((one) => 1e3 * one.s));
  return {
    height: 340,
    grid: { left: 56, right: 16, top: 34, bottom: 44 },
    legend: legend(),
    xAxis: valueAxis("level", { minInterval: 1 }),
    yAxis: logAxis("ms (log)", times, { nameGap: 42 }),
    series: backends.map((name) => curve(lines, name, secureRow(rows[0]))),
  };
}

/** The primitives that were timed at any level. */
export function drawable(/** @type {Compared} */ { lines }) {
  const timed = lines.filter((line) => line.level !== null && measuredAt(line).some((found) => found.s));
  return [...new Set(timed.map((line) => line.name))].sort();
}

/**
 * The figure of one primitive.
 * @param {HTMLElement} place
 * @param {Compared} compared
 * @param {string} name
 */
function drawCurves(place, { title, rows, lines }, name) {
  const own = lines.filter((line) => line.name === name && line.level !== null);
  /** @type {Column<Line>} */
  const level = { title: "Level", heading: true, numeric: true, value: (line) => line.level };
  addFigure(clearPlots(place), {
    title: `${name} by level, milliseconds: ${title}`,
    note: secureRow(rows[0]) ? null : "Dashed: INSECURE.",
    alt: "A line for each backend over levels.",
    option: () => curveOption(rows, own),
    table: () => ({ caption: `${name}: ${title}`, rows: own, columns: [level, ...backendColumns(rows)] }),
  });
}

/**
 * One primitive over levels, both it and the records chosen.
 * @param {HTMLElement} parent
 * @param {Compared[]} compared
 */
export function curves(parent, compared) {
  const drawn = compared.filter((one) => drawable(one).length);
  if (!drawn.length) return;
  const place = el("div");
  let [chosen, name] = [drawn[0], FIRST];
  const draw = () => {
    const names = drawable(chosen);
    name = names.includes(name) ? name : names[0];
    rechoose(nameBox, names, name);
    drawCurves(place, chosen, name);
  };
  const chooseOf = (/** @type {string} */ _, /** @type {number} */ at) => {
    chosen = drawn[at];
    draw();
  };
  const chooseName = (/** @type {string} */ wanted) => {
    name = wanted;
    draw();
  };
  const titles = drawn.map((one) => one.title);
  const ofBox = drawn.length > 1 ? chooser("Of", titles, titles[0], chooseOf) : null;
  const nameBox = chooser("Primitive", [], name, chooseName);
  parent.append(choosers(ofBox, nameBox), place);
  draw();
}
