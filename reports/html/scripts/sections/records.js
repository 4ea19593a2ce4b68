// Where every number comes from: each record's key, cell and run.

/** @import { Column, Row } from "../types.js" */
import { conditionsColumn, STANDINGS } from "../columns.js";
import { page, wholes } from "../data.js";
import { breakable, el } from "../dom.js";
import { keepText } from "../files.js";
import { backendName, recordLink, securityChip, statusChip } from "../links.js";
import { addTable } from "../table.js";

/** @type {Column<Row>[]} */
const COLUMNS = [
  {
    title: "Key",
    heading: true,
    source: "key",
    value: (row) => row.key,
    cell: (row) => recordLink(row, el("code", {}, row.key.slice(0, 16))),
  },
  {
    title: "Backend",
    source: "backend",
    value: (row) => row.backend,
    cell: (row) => backendName(row.backend),
  },
  { title: "Cell", source: "cell", value: (row) => row.cell, cell: (row) => breakable(row.cell) },
  { title: "Run", source: "run_id", value: (row) => row.run_id, cell: (row) => breakable(row.run_id) },
  {
    title: "Started",
    source: "started_at",
    value: (row) => row.started_at,
    cell: (row) => row.started_at.slice(0, 19).replace("T", " "),
  },
  { title: "Status", source: "status", value: (row) => row.status, cell: statusChip },
  { title: "Security", source: "security.bits", value: (row) => row["security.bits"], cell: securityChip },
  conditionsColumn,
];

/** The button that keeps whole records, a line of JSON each. */
function keeper(/** @type {Row[]} */ rows) {
  const button = el("button", { type: "button", class: "keep" }, "Keep these records as JSON lines");
  button.addEventListener("click", async () => {
    const lines = (await wholes(rows)).map(([, record]) => JSON.stringify(record));
    keepText("records.jsonl", `${lines.join("\n")}\n`, "application/jsonl");
  });
  return button;
}

/**
 * The table of every record.
 * @param {HTMLElement} parent
 * @param {Row[]} rows
 */
export function records(parent, rows) {
  parent.append(
    el("p", { class: "note" }, keeper(rows), ` Single times have their first ${page().digits} digits there.`),
  );
  addTable(parent, {
    caption: "Every record by key, cell and run",
    rows,
    groups: STANDINGS,
    columns: COLUMNS,
  });
}
