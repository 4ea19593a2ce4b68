// Levels: their course over the computation, and at which of them time is spent.

/** @import { Heat, Row, TableSpec, WholeRecord } from "../types.js" */
import { conditionsColumn, figureColumn, NAME_COLUMNS, STANDINGS } from "../columns.js";
import { course } from "../course.js";
import { wholes } from "../data.js";
import { seconds, significant } from "../format.js";
import { hasHeat, heatOption, heatTable, shares } from "../heat.js";
import { firstOf, naming } from "../labels.js";
import { compareNames } from "../order.js";
import { addFigure } from "../plot.js";
import { unprobed } from "../rows.js";
import { addTable } from "../table.js";
import { secondsBy } from "../timing.js";

const highestFirst = (/** @type {string} */ one, /** @type {string} */ other) => compareNames(other, one);

/**
 * The share of each level in the time of all primitives.
 * @param {string} name
 * @param {WholeRecord | undefined} record
 * @returns {Heat[]}
 */
function levelCells(name, record) {
  const sums = secondsBy(record, (primitive) =>
    primitive.level === null ? null : `level ${primitive.level}`,
  );
  return shares(name, [...sums], (level, s, percent) => [
    `${level}: ${seconds(s)}`,
    `${significant(percent)} % of all primitives`,
  ]);
}

/**
 * The heat map of records by levels.
 * @param {HTMLElement} parent
 * @param {Row[]} rows
 */
async function levelTimes(parent, rows) {
  const timed = rows.filter((row) => row["derived.timed_primitives"] && row["latency.evaluate_s"] !== null);
  const { shown, note } = firstOf(timed, 12);
  const found = new Map(await wholes(shown));
  const name = naming(shown);
  const cells = (/** @type {Row} */ row) => levelCells(name(row), found.get(row));
  addFigure(parent, {
    title: "Time by level, percent of all primitives",
    note,
    alt: "A heat map of records by levels; the brighter, the more of the time.",
    empty: hasHeat(shown, cells) ? null : "No record has times by level.",
    option: (width) => heatOption(shown, cells, { unit: "%", width, order: highestFirst }),
    table: () => heatTable("Share of time by level", shown, cells, "%", highestFirst),
  });
}

/**
 * Levels and refreshes of records that have them.
 * @param {Row[]} rows
 * @returns {TableSpec<Row>}
 */
const levelsTable = (rows) => ({
  caption: "Levels and refreshes by cell",
  rows: unprobed(rows).filter((row) => row["counts.levels_used"] !== null),
  columns: [
    ...NAME_COLUMNS,
    figureColumn("Levels used", "counts.levels_used"),
    figureColumn("Left after a refresh", "counts.levels_after_refresh"),
    figureColumn("Bootstraps", "counts.bootstraps"),
    figureColumn("Round trips", "counts.round_trips"),
    figureColumn("Rescales", "counts.rescales"),
    conditionsColumn,
  ],
  groups: STANDINGS,
});

/**
 * The course of levels, times by level, and a table of levels and refreshes.
 * @param {HTMLElement} parent
 * @param {Row[]} rows
 */
export async function levels(parent, rows) {
  await course(parent, rows);
  await levelTimes(parent, rows);
  addTable(parent, levelsTable(rows));
}
