// Measures over commits, with the steps that were found and the commits between which they lie.

/** @import { Options, Series, Step, TableSpec } from "../types.js" */
import { valueAxis } from "../axes.js";
import { chooser, choosers, rechoose } from "../controls.js";
import { page, unpack } from "../data.js";
import { breakable, el, emptyNote } from "../dom.js";
import { fixed } from "../format.js";
import { addFigure, clearPlots } from "../plot.js";
import { addTable } from "../table.js";
import { style } from "../theme.js";
import { written } from "../units.js";

/** The measure that is shown first where nothing has a step. */
const FIRST = "latency.evaluate_s";

/** Digits of measures, which change by little from one commit to the next. */
const DIGITS = 4;

/** A series and its place among all. @typedef {Series & { at: number }} Placed */

const commitOf = (/** @type {string | null} */ commit) => (commit ? commit.slice(0, 10) : "unknown");

const minute = (/** @type {string} */ at) => at.slice(0, 16).replace("T", " ");

const measureTitle = (/** @type {Series} */ { measure, machine }) =>
  machine ? `${measure} (${machine})` : measure;

/** Percent by which a measure changed; null where it was 0. */
export const change = (/** @type {Pick<Step, "before" | "after">} */ { before, after }) =>
  before ? (100 * (after - before)) / Math.abs(before) : null;

/** The change with its sign. */
function changed(/** @type {Step} */ step) {
  const percent = change(step);
  return (percent !== null && percent > 0 ? "+" : "") + fixed(percent, 1);
}

/**
 * A line over commits, its steps marked.
 * @param {Series} series
 * @param {Step[]} steps
 */
function historyOption({ points, measure, unit }, steps) {
  const whole = points.every(([, , value]) => Number.isInteger(value));
  const data = points.map(([at, commit, value]) => ({
    value,
    lines: [commitOf(commit), minute(at), `${measure}: ${written(value, unit, DIGITS)}`],
  }));
  const up = { scale: true, boundaryGap: ["8%", "8%"], minInterval: whole ? 1 : undefined };
  return {
    height: 340,
    grid: { left: 70, right: 24, top: 28, bottom: 60 },
    xAxis: commitAxis(points.map(([, commit]) => commitOf(commit))),
    yAxis: valueAxis("", up),
    series: [{ type: "line", color: style("--accent"), symbolSize: 7, data, markLine: stepMarks(steps) }],
  };
}

/**
 * The axis of commits.
 * @param {string[]} commits
 * @returns {Options}
 */
const commitAxis = (commits) => ({
  type: "category",
  data: commits,
  axisTick: { show: false },
  axisLabel: { color: style("--muted"), rotate: 40, fontSize: 11, hideOverlap: true },
  axisLine: { lineStyle: { color: style("--line-strong") } },
});

/**
 * A dashed line at each step.
 * @param {Step[]} steps
 * @returns {Options}
 */
function stepMarks(steps) {
  const data = steps.map(({ point, commits }) => ({
    xAxis: point,
    label: { formatter: commits, color: style("--text"), fontSize: 11 },
  }));
  return { symbol: "none", silent: true, lineStyle: { color: style("--bad"), type: "dashed" }, data };
}

/**
 * The table of all steps.
 * @param {(series: number) => void} show
 * @returns {TableSpec<Step>}
 */
const stepsTable = (show) => ({
  caption: "Steps: measures that went to another level, the newest first",
  rows: page().steps,
  columns: [
    {
      title: "Measure",
      heading: true,
      value: (step) => step.measure,
      cell: ({ series, measure }) =>
        el("button", { type: "button", class: "link", onclick: () => show(series) }, breakable(measure)),
    },
    { title: "Commits", value: (step) => step.commits, cell: (step) => el("code", {}, step.commits) },
    {
      title: "Before",
      numeric: true,
      value: (step) => step.before,
      cell: (step) => written(step.before, step.unit, DIGITS),
    },
    {
      title: "After",
      numeric: true,
      value: (step) => step.after,
      cell: (step) => written(step.after, step.unit, DIGITS),
    },
    { title: "Change", unit: "%", numeric: true, value: change, cell: changed },
    { title: "Gate", value: (step) => step.at, cell: (step) => minute(step.at) },
    { title: "Cell", value: (step) => step.cell, cell: (step) => breakable(step.cell) },
    { title: "Machine", value: (step) => step.machine ?? "any" },
  ],
});

/**
 * The numbers of one series.
 * @param {Series} series
 * @returns {TableSpec<Series["points"][number]>}
 */
const historyTable = (series) => ({
  caption: measureTitle(series),
  rows: series.points,
  columns: [
    {
      title: "Commit",
      heading: true,
      value: ([, commit]) => commit,
      cell: ([, commit]) => el("code", {}, commitOf(commit)),
    },
    { title: "Gate", value: ([at]) => at, cell: ([at]) => minute(at) },
    {
      title: "Value",
      numeric: true,
      value: ([, , value]) => value,
      cell: ([, , value]) => written(value, series.unit, DIGITS),
    },
  ],
});

/**
 * The line over commits of one series, with its numbers.
 * @param {HTMLElement} place
 * @param {Series} series
 * @param {Step[]} steps
 */
function drawHistory(place, series, steps) {
  addFigure(clearPlots(place), {
    title: `${measureTitle(series)} over commits`,
    note: steps.length ? "Dashed: a step, and the commits between which it lies." : null,
    alt: `A line of ${series.points.length} gates with ${steps.length} steps.`,
    option: () => historyOption(series, steps),
    table: () => historyTable(series),
  });
}

/** The place of the series that is shown first: of the newest step, else of a time, else any. */
function firstShown(/** @type {Placed[]} */ all) {
  const [newest] = page().steps;
  return newest?.series ?? all.find((one) => one.measure === FIRST)?.at ?? 0;
}

/**
 * All steps, and one series, its cell and measure chosen.
 * @param {HTMLElement} parent
 */
export async function history(parent) {
  const lines = await unpack("history-series");
  const all = lines.map((line, at) => /** @type {Placed} */ ({ ...JSON.parse(line), at }));
  const ofCell = (/** @type {string} */ cell) => all.filter((one) => one.cell === cell);
  const cells = [...new Set(all.map((one) => one.cell))];
  const place = el("div");
  let chosen = all[firstShown(all)];
  const toCell = (/** @type {string} */ cell) => {
    const measures = ofCell(cell);
    show((measures.find((one) => one.measure === chosen.measure) ?? measures[0]).at);
  };
  const toMeasure = (/** @type {string} */ _, /** @type {number} */ at) => show(ofCell(chosen.cell)[at].at);
  const cellBox = chooser("Cell", cells, chosen.cell, toCell);
  const measureBox = chooser("Measure", [], "", toMeasure);
  const show = (/** @type {number} */ at) => {
    chosen = all[at];
    rechoose(cellBox, cells, chosen.cell);
    rechoose(measureBox, ofCell(chosen.cell).map(measureTitle), measureTitle(chosen));
    drawHistory(
      place,
      chosen,
      page().steps.filter((step) => step.series === at),
    );
  };
  if (page().steps.length) addTable(parent, stepsTable(show));
  else parent.append(emptyNote("No measure went to another level."));
  parent.append(choosers(cellBox, measureBox), place);
  show(chosen.at);
}
