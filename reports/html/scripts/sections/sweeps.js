// Sweeps: how a measure changes with a parameter, a line for records that compare.

/** @import { Column, Row, TableSpec } from "../types.js" */
/** @import { Measure, Parameter } from "../sweeping.js" */
import { legend, valueAxis } from "../axes.js";
import { conditionsColumn, figureColumn, NAME_COLUMNS, STANDINGS } from "../columns.js";
import { chooser, choosers } from "../controls.js";
import { el, emptyNote } from "../dom.js";
import { grouped, significant } from "../format.js";
import { firstOf, naming } from "../labels.js";
import { addFigure, clearPlots, MANY } from "../plot.js";
import { endedOk, secureRow } from "../rows.js";
import { differing, measureOf, measureTitle, SWEPT, sweepLines } from "../sweeping.js";
import { backendInk, backendSymbol, style } from "../theme.js";

const NOTHING =
  "No parameter differs between the records; run a suite with several parameter sets, or with other --threads.";

/** A measure along a parameter. @typedef {{ parameter: Parameter, measure: Measure }} Chosen */

/**
 * Lines of rows that compare.
 * @param {Row[]} rows
 * @param {Chosen} chosen
 */
function sweepOption(rows, chosen) {
  const { source, title } = chosen.parameter;
  const lines = [...sweepLines(rows, source)];
  const whole = rows.every((row) => Number.isInteger(row[source]));
  const across = { scale: true, minInterval: whole ? 1 : undefined, boundaryGap: ["6%", "6%"] };
  const name = naming(rows);
  return {
    height: 400,
    grid: { left: 60, right: 20, top: 40, bottom: 48 },
    legend: legend(),
    xAxis: valueAxis(title, across),
    yAxis: valueAxis(measureTitle(chosen.measure), { nameGap: 44 }),
    series: lines.map(([line, group]) => ({ name: line, ...sweepSeries(group, chosen, name) })),
  };
}

/**
 * A line, filled where it is of secure records.
 * @param {Row[]} group
 * @param {Chosen} chosen
 * @param {(row: Row) => string} name
 */
function sweepSeries(group, { parameter: { title, source }, measure }, name) {
  const color = backendInk(group[0].backend);
  const secure = secureRow(group[0]);
  const refreshed = group[0]["counts.round_trips"] ? "dotted" : "solid";
  const value = measureOf(measure);
  const point = (/** @type {Row} */ row) => ({
    value: [row[source], value(row)],
    place: row.place,
    lines: [name(row), `${title}: ${row[source]}`, `${measureTitle(measure)}: ${significant(value(row))}`],
  });
  // Records that share a value of the parameter differ in something else: no line joins them.
  const apart = new Set(group.map((row) => row[source])).size === group.length;
  const sorted = [...group].sort((one, other) => Number(one[source]) - Number(other[source]));
  return {
    type: "line",
    color,
    symbol: backendSymbol(group[0].backend),
    symbolSize: 10,
    itemStyle: secure ? {} : { color: style("--surface"), borderColor: color, borderWidth: 2 },
    lineStyle: { type: secure ? refreshed : "dashed", width: apart ? 2 : 0 },
    data: sorted.map(point),
  };
}

/**
 * The table behind a sweep.
 * @param {string} caption
 * @param {Row[]} rows
 * @param {Chosen} chosen
 * @returns {TableSpec<Row>}
 */
function sweepTable(caption, rows, { parameter: { title, source }, measure }) {
  /** @type {Column<Row>} */
  const across = {
    title,
    source,
    numeric: true,
    value: (row) => row[source],
    cell: (row) => grouped(row[source]),
  };
  const up = figureColumn(measure.title, measure.source, measure.wanted);
  const columns = [...NAME_COLUMNS, across, up, conditionsColumn];
  return { caption, rows, groups: STANDINGS, columns };
}

/**
 * The figure of what was chosen.
 * @param {HTMLElement} place
 * @param {Row[]} rows
 * @param {Chosen} chosen
 */
function drawSweep(place, rows, chosen) {
  const { parameter, measure } = chosen;
  const both = rows.filter((row) => row[parameter.source] !== null && row[measure.source] !== null);
  const { shown, note } = firstOf(both, MANY);
  const title = `${measureTitle(measure)} by ${parameter.title}`;
  addFigure(clearPlots(place), {
    title,
    note: ["Hollow and dashed: INSECURE. Dotted: with round trips.", note].filter(Boolean).join(" "),
    renderer: shown.length > 200 ? "canvas" : "svg",
    alt: `${shown.length} records, a line for those that compare.`,
    empty: shown.length ? null : "No record has both.",
    option: () => sweepOption(shown, chosen),
    table: () => sweepTable(title, shown, chosen),
  });
}

/**
 * A measure along a parameter, both chosen.
 * @param {HTMLElement} parent
 * @param {Row[]} rows
 */
export function sweeps(parent, rows) {
  const ok = rows.filter(endedOk);
  const parameters = differing(ok);
  if (!parameters.length) {
    parent.append(emptyNote(NOTHING));
    return;
  }
  let chosen = { parameter: parameters[0], measure: SWEPT[0] };
  const place = el("div");
  const choose = (/** @type {Partial<Chosen>} */ change) => {
    chosen = { ...chosen, ...change };
    drawSweep(place, ok, chosen);
  };
  const titles = parameters.map(({ title }) => title);
  const measures = SWEPT.map(measureTitle);
  parent.append(
    choosers(
      chooser("Parameter", titles, titles[0], (_, at) => choose({ parameter: parameters[at] })),
      chooser("Measure", measures, measures[0], (_, at) => choose({ measure: SWEPT[at] })),
    ),
    place,
  );
  choose({});
}
