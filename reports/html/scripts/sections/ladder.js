// The ladder: the same samples through original, HE-friendly, polynomial and encrypted.

/** @import { Metric, NumberName, Options, Row, TableSpec } from "../types.js" */
import { valueAxis } from "../axes.js";
import {
  figureColumn,
  lossColumns,
  NAME_COLUMNS,
  precisionColumn,
  recordColumn,
  STANDINGS,
  totalLossColumn,
} from "../columns.js";
import { el, emptyNote, note } from "../dom.js";
import { fixed } from "../format.js";
import { heldOut } from "../held_out.js";
import { firstOf, naming } from "../labels.js";
import { addFigure } from "../plot.js";
import { caseOf, cosine, groupBy } from "../rows.js";
import { addTable } from "../table.js";
import { backendInk, backendSymbol, style } from "../theme.js";
import { metricNamed, scoreAndNats } from "../units.js";

/** The stages of conversion (rungs). @type {{ source: NumberName, nats: NumberName, title: string }[]} */
const RUNGS = [
  { source: "ladder.original", nats: "ladder.nats.original", title: "original" },
  { source: "ladder.he_friendly", nats: "ladder.nats.he_friendly", title: "HE-friendly" },
  { source: "ladder.polynomial", nats: "ladder.nats.polynomial", title: "polynomial" },
  { source: "ladder.encrypted", nats: "ladder.nats.encrypted", title: "encrypted" },
];
/** How many ladders are drawn. */
const LADDERS = 4;

/**
 * Where a record is at a rung: encrypted ones are side by side around the last, so that equal ones do not hide each
 * other.
 * @param {number} place
 * @param {number} count
 * @param {number} rung
 */
export function rungPlace(place, count, rung) {
  if (rung < 3 || count === 1) return rung;
  return 3 + (place / (count - 1) - 0.5) * 0.7;
}

/** The least and the most on an axis, as the plotting library tells them. @typedef {{ min: number, max: number }} Extent */

/**
 * An axis that shows differences, and no more of the rest than they need; never beyond a metric's bounds. A metric
 * without bounds is left to the plotting library.
 * @param {Metric | undefined} metric
 */
export function bounded(metric) {
  if (!metric || metric.low === null || metric.high === null) return {};
  const { scale } = metric.format;
  const [low, high] = [scale * metric.low, scale * metric.high];
  const step = (high - low) / 100;
  const pad = (/** @type {Extent} */ { min, max }) => Math.max(2 * step, (max - min) * 0.3);
  return {
    min: (/** @type {Extent} */ extent) =>
      Math.max(low, Math.floor((extent.min - pad(extent)) / step) * step),
    max: (/** @type {Extent} */ extent) =>
      Math.min(high, Math.ceil((extent.max + pad(extent)) / step) * step),
    axisLine: { onZero: false },
  };
}

/** The axis of scores. */
function scoreAxis(/** @type {Metric | undefined} */ metric) {
  const title = [metric?.title, metric?.format.unit].filter(Boolean).join(", ");
  return valueAxis(title, { scale: true, nameGap: 40, ...bounded(metric) });
}

/**
 * The axis of the rungs.
 * @param {number} width
 * @returns {Options}
 */
const rungAxis = (width) => ({
  type: "value",
  min: -0.4,
  max: 3.5,
  splitLine: { show: false },
  axisTick: { show: false },
  axisLine: { lineStyle: { color: style("--line-strong") } },
  axisLabel: {
    customValues: [0, 1, 2, 3],
    fontSize: width < 420 ? 10 : 12,
    color: style("--text"),
    formatter: (/** @type {number} */ value) => RUNGS[Math.round(value)]?.title ?? "",
  },
});

/**
 * A line for each record.
 * @param {Row[]} rows
 * @param {number} width
 */
function ladderOption(rows, width) {
  const metric = metricNamed(rows[0]["ladder.metric"]);
  const name = naming(rows);
  return {
    height: 260,
    grid: { left: 52, right: 16, top: 16, bottom: 34 },
    xAxis: rungAxis(width),
    yAxis: scoreAxis(metric),
    series: rows.map((row, place) => ({
      type: "line",
      name: name(row),
      color: backendInk(row.backend),
      symbol: backendSymbol(row.backend),
      symbolSize: 9,
      lineStyle: { width: 1.5 },
      data: rungMarks(row, name(row), metric?.format.scale ?? 1, (rung) =>
        rungPlace(place, rows.length, rung),
      ),
    })),
  };
}

/**
 * A mark at each rung that was measured.
 * @param {Row} row
 * @param {string} name
 * @param {number} scale
 * @param {(rung: number) => number} at
 */
const rungMarks = (row, name, scale, at) =>
  RUNGS.flatMap(({ source, nats, title }, rung) => {
    const value = row[source];
    if (value === null) return [];
    const lines = [name, `${title}: ${scoreAndNats(row["ladder.metric"], value, row[nats])}`];
    return [{ value: [at(rung), scale * value], place: row.place, lines }];
  });

/**
 * The table behind a ladder.
 * @param {string} caption
 * @param {Row[]} rows
 * @returns {TableSpec<Row>}
 */
function ladderTable(caption, rows) {
  const rungs = RUNGS.map(({ source, nats, title }) => ({
    title,
    source,
    numeric: true,
    value: (/** @type {Row} */ row) => row[source],
    cell: (/** @type {Row} */ row) => scoreAndNats(row["ladder.metric"], row[source], row[nats]),
  }));
  const losses = [...lossColumns(rows), totalLossColumn(rows)];
  const agreement = figureColumn("Same label", "ladder.label_agreement");
  const columns = [recordColumn(naming(rows)), ...rungs, ...losses, agreement];
  return { caption, rows, groups: STANDINGS, columns };
}

/**
 * The figure of one case.
 * @param {HTMLElement} parent
 * @param {string} title
 * @param {Row[]} rows
 */
function ladderFigure(parent, title, rows) {
  const { shown, note } = firstOf(rows, 16);
  addFigure(parent, {
    title,
    note,
    alt: `A line for each of ${shown.length} records over the four rungs.`,
    option: (width) => ladderOption(shown, width),
    table: () => ladderTable(title, rows),
  });
}

/**
 * Of models that answer embeddings, how near the encrypted ones are to the polynomial model’s.
 * @param {Row[]} rows
 * @returns {TableSpec<Row>}
 */
const embeddingsTable = (rows) => ({
  caption: "Embeddings, which name no label: how near the encrypted ones are to the polynomial model’s",
  rows,
  groups: STANDINGS,
  columns: [
    ...NAME_COLUMNS,

    {
      title: "Cosine, the least of all samples",
      source: "ladder.cosine",
      numeric: true,
      value: (row) => row["ladder.cosine"],
      cell: (row) => fixed(row["ladder.cosine"], 6),
    },
    precisionColumn,
  ],
});

/**
 * A figure for each case, and the held-out ladders.
 * @param {HTMLElement} parent
 * @param {Row[]} rows
 */
export function ladder(parent, rows) {
  const measured = rows.filter((row) => row["ladder.polynomial"] !== null);
  const cases = [...groupBy(measured, (row) => `${caseOf(row)}, ${row.samples} samples`)];
  const grid = el("div", { class: "pair" });
  parent.append(grid);
  for (const [title, all] of cases.slice(0, LADDERS)) ladderFigure(grid, title, all);
  const embedded = rows.filter((row) => cosine(row));
  if (embedded.length) addTable(parent, embeddingsTable(embedded));
  const none = "No record has a metric: there are none, or their weights are random.";
  if (!cases.length && !embedded.length) parent.append(emptyNote(none));
  const cut = `The first ${LADDERS} of ${cases.length} cases; filter to see others.`;
  if (cases.length > LADDERS) parent.append(note(cut));
  heldOut(parent);
}
