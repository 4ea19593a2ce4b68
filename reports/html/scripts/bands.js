// Horizontal plots of a record a row: its label stands in a line of its own above what is drawn of it, so that
// names of any length find room on a screen of any width.
import { legend, valueAxis } from "./axes.js";
import { STANDINGS } from "./columns.js";
import { page } from "./data.js";
import { breakable } from "./dom.js";
import { significant } from "./format.js";
import { LETTER, naming, wrap } from "./labels.js";
import { recordLink } from "./links.js";
import { backendInk, backendPlace, shade, style } from "./theme.js";

const LINE = 14;

export const BANDS = { left: 4, right: 24, top: 34, bottom: 46 };

/** The lines of each row's label at a width, and the height that a band needs for the tallest. */
export function bandsOf(rows, width) {
  const name = naming(rows);
  const letters = Math.max(20, Math.floor((width - 50) / LETTER));
  const labels = rows.map((row) => wrap(name(row), letters));
  const band = Math.max(32, Math.max(0, ...labels.map((lines) => lines.length)) * LINE + 8);
  return { labels, band, height: rows.length * 2 * band };
}

/** Categories for the axis: for each row its label, then its place. */
export function bandAxis(rows, width) {
  const { labels, band } = bandsOf(rows, width);
  const rich = Object.fromEntries(
    page().backends.map((backend, place) => [`b${place}`, { color: backendInk(backend), fontSize: 13 }]),
  );
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
      rich,
      padding: [0, 0, -band / 2 + 4, 0],
      formatter: (category) => {
        const [kind, place] = category.split("-");
        return kind === "label"
          ? `{b${backendPlace(rows[place].backend)}|●} ${labels[place].join("\n")}`
          : "";
      },
    },
  };
}

/** A value at a row's place, nothing at its label. */
const onBands = (rows, item) => rows.flatMap((row) => [null, item(row)]);

/** Bars of parts: hue tells the backend, shade the part. `parts`: [{title, value: row → number or null}]. */
export function barsOption(rows, parts, { unit, stacked, width, show }) {
  const name = naming(rows);
  const amount = (place) => 1 - (0.82 * place) / Math.max(1, parts.length - 1);
  return {
    height: bandsOf(rows, width).height + BANDS.top + BANDS.bottom,
    grid: BANDS,
    legend: legend(),
    xAxis: valueAxis(unit),
    yAxis: bandAxis(rows, width),
    series: parts.map((part, place) => ({
      type: "bar",
      name: part.title,
      stack: stacked ? "all" : undefined,
      barGap: "8%",
      barCategoryGap: stacked ? "25%" : "6%",
      color: shade(style("--neutral"), amount(place)),
      data: onBands(rows, (row) => {
        const value = part.value(row);
        return value === null || value === undefined
          ? null
          : {
              value,
              place: row.place,
              lines: [name(row), `${part.title}: ${show(value)}`],
              itemStyle: {
                color: shade(backendInk(row.backend), amount(place)),
                borderColor: style("--surface"),
                borderWidth: stacked ? 0.5 : 0,
              },
            };
      }),
    })),
  };
}

/** The table behind bars. */
export function barsTable(caption, rows, parts, unit, scale = (value) => value) {
  const name = naming(rows);
  return {
    caption,
    rows,
    groups: STANDINGS,
    columns: [
      { title: "Record", heading: true, value: name, cell: (row) => recordLink(row, breakable(name(row))) },
      ...parts.map((part) => ({
        title: part.title,
        unit,
        numeric: true,
        source: part.source,
        value: part.value,
        cell: (row) => significant(scale(part.value(row))),
      })),
    ],
  };
}
