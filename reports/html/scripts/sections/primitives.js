// What one operation costs at each level, backend beside backend: a table and a curve for each set of records whose
// primitives compare. Measured primitives and those of an evaluation are never in one.

/** @import { Content, Row } from "../types.js" */
/** @import { Compared } from "../curves.js" */
/** @import { Line } from "../operations.js" */
import { backendColumns, curves } from "../curves.js";
import { wholes } from "../data.js";
import { breakable, el, emptyNote, note } from "../dom.js";
import { grouped, several } from "../format.js";
import { backendName, conditionsLink, processLinks, recordLink, statusChip } from "../links.js";
import {
  comparedPrimitives,
  comparedTitle,
  levelGroups,
  newestProcesses,
  operations,
} from "../operations.js";
import { caseOf, endedOk, groupBy } from "../rows.js";
import { addTable } from "../table.js";

/** How many tables are drawn. */
const TABLES = 6;

/**
 * A line of the list of who was measured.
 * @param {Row} row
 * @param {Content[]} content
 */
const participant = (row, ...content) => el("li", {}, backendName(row.backend), " ", content);

/**
 * Who was measured, process by process, and which cells at the same place were not.
 * @param {Row[]} rows
 * @param {Row[]} all
 */
function participants(rows, all) {
  const [first] = rows;
  const here = (/** @type {Row} */ row) =>
    caseOf(row) === caseOf(first) && row.parameter_set === first.parameter_set;
  const backends = [...groupBy(rows, (row) => row.backend).values()];
  const measured = backends.map((processes) =>
    participant(processes[0], processLinks({ ...processes[0], processes })),
  );
  const lacking = all
    .filter((row) => here(row) && !endedOk(row))
    .map((row) => participant(row, recordLink(row, statusChip(row)), " ", row.reason));
  const threads = `: ${several(first["environment.threads"], "thread")}`;
  const conditions = el("li", {}, conditionsLink(first), threads);
  return el("ul", { class: "participants" }, conditions, measured, lacking);
}

/**
 * The table of one set of records that compare.
 * @param {HTMLElement} parent
 * @param {Compared} compared
 * @param {Row[]} all
 */
function operationsTable(parent, { title, rows, lines }, all) {
  const box = el("div", { class: "compared" });
  addTable(box, {
    caption: `One operation, ${rows[0]["derived.measured"] ? "median" : "mean"} time: ${title}`,
    rows: lines,
    groups: levelGroups(lines),
    columns: [
      {
        title: "Primitive",
        heading: true,
        value: (line) => line.name,
        cell: (/** @type {Line} */ line) => breakable(line.name),
      },
      ...backendColumns(rows),
    ],
  });
  box.append(participants(rows, all));
  parent.append(box);
}

/**
 * Rows that compare, with the lines of their table.
 * @param {Row[]} rows
 * @returns {Promise<Compared>}
 */
async function comparedOf(rows) {
  const newest = newestProcesses(rows);
  return { title: comparedTitle(newest), rows: newest, lines: operations(await wholes(newest)) };
}

/**
 * Curves of one primitive, then a table for each set of records that compare.
 * @param {HTMLElement} parent
 * @param {Row[]} rows
 */
export async function primitives(parent, rows) {
  const all = comparedPrimitives(rows);
  if (!all.length) {
    parent.append(emptyNote("No record has times of primitives."));
    return;
  }
  const compared = await Promise.all(all.slice(0, TABLES).map(comparedOf));
  curves(parent, compared);
  for (const one of compared) operationsTable(parent, one, rows);
  const cut = `The first ${TABLES} of ${grouped(all.length)} tables; filter to see others.`;
  if (all.length > TABLES) parent.append(note(cut));
}
