// Latency against precision, with the Pareto front of each group of comparable secure records.

/** @import { Options, Row, TableSpec } from "../types.js" */
import { legend, logAxis, valueAxis } from "../axes.js";
import { conditionsColumn, figureColumn, NAME_COLUMNS, precisionColumn, STANDINGS } from "../columns.js";
import { chooser } from "../controls.js";
import { el, emptyNote } from "../dom.js";
import { seconds } from "../format.js";
import { naming } from "../labels.js";
import { addFigure, clearPlots, MANY } from "../plot.js";
import { caseOf, endedOk, groupBy, precision, secureRow } from "../rows.js";
import { backendInk, backendSymbol, style } from "../theme.js";

const time = (/** @type {Row} */ row) => Number(row["latency.per_sample_s"]);

/** Where a row is on the plane. */
const position = (/** @type {Row} */ row) => [time(row), row["ladder.precision_bits"]];

/**
 * Points, and the fronts among them.
 * @param {Row[]} rows
 */
function frontOption(rows) {
  const up = { scale: true, nameGap: 32, boundaryGap: ["8%", "8%"] };
  return {
    height: 420,
    grid: { left: 48, right: 20, top: 40, bottom: 48 },
    legend: legend(),
    xAxis: logAxis("seconds per sample (log)", rows.map(time)),
    yAxis: valueAxis("precision, bits", up),
    series: [...fronts(rows).map(frontLine), ...dots(rows)],
  };
}

/** The rows on each front, the fastest first. */
export function fronts(/** @type {Row[]} */ rows) {
  const best = rows.filter((row) => row["derived.front"]);
  const groups = [...groupBy(best, (row) => row["derived.group"]).values()];
  return groups.map((group) => group.sort((one, other) => time(one) - time(other)));
}

/**
 * The line of a front.
 * @param {Row[]} group
 * @returns {Options}
 */
const frontLine = (group) => ({
  type: "line",
  name: "Pareto front",
  step: "end",
  symbol: "none",
  silent: true,
  z: 1,
  color: style("--muted"),
  lineStyle: { type: "dashed", width: 1.5 },
  data: group.map(position),
});

/** Points of each backend: filled where they are secure, hollow where they are not. */
function dots(/** @type {Row[]} */ rows) {
  const backends = [...new Set(rows.map((row) => row.backend))].sort();
  const size = rows.length > MANY ? 6 : 13;
  const name = naming(rows);
  return backends.flatMap((backend) =>
    [true, false].flatMap((secure) => {
      const own = rows.filter((row) => row.backend === backend && secureRow(row) === secure);
      return own.length ? [dotSeries(own, secure, size, name)] : [];
    }),
  );
}

/**
 * Points of one backend and standing.
 * @param {Row[]} rows
 * @param {boolean} secure
 * @param {number} symbolSize
 * @param {(row: Row) => string} name
 * @returns {Options}
 */
function dotSeries(rows, secure, symbolSize, name) {
  const [{ backend }] = rows;
  const color = backendInk(backend);
  const fill = secure ? color : "transparent";
  return {
    type: "scatter",
    name: secure ? backend : `${backend} (INSECURE)`,
    symbol: backendSymbol(backend),
    symbolSize,
    itemStyle: { color: fill, borderColor: color, borderWidth: 2, opacity: 0.9 },
    color,
    data: rows.map((row) => ({ value: position(row), place: row.place, lines: dotLines(row, name) })),
  };
}

/**
 * What is told of a point.
 * @param {Row} row
 * @param {(row: Row) => string} name
 */
const dotLines = (row, name) => [
  name(row),
  `${seconds(row["latency.per_sample_s"])} per sample`,
  `${precision(row)} bits`,
  row["derived.front"] ? "on the Pareto front" : "",
];

/**
 * The table behind it.
 * @param {string} title
 * @param {Row[]} rows
 * @returns {TableSpec<Row>}
 */
const frontTable = (title, rows) => ({
  caption: `${title}: latency and precision`,
  rows,
  groups: STANDINGS,
  columns: [
    ...NAME_COLUMNS,
    figureColumn("Per sample", "latency.per_sample_s"),
    precisionColumn,
    { title: "On the front", value: (row) => (row["derived.front"] ? "yes" : "no") },
    conditionsColumn,
  ],
});

/**
 * The figure of one case.
 * @param {HTMLElement} place
 * @param {string} title
 * @param {Row[]} rows
 */
function drawFront(place, title, rows) {
  addFigure(clearPlots(place), {
    title: `${title}: seconds per sample against bits of precision`,
    note: "Up and to the left is better. Filled: secure. Hollow: INSECURE, and never on a front.",
    renderer: rows.length > MANY ? "canvas" : "svg",
    alt: `${rows.length} records as points.`,
    option: () => frontOption(rows),
    table: () => frontTable(title, rows),
  });
}

/**
 * One case's plane, chosen among those that have both a time and a precision.
 * @param {HTMLElement} parent
 * @param {Row[]} rows
 */
export function front(parent, rows) {
  const placed = rows.filter(
    (row) => endedOk(row) && row["latency.per_sample_s"] && row["ladder.precision_bits"] !== null,
  );
  const cases = groupBy(placed, caseOf);
  const names = [...cases.keys()];
  if (!names.length) {
    parent.append(emptyNote("No record has both a time and a precision."));
    return;
  }
  const place = el("div");
  const draw = (/** @type {string} */ chosen) => drawFront(place, chosen, cases.get(chosen) ?? []);
  if (names.length > 1) parent.append(chooser("Case", names, names[0], draw).node);
  parent.append(place);
  draw(names[0]);
}
