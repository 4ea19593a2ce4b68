// Horizontal plots of a record a row: its label has a line of its own above what is drawn of it, so that names of
// any length find room on a screen of any width.

/** @import { Options, Part, Row, TableSpec } from "./types.js" */
import { legend, valueAxis } from "./axes.js";
import { recordColumn, STANDINGS } from "./columns.js";
import { page } from "./data.js";
import { absent, significant } from "./format.js";
import { LETTER, naming, wrap } from "./labels.js";
import { backendInk, backendPlace, shade, style } from "./theme.js";

const LINE = 14;

/** The room around bands. */
export const BANDS = { left: 4, right: 24, top: 34, bottom: 46 };

/**
 * The lines of each row's label at a width, the height that a band needs for the tallest, and that of all.
 * @param {Row[]} rows
 * @param {number} width
 */
export function bandsOf(rows, width) {
  const name = naming(rows);
  const letters = Math.max(20, Math.floor((width - 50) / LETTER));
  const labels = rows.map((row) => wrap(name(row), letters));
  const band = Math.max(32, Math.max(0, ...labels.map((lines) => lines.length)) * LINE + 8);
  return { labels, band, height: rows.length * 2 * band };
}

/** Styles of text in the colours of the backends, by the numbers of these. */
const inks = () =>
  Object.fromEntries(
    page().backends.map((backend) => [
      `b${backendPlace(backend)}`,
      { color: backendInk(backend), fontSize: 13 },
    ]),
  );

/**
 * Categories for the axis: for each row its label, then its place.
 * @param {Row[]} rows
 * @param {number} width
 * @returns {Options}
 */
export function bandAxis(rows, width) {
  const { labels, band } = bandsOf(rows, width);
  return {
    type: "category",
    inverse: true,
    data: rows.flatMap((_row, place) => [`label-${place}`, `row-${place}`]),
    axisLine: { show: false },
    axisTick: { show: false },
    splitLine: { show: false },
    z: 10,
    axisLabel: {
      inside: true,
      margin: 2,
      interval: 0,
      align: "left",
      verticalAlign: "bottom",
      lineHeight: LINE,
      color: style("--text"),
      rich: inks(),
      padding: [0, 0, -band / 2 + 4, 0],
      formatter: bandLabel(rows, labels),
    },
  };
}

/**
 * What is written at a category.
 * @param {Row[]} rows
 * @param {string[][]} labels
 */
const bandLabel = (rows, labels) => (/** @type {string} */ category) => {
  const [kind, place] = category.split("-");
  const row = rows[Number(place)];
  return kind === "label" ? `{b${backendPlace(row.backend)}|●} ${labels[Number(place)].join("\n")}` : "";
};

/**
 * How bars are drawn.
 * @typedef {object} Bars
 * @property {string} unit
 * @property {boolean} stacked whether the parts are those of a whole
 * @property {number} width
 * @property {(value: number) => string} show
 */

/**
 * Bars of parts: hue tells the backend, shade the part.
 * @param {Row[]} rows
 * @param {Part[]} parts
 * @param {Bars} bars
 */
export function barsOption(rows, parts, bars) {
  const amount = (/** @type {number} */ place) => 1 - (0.82 * place) / Math.max(1, parts.length - 1);
  return {
    height: bandsOf(rows, bars.width).height + BANDS.top + BANDS.bottom,
    grid: BANDS,
    legend: legend(),
    xAxis: valueAxis(bars.unit),
    yAxis: bandAxis(rows, bars.width),
    series: parts.map((part, place) => barSeries(rows, part, amount(place), bars)),
  };
}

/**
 * The bars of one part.
 * @param {Row[]} rows
 * @param {Part} part
 * @param {number} amount how much there is of the backend's colour
 * @param {Bars} bars
 */
function barSeries(rows, part, amount, { stacked, show }) {
  const name = naming(rows);
  const bar = (/** @type {Row} */ row) => {
    const value = part.value(row);
    if (absent(value)) return null;
    const itemStyle = {
      color: shade(backendInk(row.backend), amount),
      borderColor: style("--surface"),
      borderWidth: stacked ? 0.5 : 0,
    };
    return { value, place: row.place, lines: [name(row), `${part.title}: ${show(value)}`], itemStyle };
  };
  return {
    type: "bar",
    name: part.title,
    stack: stacked ? "all" : undefined,
    barGap: "8%",
    barCategoryGap: stacked ? "25%" : "6%",
    color: shade(style("--neutral"), amount),
    data: rows.flatMap((row) => [null, bar(row)]), // nothing at its label
  };
}

/**
 * The table behind bars.
 * @param {string} caption
 * @param {Row[]} rows
 * @param {Part[]} parts
 * @param {string} unit
 * @returns {TableSpec<Row>}
 */
export const barsTable = (caption, rows, parts, unit) => ({
  caption,
  rows,
  groups: STANDINGS,
  columns: [
    recordColumn(naming(rows)),
    ...parts.map((part) => ({
      ...part,
      unit,
      numeric: true,
      cell: (/** @type {Row} */ row) => significant(part.value(row)),
    })),
  ],
});
