// A map of case and parameter set by backend: what each cell reached, its record a click away.

/** @import { Content, Row } from "../types.js" */
import { page } from "../data.js";
import { breakable, captionOf, chip, el, note } from "../dom.js";
import { bytes, grouped, seconds, several } from "../format.js";
import { backendName, conditionsLink, recordLink, securityChip, statusChip } from "../links.js";
import { processCount, processesOf } from "../processes.js";
import { caseOf, endedOk, exact, groupBy, precision, secureRow, untrained } from "../rows.js";

/** How many rows the map has at most. */
const ROWS = 12;

/** Small print of a cell. */
const why = (/** @type {Content[]} */ ...content) => el("div", { class: "why" }, ...content);

/** What must be said of a record beside its numbers. */
const marks = (/** @type {Row} */ row) => [
  row["security.secure"] ? null : securityChip(row),
  untrained(row) ? chip("warn", "random weights", page().timing_only) : null,
];

/** Refreshes, memory and processes in a line. */
function facts(/** @type {Row} */ row) {
  const [bootstraps, trips] = [row["counts.bootstraps"], row["counts.round_trips"]];
  const processes = processesOf(row).length;
  return [
    bootstraps && several(bootstraps, "bootstrap"),
    trips && several(trips, "round trip"),
    `${bytes(row["memory.evaluator_peak_bytes"])} peak`,
    processes > 1 && `median of ${processCount(processes)}`,
  ]
    .filter(Boolean)
    .join(" · ");
}

/**
 * What a record reached, or why it did not end.
 * @param {Row} row
 * @param {Content[]} others
 */
function mapCell(row, others) {
  if (!endedOk(row)) {
    const link = recordLink(row, statusChip(row));
    return el("td", { class: "map off" }, link, marks(row), why(row.reason), others);
  }
  return el("td", { class: "map" }, mapTime(row), mapPrecision(row), why(facts(row)), marks(row), others);
}

/** Bits of precision, if they are known. */
function mapPrecision(/** @type {Row} */ row) {
  if (exact(row)) return el("div", {}, "exact");
  return row["ladder.precision_bits"] === null ? null : el("div", {}, `${precision(row)} bits of precision`);
}

/**
 * Time per sample, or what kind of record has none.
 * @param {Row} row
 * @returns {Content}
 */
function mapTime(row) {
  const time = row["latency.per_sample_s"];
  if (time !== null) return recordLink(row, el("strong", {}, seconds(time)), " per sample");
  if (row["derived.measured"]) {
    const link = el("a", { href: "#primitives" }, "times by level");
    return [recordLink(row, "primitives, one by one"), el("div", {}, link)];
  }
  return recordLink(row, row["derived.probed"] ? "no times: probed" : "no times");
}

/** The record that represents a backend's cell: its newest that has times, else its newest. */
export function representative(/** @type {Row[]} */ rows) {
  const times = (/** @type {Row} */ row) => row["latency.per_sample_s"] !== null || row["derived.measured"];
  return rows.findLast(times) ?? rows.findLast(endedOk) ?? rows.at(-1);
}

/**
 * A backend's cell of the map, and beside it what did not end ok.
 * @param {Row[]} rows
 * @param {boolean} mixed whether cells of the line were measured under several conditions
 */
function mapOfBackend(rows, mixed) {
  const chosen = representative(rows);
  if (!chosen) return el("td", { class: "map none" }, "not run");
  const failed = rows
    .filter((row) => row !== chosen && !endedOk(row))
    .map((row) => recordLink(row, statusChip(row)));
  const threads = `, ${several(chosen["environment.threads"], "thread")}`;
  return mapCell(chosen, [mixed ? why(conditionsLink(chosen), threads) : null, ...failed]);
}

/**
 * A line of the map.
 * @param {Row[]} group
 * @param {string[]} backends
 */
function mapLine(group, backends) {
  const [first] = group;
  const mixed = new Set(group.filter(endedOk).map((row) => row["derived.group"])).size > 1;
  const warning = mixed ? "; not all measured under the same conditions" : null;
  const set = why(breakable(first.parameter_set), warning);
  const cells = backends.map((name) =>
    mapOfBackend(
      group.filter((row) => row.backend === name),
      mixed,
    ),
  );
  return el("tr", {}, el("th", { scope: "row" }, breakable(caseOf(first)), set), cells);
}

/** The headings of the map. */
function mapHead(/** @type {string[]} */ backends) {
  const style = `width: ${76 / backends.length}%`;
  const cells = backends.map((name) => el("th", { scope: "col", style }, backendName(name)));
  return el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Case and parameter set"), cells));
}

/**
 * The map of all cells, those with secure records first.
 * @param {HTMLElement} parent
 * @param {Row[]} rows
 */
export function mapOfCells(parent, rows) {
  const backends = [...new Set(rows.map((row) => row.backend))].sort();
  const all = [...groupBy(rows, (row) => `${caseOf(row)}\n${row.parameter_set}`).values()];
  const secure = (/** @type {Row[]} */ group) => Number(group.some(secureRow));
  const lines = all.sort((one, other) => secure(other) - secure(one)).slice(0, ROWS);
  const table = el(
    "table",
    { class: "cells" },
    captionOf("Map of cells: the newest of each case and parameter set, by backend"),
    mapHead(backends),
    el(
      "tbody",
      {},
      lines.map((group) => mapLine(group, backends)),
    ),
  );
  const region = { class: "scroll", tabindex: "0", role: "region", "aria-label": "Map of cells" };
  parent.append(el("div", region, table));
  const cut = `The first ${ROWS} of ${grouped(all.length)} rows; filter to see others. The table below has them all.`;
  if (all.length > ROWS) parent.append(note(cut));
}
