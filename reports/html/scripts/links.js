// Names, marks and links of a record, from wherever one of its numbers is shown.

/** @import { Content, Row } from "./types.js" */
import { chip, el } from "./dom.js";
import { significant } from "./format.js";
import { processCount, processesOf } from "./processes.js";
import { addressOf, STATUS } from "./rows.js";
import { backendColour } from "./theme.js";

/** Who says how a library draws, by the record's word for it. */
const SAID = { library: "told by the library", declared: "declared" };

export function backendName(/** @type {string} */ name) {
  const dot = el("span", { class: "dot", style: `--c: ${backendColour(name)}`, "aria-hidden": "true" });
  return el("span", { class: "backend" }, dot, name);
}

/**
 * A link to a record.
 * @param {Row} row
 * @param {Content[]} content
 */
export function recordLink(row, ...content) {
  const count = processesOf(row).length;
  const others = count > 1 ? `; numbers are medians of ${processCount(count)}, this is the newest` : "";
  const title = `record ${row.key} of run ${row.run_id}${others}`;
  return el("a", { href: addressOf(row), title }, ...content);
}

/** Under which conditions a record was measured. */
export const conditionsLink = (/** @type {Row} */ row) =>
  el("a", { href: "#conditions" }, `C${row["derived.group"]}`);

/** What the verdict rests on: how secret and error are drawn, and whether the library tells it. */
function drawn(/** @type {Row} */ row) {
  const { "security.secret_from": secretFrom, "security.error_from": errorFrom } = row;
  const secret = `${row["security.secret"]} secret${secretFrom ? ` (${SAID[secretFrom]})` : ""}`;
  const deviation = row["security.error_deviation"];
  if (deviation === null || !errorFrom) return secret;
  return `${secret}, error of standard deviation ${significant(deviation)} (${SAID[errorFrom]})`;
}

export function securityChip(/** @type {Row} */ row) {
  if (row["security.secure"]) return chip("good", `${row["security.bits"]} bits`, drawn(row));
  const judged = row["security.log_qp"] !== null;
  return chip("warn", "INSECURE", judged ? "under 128 bits" : "not encrypted, or not judged");
}

export function statusChip(/** @type {Row} */ row) {
  const expected = row.status === "ok" || row.status === "unsupported";
  return chip(expected ? "plain" : "bad", STATUS[row.status], row.reason);
}

/** How many processes a row represents, each a link away. */
export function processLinks(/** @type {Row} */ row) {
  const rows = processesOf(row);
  const links = rows.map((one) => [" ", recordLink(one, one.started_at.slice(11, 19))]);
  return el("span", { class: "processes" }, processCount(rows.length), ":", links);
}
