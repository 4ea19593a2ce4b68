// What one operation costs at each level, backend beside backend: a table and a curve for each set of records
// whose primitives compare. Measured primitives and those of an evaluation are never in one.
import { legend, logAxis, valueAxis } from "../axes.js";
import { chooser, rechoose } from "../controls.js";
import { wholes } from "../data.js";
import { breakable, chip, el } from "../dom.js";
import { ABSENT, grouped, several } from "../format.js";
import { backendName, conditionsLink, processLinks, recordLink, statusChip } from "../links.js";
import {
  comparedPrimitives,
  comparedTitle,
  levelGroups,
  milliseconds,
  newestProcesses,
  operationFacts,
  operations,
} from "../operations.js";
import { addFigure, clearPlots } from "../plot.js";
import { processCount } from "../processes.js";
import { caseOf, distinct, endedOk, groupBy, STATUS, secureRow } from "../rows.js";
import { addTable } from "../table.js";
import { backendInk, backendSymbol } from "../theme.js";

const PRIMITIVE_TABLES = 6;

function operationCell(found, processes) {
  if (!found) return ABSENT;
  if (!found.processes) return [chip("plain", STATUS.unsupported), el("div", { class: "why" }, found.reason)];
  return [
    recordLink(found.row, el("strong", {}, milliseconds(found.s))),
    el(
      "div",
      { class: "why facts" },
      operationFacts(found, processes).map((fact) => el("span", {}, fact)),
    ),
  ];
}

/** A column for each backend of some rows, all as wide. */
function backendColumns(rows) {
  const backends = [...groupBy(rows, (row) => row.backend)];
  return backends.map(([name, processes]) => ({
    width: `${75 / backends.length}%`,
    title: name,
    unit: `ms, ${processCount(processes.length)}`,
    numeric: true,
    source:
      "latency.primitives: of each process the median of samples_s, else s / count; of these the median, and least–most",
    value: (line) => line.by[name]?.s ?? null,
    cell: (line) => operationCell(line.by[name], processes.length),
  }));
}

/** Who was measured, process by process, and which cells at the same place were not. */
function participants(rows, all) {
  const line = (row, ...content) => el("li", {}, backendName(row.backend), " ", content);
  const here = (row) => caseOf(row) === caseOf(rows[0]) && row.parameter_set === rows[0].parameter_set;
  const measured = [...groupBy(rows, (row) => row.backend).values()].map((processes) =>
    line(processes[0], processLinks({ ...processes[0], processes })),
  );
  const lacking = all
    .filter((row) => here(row) && !endedOk(row))
    .map((row) => line(row, recordLink(row, statusChip(row)), " ", row.reason));
  const conditions = el(
    "li",
    {},
    conditionsLink(rows[0]),
    `: ${several(rows[0]["environment.threads"], "thread")}`,
  );
  return el("ul", { class: "participants" }, conditions, measured, lacking);
}

function operationsTable(parent, rows, all, lines) {
  const box = el("div", { class: "compared" });
  addTable(box, {
    caption: `One operation, ${rows[0]["derived.measured"] ? "median" : "mean"} time: ${comparedTitle(rows)}`,
    rows: lines,
    groups: levelGroups(lines),
    columns: [
      { title: "Primitive", heading: true, value: (line) => line.name, cell: (line) => breakable(line.name) },
      ...backendColumns(rows),
    ],
  });
  box.append(participants(rows, all));
  parent.append(box);
}

function curveOption(rows, lines) {
  const backends = distinct(rows, "backend");
  const points = (name) =>
    lines
      .filter((line) => line.by[name]?.s)
      .sort((one, other) => one.level - other.level)
      .map((line) => ({ level: line.level, ...line.by[name] }));
  return {
    height: 340,
    grid: { left: 56, right: 16, top: 34, bottom: 44 },
    legend: legend(),
    xAxis: valueAxis("level", { minInterval: 1 }),
    yAxis: logAxis(
      "ms (log)",
      backends.flatMap(points).map((one) => 1e3 * one.s),
      { nameGap: 42 },
    ),
    series: backends.map((name) => ({
      type: "line",
      name,
      color: backendInk(name),
      symbol: backendSymbol(name),
      symbolSize: 8,
      lineStyle: { type: secureRow(rows[0]) ? "solid" : "dashed" },
      data: points(name).map((one) => ({
        value: [one.level, 1e3 * one.s],
        place: one.row.place,
        lines: [
          name,
          `level ${one.level}: ${milliseconds(one.s)} ms`,
          processCount(one.processes.length),
          ...operationFacts(one, one.processes.length),
        ],
      })),
    })),
  };
}

/** One primitive over levels, of one of the tables below. `compared`: [{title, rows, lines}]. */
function curves(parent, compared) {
  const named = ({ lines }) =>
    [
      ...new Set(
        lines
          .filter((line) => line.level !== null && Object.values(line.by).some((found) => found.s))
          .map((line) => line.name),
      ),
    ].sort();
  const drawn = compared.filter((one) => named(one).length);
  if (!drawn.length) return;
  const place = el("div");
  let [chosen, name] = [drawn[0], "rotate"];
  const draw = () => {
    const names = named(chosen);
    name = names.includes(name) ? name : names[0];
    rechoose(nameBox, names, name);
    const lines = chosen.lines.filter((line) => line.name === name && line.level !== null);
    addFigure(clearPlots(place), {
      title: `${name} by level, milliseconds: ${chosen.title}`,
      note: secureRow(chosen.rows[0]) ? null : "Dashed: INSECURE.",
      alt: "A line for each backend over levels.",
      option: () => curveOption(chosen.rows, lines),
      table: () => ({
        caption: `${name}: ${chosen.title}`,
        rows: lines,
        columns: [
          { title: "Level", heading: true, numeric: true, value: (line) => line.level },
          ...backendColumns(chosen.rows),
        ],
      }),
    });
  };
  const titles = drawn.map((one) => one.title);
  const ofBox =
    drawn.length > 1
      ? chooser("Of", titles, titles[0], (_title, number) => {
          chosen = drawn[number];
          draw();
        })
      : null;
  const nameBox = chooser("Primitive", [], name, (wanted) => {
    name = wanted;
    draw();
  });
  parent.append(el("div", { class: "choosers" }, ofBox, nameBox), place);
  draw();
}

export async function primitives(parent, rows) {
  const all = comparedPrimitives(rows);
  if (!all.length) {
    parent.append(el("p", { class: "empty" }, "No record has times of primitives."));
    return;
  }
  const shown = all.slice(0, PRIMITIVE_TABLES).map(newestProcesses);
  const compared = await Promise.all(
    shown.map(async (some) => ({
      title: comparedTitle(some),
      rows: some,
      lines: operations(await wholes(some)),
    })),
  );
  curves(parent, compared);
  for (const one of compared) operationsTable(parent, one.rows, rows, one.lines);
  if (all.length > shown.length)
    parent.append(
      el(
        "p",
        { class: "note" },
        `The first ${shown.length} of ${grouped(all.length)} tables; filter to see others.`,
      ),
    );
}
