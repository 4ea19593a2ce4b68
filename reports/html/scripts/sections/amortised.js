// One input against amortised: what one waits for, and what each costs in a full batch.

/** @import { NumberName, Options, Row, TableSpec } from "../types.js" */
import { legend, logAxis } from "../axes.js";
import { BANDS, bandAxis, bandsOf } from "../bands.js";
import { conditionsColumn, figureColumn, NAME_COLUMNS, STANDINGS } from "../columns.js";
import { seconds, several } from "../format.js";
import { firstOf, naming } from "../labels.js";
import { addFigure } from "../plot.js";
import { OWN_TYPES } from "../sweeping.js";
import { backendInk, style } from "../theme.js";

/** @typedef {{ title: string, source: NumberName, symbol: string, filled: boolean }} End */

/** The ends of each record's line. @type {End[]} */
const ENDS = [
  { title: "one input", source: "derived.one_input_s", symbol: "circle", filled: true },
  { title: "per sample, batch full", source: "derived.full_batch_s", symbol: "diamond", filled: false },
];

/**
 * A line from one end to the other for each record.
 * @param {Row[]} rows
 * @param {number} width
 */
function amortisedOption(rows, width) {
  const values = rows.flatMap((row) => ENDS.map(({ source }) => Number(row[source])));
  return {
    height: bandsOf(rows, width).height + BANDS.top + BANDS.bottom,
    grid: BANDS,
    legend: legend(),
    xAxis: logAxis("seconds (log)", values),
    yAxis: bandAxis(rows, width),
    series: [...ENDS.map((end) => endMarks(rows, end)), ...rows.map(line)],
  };
}

/**
 * A mark for each record at one end.
 * @param {Row[]} rows
 * @param {End} end
 * @returns {Options}
 */
function endMarks(rows, { title, source, symbol, filled }) {
  const name = naming(rows);
  const data = rows.map((row, place) => {
    const ink = backendInk(row.backend);
    return {
      value: [row[source], `row-${place}`],
      place: row.place,
      lines: [name(row), `${title}: ${seconds(row[source])}`],
      itemStyle: { color: filled ? ink : style("--surface"), borderColor: ink, borderWidth: 2 },
    };
  });
  return { type: "scatter", name: title, symbol, symbolSize: 13, color: style("--neutral"), z: 3, data };
}

/**
 * The line between a record's marks.
 * @param {Row} row
 * @param {number} place
 * @returns {Options}
 */
const line = (row, place) => ({
  type: "line",
  silent: true,
  symbol: "none",
  color: backendInk(row.backend),
  lineStyle: { width: 2 },
  data: ENDS.map(({ source }) => [row[source], `row-${place}`]),
});

/**
 * The table behind it.
 * @param {Row[]} rows
 * @returns {TableSpec<Row>}
 */
const amortisedTable = (rows) => ({
  caption: "One input against amortised",
  rows,
  groups: STANDINGS,
  columns: [
    ...NAME_COLUMNS,
    figureColumn("Batch", "batch"),
    figureColumn("Batches", "derived.batches"),
    figureColumn("One input", "derived.one_input_s"),
    figureColumn("Per sample, batch full", "derived.full_batch_s"),
    figureColumn("Per sample, as run", "latency.per_sample_s"),
    figureColumn("In the clear, all samples", "latency.clear_model_s"),
    conditionsColumn,
  ],
});

/** How many records have times but no batches, said in a sentence. */
function leftOut(/** @type {Row[]} */ rows) {
  const own = rows.filter((row) => row["latency.evaluate_s"] !== null && OWN_TYPES.test(row.parameter_set));
  const records = several(own.length, "record is", "records are");
  return own.length ? `${records} left out: in a library's own types there are no batches.` : null;
}

/**
 * Records that have times of batches.
 * @param {HTMLElement} parent
 * @param {Row[]} rows
 */
export function amortised(parent, rows) {
  const batched = rows.filter((row) => row["derived.full_batch_s"]);
  const { shown, note } = firstOf(batched, 16);
  addFigure(parent, {
    title: "One input and per sample, seconds",
    note: [note, leftOut(rows)].filter(Boolean).join(" "),
    alt: `For each of ${shown.length} records the time that one input waits and the time per sample of a full batch.`,
    empty: shown.length ? null : "No record has times of batches.",
    option: (width) => amortisedOption(shown, width),
    table: () => amortisedTable(shown),
  });
}
