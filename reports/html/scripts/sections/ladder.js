// The ladder: the same samples through original, HE-friendly, polynomial and encrypted.
import { valueAxis } from "../axes.js";
import { figureColumn, lossColumn, STANDINGS } from "../columns.js";
import { page } from "../data.js";
import { breakable, el } from "../dom.js";
import { ABSENT, fixed, grouped, significant } from "../format.js";
import { firstOf, naming } from "../labels.js";
import { recordLink } from "../links.js";
import { addFigure } from "../plot.js";
import { caseOf, groupBy, metric } from "../rows.js";
import { addTable } from "../table.js";
import { backendInk, backendSymbol, style } from "../theme.js";

const RUNGS = [
  ["ladder.original", "original"],
  ["ladder.he_friendly", "HE-friendly"],
  ["ladder.polynomial", "polynomial"],
  ["ladder.encrypted", "encrypted"],
];

const LADDERS = 4;

/** Encrypted records stand side by side around the last rung, so that equal ones do not hide each other. */
function rungPlace(place, count, rung) {
  return rung < 3 ? rung : 3 + (count > 1 ? (place / (count - 1) - 0.5) * 0.7 : 0);
}

/** An axis that shows differences, and no more of the rest than they need; never over 100 %. */
function room(percent) {
  if (!percent) return {};
  const pad = (extent) => Math.max(2, (extent.max - extent.min) * 0.3);
  return {
    min: (extent) => Math.max(0, Math.floor(extent.min - pad(extent))),
    max: (extent) => Math.min(100, Math.ceil(extent.max + pad(extent))),
    axisLine: { onZero: false },
  };
}

function ladderOption(rows, percent, width) {
  const name = naming(rows);
  const scale = (value) => (value === null ? null : percent ? 100 * value : value);
  const show = (value) => (percent ? `${fixed(value, 2)} %` : significant(value, 4));
  return {
    height: 260,
    grid: { left: 52, right: 16, top: 16, bottom: 34 },
    xAxis: {
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
        formatter: (value) => RUNGS[Math.round(value)]?.[1] ?? "",
      },
    },
    yAxis: valueAxis(percent ? "accuracy, %" : "perplexity", { scale: true, nameGap: 40, ...room(percent) }),
    series: rows.map((row, place) => ({
      type: "line",
      name: name(row),
      color: backendInk(row.backend),
      symbol: backendSymbol(row.backend),
      symbolSize: 9,
      lineStyle: { width: 1.5 },
      data: RUNGS.map(([source, title], rung) => ({
        value: [rungPlace(place, rows.length, rung), scale(row[source])],
        place: row.place,
        lines: [name(row), `${title}: ${show(scale(row[source]))}`],
      })).filter((point) => point.value[1] !== null),
    })),
  };
}

const ladderColumns = (name) => [
  { title: "Record", heading: true, value: name, cell: (row) => recordLink(row, breakable(name(row))) },
  ...RUNGS.map(([source, title]) => ({
    title,
    source,
    numeric: true,
    value: (row) => row[source],
    cell: (row) => metric(row, row[source]),
  })),
  lossColumn("Lost by conversion", "derived.loss_model"),
  lossColumn("Lost by encryption", "derived.loss_encryption"),
  lossColumn("Lost in all", "derived.loss_total"),
  figureColumn("Same label", "fraction", "ladder.label_agreement", (value) => fixed(value, 4)),
];

function heldOutTable(parent) {
  if (!page().held_out.length) return;
  const metricOf = (item, value) =>
    value === null
      ? ABSENT
      : item.metric === "accuracy"
        ? `${fixed(100 * value, 2)} %`
        : significant(value, 4);
  const rung = (title, name) => ({
    title,
    numeric: true,
    source: `ladder.held_out.${name}`,
    value: (item) => item[name],
    cell: (item) => metricOf(item, item[name]),
  });
  addTable(parent, {
    caption:
      "The clear rungs on whole held-out sets, whatever the filters: a line for each model that newest records are of. What is lost from rung to rung has 95 % intervals; positive is worse",
    rows: page().held_out,
    columns: [
      {
        title: "Case",
        heading: true,
        value: (item) => item.case,
        cell: (item) => el("a", { href: `#record-${item.place}` }, breakable(item.case)),
      },
      {
        title: "Samples",
        numeric: true,
        value: (item) => item.samples,
        cell: (item) => grouped(item.samples),
      },
      rung("Original", "original"),
      rung("HE-friendly", "he_friendly"),
      rung("Polynomial", "polynomial"),
      ...page().drifts.map((title, place) => ({
        title,
        numeric: true,
        source: "ladder.held_out.drifts",
        value: (item) => item.means[place] ?? null,
        cell: (item) => item.losses[place] ?? ABSENT,
      })),
    ],
  });
}

export function ladder(parent, rows) {
  const measured = rows.filter((row) => row["ladder.polynomial"] !== null);
  const cases = [...groupBy(measured, (row) => `${caseOf(row)}, ${row.samples} samples`).entries()];
  const grid = el("div", { class: "pair" });
  parent.append(grid);
  for (const [title, all] of cases.slice(0, LADDERS)) {
    const { shown, note } = firstOf(all, 16);
    const percent = shown[0]["ladder.metric"] === "accuracy";
    addFigure(grid, {
      title,
      note,
      alt: `A line for each of ${shown.length} records over the four rungs.`,
      option: (width) => ladderOption(shown, percent, width),
      table: () => ({ caption: title, rows: all, groups: STANDINGS, columns: ladderColumns(naming(all)) }),
    });
  }
  if (!cases.length)
    parent.append(
      el("p", { class: "empty" }, "No record has a metric: there are none, or their weights are random."),
    );
  if (cases.length > LADDERS)
    parent.append(
      el("p", { class: "note" }, `The first ${LADDERS} of ${cases.length} cases; filter to see others.`),
    );
  heldOutTable(parent);
}
