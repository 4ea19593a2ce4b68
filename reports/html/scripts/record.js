// A record in full: every name and every number as the store has it, but for the last digits of single times.

/** @import { Column, Row, WholeRecord } from "./types.js" */
import { allRows, page, whole } from "./data.js";
import { breakable, byId, chip, clear, el, note } from "./dom.js";
import { backendName, securityChip, statusChip } from "./links.js";
import { addressOf, untrained } from "./rows.js";
import { addTable } from "./table.js";

/** A block of a record. @typedef {Record<string, unknown>} Block */

const IDENTITY = [
  ...["run_id", "started_at", "suite", "case", "backend", "parameter_set"],
  ...["cell", "key", "status", "reason"],
];

const isNested = (/** @type {unknown} */ value) => value !== null && typeof value === "object";

/** A value that is neither a block nor a list. */
function plainValue(/** @type {unknown} */ value) {
  if (value === null) return el("span", { class: "absent" }, "null");
  if (typeof value === "number") return el("span", { class: "figure" }, String(value));
  return breakable(typeof value === "string" ? value : JSON.stringify(value));
}

/** A heading below that of the dialog; deep blocks have the lowest. */
const heading = (/** @type {number} */ level, /** @type {string} */ title) =>
  el(/** @type {"h3"} */ (`h${level}`), {}, title);

/**
 * Names and values of a block; blocks in it and lists follow under headings of their own.
 * @param {string} title
 * @param {Block} block
 * @param {number} level
 * @returns {HTMLElement}
 */
function blockView(title, block, level) {
  const entries = Object.entries(block);
  const plain = entries.filter(([, value]) => !isNested(value));
  const nested = entries.filter(([, value]) => isNested(value));
  const line = (/** @type {[string, unknown]} */ [name, value]) =>
    el("div", {}, el("dt", {}, name), el("dd", {}, plainValue(value)));
  return el(
    "section",
    {},
    heading(level, title),
    plain.length ? el("dl", {}, plain.map(line)) : null,
    nested.map(([name, value]) => nestedView(`${title}.${name}`, value, level + 1)),
  );
}

/**
 * A block in a block, or a list.
 * @param {string} title
 * @param {unknown} value
 * @param {number} level
 */
const nestedView = (title, value, level) =>
  Array.isArray(value)
    ? listView(title, value, level)
    : blockView(title, /** @type {Block} */ (value), level);

/**
 * A list of blocks as a table.
 * @param {string} title
 * @param {Block[]} rows
 * @param {number} level
 */
function listView(title, rows, level) {
  if (!rows.length) return note(`${title}: none`);
  const columns = Object.keys(rows[0]).map((name) => listColumn(name, rows[0][name]));
  const section = el("section", {}, heading(level, title));
  addTable(section, { caption: title, columns, rows });
  return section;
}

/**
 * A column of a list.
 * @param {string} title
 * @param {unknown} first its first value
 * @returns {Column<Block>}
 */
const listColumn = (title, first) => ({
  title,
  numeric: typeof first === "number",
  value: (item) => (isNested(item[title]) ? JSON.stringify(item[title]) : item[title]),
  cell: (item) => plainValue(item[title]),
});

/** The whole record: who it is, then block after block. */
function recordView(/** @type {WholeRecord} */ record) {
  const entries = Object.entries(record);
  const blocks = entries.filter(([, value]) => isNested(value));
  const rest = entries.filter(([name, value]) => !IDENTITY.includes(name) && !isNested(value));
  const identity = Object.fromEntries([...IDENTITY.map((name) => [name, record[name]]), ...rest]);
  const json = el("pre", {}, JSON.stringify(record, null, 1));
  return [
    note(`Single times (s, samples_s) to ${page().digits} digits here; the store has them all.`),
    blockView("Identity", identity, 3),
    ...blocks.map(([name, block]) => blockView(name, /** @type {Block} */ (block), 3)),
    el("details", {}, el("summary", {}, "As JSON"), json),
  ];
}

const dialog = () => /** @type {HTMLDialogElement} */ (byId("record"));

const ELSEWHERE =
  "No record on this page has this address. Its run is not among those that this page was made from; make a report of its results.";

/** Say that the address is of a record that is on another page. */
function openNothing() {
  clear(byId("record-title")).append("Not on this page");
  clear(byId("record-marks"));
  open([note(ELSEWHERE)]);
}

/**
 * Unpack a record and show it.
 * @param {Row} row
 */
async function openRecord(row) {
  const record = await whole(row);
  const random = untrained(row) ? chip("warn", page().timing_only) : "";
  clear(byId("record-title")).append(backendName(row.backend), " ", breakable(row.parameter_set));
  clear(byId("record-marks")).append(statusChip(row), securityChip(row), random);
  open(recordView(record));
}

/**
 * Open the dialog over some content, from its top.
 * @param {Node[]} content
 */
function open(content) {
  clear(byId("record-body")).append(...content);
  if (!dialog().open) dialog().showModal();
  byId("record-body").scrollTop = 0;
}

/** Show the record that the page's address names, or none. */
function follow() {
  const { hash } = location;
  const named = hash.startsWith("#record-");
  const found = named && allRows().find((row) => addressOf(row) === hash);
  if (found) openRecord(found);
  else if (named) openNothing();
  else if (dialog().open) dialog().close();
}

/** A record's address is the page's: #record-<address>; closing it leaves the address as it was. */
export function startRecords() {
  const close = () => dialog().close();
  dialog().addEventListener("close", () => {
    if (location.hash.startsWith("#record-")) window.history.replaceState(null, "", "#");
  });
  dialog().addEventListener("click", (event) => event.target === dialog() && close());
  byId("record-close").addEventListener("click", close);
  addEventListener("hashchange", follow);
  follow();
}
