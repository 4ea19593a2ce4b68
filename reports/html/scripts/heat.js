// Heat maps of records by the names of their parts.

/** @import { Heat, Options, PlotEvent, Row, TableSpec } from "./types.js" */
import { amounts, namesAxis } from "./axes.js";
import { bandAxis, bandsOf } from "./bands.js";
import { recordColumn, STANDINGS } from "./columns.js";
import { significant } from "./format.js";
import { naming } from "./labels.js";
import { lettersOn, style } from "./theme.js";

/** The cells of a record. @typedef {(row: Row) => Heat[]} Cells */

/** An order of the parts' names. @typedef {(one: string, other: string) => number} Order */

/**
 * A heat map.
 * @param {Row[]} rows
 * @param {Cells} cells
 * @param {{ unit: string, width: number, order?: Order }} how
 */
export function heatOption(rows, cells, { unit, width, order }) {
  const found = rows.map(cells);
  const names = partNames(found, order);
  const [low, high] = extremes(found);
  const room = (width - 12) / names.length;
  const { axis, height } = namesAxis(names, room);
  const bottom = 48 + height;
  return {
    height: bandsOf(rows, width).height + 6 + bottom,
    grid: { left: 4, right: 8, top: 6, bottom },
    xAxis: axis,
    yAxis: bandAxis(rows, width),
    visualMap: amounts(low, high === low ? low + 1 : high, unit, 3),
    series: [heatSeries(marks(rows, found, [low, high]), room)],
  };
}

/** The least and the most value. */
function extremes(/** @type {Heat[][]} */ found) {
  const values = found.flat().flatMap((cell) => (cell.value === null ? [] : [cell.value]));
  return [Math.min(...values), Math.max(...values)];
}

/**
 * What is drawn of each cell that has a value.
 * @param {Row[]} rows
 * @param {Heat[][]} found
 * @param {number[]} extremes
 */
const marks = (rows, found, [low, high]) =>
  rows.flatMap((row, place) =>
    found[place].flatMap(({ name, value, lines }) => {
      if (value === null) return [];
      const label = { color: lettersOn((value - low) / (high - low || 1)) };
      return [{ value: [name, `row-${place}`, value], place: row.place, lines, label }];
    }),
  );

/**
 * Cells with their values in them where there is room.
 * @param {unknown[]} data
 * @param {number} room
 * @returns {Options}
 */
const heatSeries = (data, room) => ({
  type: "heatmap",
  itemStyle: { borderColor: style("--surface"), borderWidth: 1 },
  label: {
    show: room >= 30,
    fontSize: 11,
    formatter: (/** @type {PlotEvent} */ event) => significant(event.value[2], room >= 44 ? 3 : 2),
  },
  data,
});

/**
 * Whether there is anything to draw: the heat map of records that have no value has no amounts.
 * @param {Row[]} rows
 * @param {Cells} cells
 */
export const hasHeat = (rows, cells) => rows.some((row) => cells(row).some((cell) => cell.value !== null));

/**
 * The parts' names, in the order of the first record that has them, or in one that is given.
 * @param {Heat[][]} found
 * @param {Order} [order]
 */
export function partNames(found, order) {
  const names = [...new Set(found.flat().map((cell) => cell.name))];
  return order ? names.sort(order) : names;
}

/**
 * The table behind a heat map: a column a part.
 * @param {string} caption
 * @param {Row[]} rows
 * @param {Cells} cells
 * @param {string} unit
 * @param {Order} [order]
 * @returns {TableSpec<Row>}
 */
export function heatTable(caption, rows, cells, unit, order) {
  const found = new Map(rows.map((row) => [row, new Map(cells(row).map((cell) => [cell.name, cell.value]))]));
  const value = (/** @type {string} */ part) => (/** @type {Row} */ row) => found.get(row)?.get(part) ?? null;
  const column = (/** @type {string} */ part) => ({
    title: part,
    unit,
    numeric: true,
    value: value(part),
    cell: (/** @type {Row} */ row) => significant(value(part)(row)),
  });
  const names = partNames(rows.map(cells), order);
  return { caption, rows, groups: STANDINGS, columns: [recordColumn(naming(rows)), ...names.map(column)] };
}

/**
 * Shares of a sum as cells of a heat map.
 * @param {string} record how it is called
 * @param {[string, number][]} seconds the parts' names and seconds
 * @param {(name: string, s: number, percent: number) => string[]} lines
 * @returns {Heat[]}
 */
export function shares(record, seconds, lines) {
  const total = seconds.reduce((sum, [, s]) => sum + s, 0) || 1;
  return seconds.map(([name, s]) => {
    const percent = (100 * s) / total;
    return { name, value: percent, lines: [record, ...lines(name, s, percent)] };
  });
}
