// Measures over commits, with the steps that were found and the commits between which they lie.
import { valueAxis } from "../axes.js";
import { chooser, rechoose } from "../controls.js";
import { page, unpack } from "../data.js";
import { breakable, el } from "../dom.js";
import { fixed, significant } from "../format.js";
import { addFigure, clearPlots } from "../plot.js";
import { addTable } from "../table.js";
import { style } from "../theme.js";

const commitOf = (commit) => (commit ? commit.slice(0, 10) : "unknown");

const measureTitle = (series) => (series.machine ? `${series.measure} (${series.machine})` : series.measure);

const change = (step) => (step.before ? (100 * (step.after - step.before)) / Math.abs(step.before) : null);

function historyOption(series, steps) {
  const marks = steps.map((step) => ({
    xAxis: step.point,
    label: { formatter: step.commits, color: style("--text"), fontSize: 11 },
  }));
  return {
    height: 340,
    grid: { left: 70, right: 24, top: 28, bottom: 60 },
    xAxis: {
      type: "category",
      data: series.points.map(([, commit]) => commitOf(commit)),
      axisTick: { show: false },
      axisLabel: { color: style("--muted"), rotate: 40, fontSize: 11, hideOverlap: true },
      axisLine: { lineStyle: { color: style("--line-strong") } },
    },
    yAxis: valueAxis("", {
      scale: true,
      boundaryGap: ["8%", "8%"],
      minInterval: series.points.every(([, , value]) => Number.isInteger(value)) ? 1 : undefined,
    }),
    series: [
      {
        type: "line",
        color: style("--accent"),
        symbolSize: 7,
        data: series.points.map(([at, commit, value]) => ({
          value,
          lines: [
            commitOf(commit),
            at.slice(0, 16).replace("T", " "),
            `${series.measure}: ${significant(value, 4)}`,
          ],
        })),
        markLine: {
          symbol: "none",
          silent: true,
          lineStyle: { color: style("--bad"), type: "dashed" },
          data: marks,
        },
      },
    ],
  };
}

function stepsTable(parent, show) {
  const steps = page().steps;
  if (!steps.length) {
    parent.append(el("p", { class: "empty" }, "No measure went to another level."));
    return;
  }
  addTable(parent, {
    caption: "Steps: measures that went to another level, the newest first",
    rows: steps,
    columns: [
      {
        title: "Measure",
        heading: true,
        value: (step) => step.measure,
        cell: (step) =>
          el(
            "button",
            { type: "button", class: "link", onclick: () => show(step.series) },
            breakable(step.measure),
          ),
      },
      { title: "Commits", value: (step) => step.commits, cell: (step) => el("code", {}, step.commits) },
      {
        title: "Before",
        numeric: true,
        value: (step) => step.before,
        cell: (step) => significant(step.before, 4),
      },
      {
        title: "After",
        numeric: true,
        value: (step) => step.after,
        cell: (step) => significant(step.after, 4),
      },
      {
        title: "Change",
        unit: "%",
        numeric: true,
        value: change,
        cell: (step) => (change(step) > 0 ? "+" : "") + fixed(change(step), 1),
      },
      { title: "Gate", value: (step) => step.at, cell: (step) => step.at.slice(0, 16).replace("T", " ") },
      { title: "Cell", value: (step) => step.cell, cell: (step) => breakable(step.cell) },
      { title: "Machine", value: (step) => step.machine ?? "any", cell: (step) => step.machine ?? "any" },
    ],
  });
}

/** The line over commits of one series, with its numbers. */
function drawHistory(place, series, steps) {
  const title = measureTitle(series);
  addFigure(clearPlots(place), {
    title: `${title} over commits`,
    note: steps.length ? "Dashed: a step, and the commits between which it lies." : null,
    alt: `A line of ${series.points.length} gates with ${steps.length} steps.`,
    option: () => historyOption(series, steps),
    table: () => ({
      caption: title,
      rows: series.points,
      columns: [
        {
          title: "Commit",
          heading: true,
          value: ([, commit]) => commit,
          cell: ([, commit]) => el("code", {}, commitOf(commit)),
        },
        { title: "Gate", value: ([at]) => at, cell: ([at]) => at.slice(0, 16).replace("T", " ") },
        {
          title: "Value",
          numeric: true,
          value: ([, , value]) => value,
          cell: ([, , value]) => significant(value, 4),
        },
      ],
    }),
  });
}

export async function history(parent) {
  const all = (await unpack("history-series")).map((line) => JSON.parse(line));
  const place = el("div");
  const measures = (cell) => all.map((one, at) => ({ ...one, at })).filter((one) => one.cell === cell);
  const cells = [...new Set(all.map((one) => one.cell))];
  let chosen = Math.max(
    0,
    page().steps[0]?.series ?? all.findIndex((one) => one.measure === "latency.evaluate_s"),
  );
  const own = () => measures(all[chosen].cell);
  const toCell = (cell) =>
    show((measures(cell).find((one) => one.measure === all[chosen].measure) ?? measures(cell)[0]).at);
  const cellBox = chooser("Cell", cells, all[chosen].cell, toCell);
  const measureBox = chooser(
    "Measure",
    own().map(measureTitle),
    measureTitle(all[chosen]),
    (_title, number) => show(own()[number].at),
  );
  const show = (at) => {
    chosen = at;
    rechoose(cellBox, cells, all[at].cell);
    rechoose(measureBox, own().map(measureTitle), measureTitle(all[at]));
    drawHistory(
      place,
      all[at],
      page().steps.filter((step) => step.series === at),
    );
  };
  stepsTable(parent, show);
  parent.append(el("div", { class: "choosers" }, cellBox, measureBox), place);
  show(chosen);
}
