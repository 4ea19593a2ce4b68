// Names, marks and links of a record, from wherever one of its numbers is shown.
import { chip, el } from "./dom.js";
import { processCount, processesOf } from "./processes.js";
import { STATUS } from "./rows.js";
import { backendColour } from "./theme.js";

export function backendName(name) {
  return el(
    "span",
    { class: "backend" },
    el("span", { class: "dot", style: `--c: ${backendColour(name)}`, "aria-hidden": "true" }),
    name,
  );
}

/** A link to a record, from wherever one of its numbers stands. */
export function recordLink(row, ...children) {
  const content = children.length ? children : [row.key.slice(0, 8)];
  const others =
    processesOf(row).length > 1
      ? `; numbers are medians of ${processCount(row.processes.length)}, this is the newest`
      : "";
  return el(
    "a",
    { href: `#record-${row.place}`, title: `record ${row.key} of run ${row.run_id}${others}` },
    ...content,
  );
}

/** Under which conditions a record was measured. */
export function conditionsLink(row) {
  return el("a", { href: "#conditions" }, `C${row["derived.group"]}`);
}

export function securityChip(row) {
  if (row["security.secure"]) return chip("good", `${row["security.bits"]} bits`, row["security.secret"]);
  const judged = row["security.log_qp"] !== null;
  const title = judged ? "under 128 bits" : "not encrypted, or not judged";
  return chip("warn", "INSECURE", title);
}

export function statusChip(row) {
  const kind = { ok: "plain", unsupported: "plain" }[row.status] ?? "bad";
  return chip(kind, STATUS[row.status], row.reason);
}

/** How many processes a row stands for, each a link away. */
export function processLinks(row) {
  const rows = processesOf(row);
  const link = (one) => [" ", recordLink(one, one.started_at.slice(11, 19))];
  return el("span", { class: "processes" }, processCount(rows.length), ":", rows.flatMap(link));
}
