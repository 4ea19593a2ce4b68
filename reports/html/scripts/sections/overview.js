// The overview: a map of case and parameter set by backend, then every record with all that it cost.

/** @import { Column, Row } from "../types.js" */
import {
  conditionsColumn,
  figureColumn,
  lossColumns,
  NAME_COLUMNS,
  precisionColumn,
  STANDINGS,
  setColumns,
} from "../columns.js";
import { page } from "../data.js";
import { chip, el, note } from "../dom.js";
import { ABSENT, grouped } from "../format.js";
import { processLinks, securityChip, statusChip } from "../links.js";
import { processesOf } from "../processes.js";
import { cosine, untrained } from "../rows.js";
import { addTable } from "../table.js";
import { scoreAndNats } from "../units.js";
import { mapOfCells } from "./map.js";

const MEDIANS =
  "Of a cell with several processes each number is their median; what is drawn by layer or in the course of a computation is of the newest.";

/** What tells how a cell ended. @type {Column<Row>[]} */
const STATUS_COLUMNS = [
  {
    title: "Status",
    source: "status, reason",
    value: (row) => `${row.status} ${row.reason ?? ""}`,
    cell: (row) =>
      row.reason ? el("span", { class: "reason" }, statusChip(row), " ", row.reason) : statusChip(row),
  },
  { title: "Security", source: "security.bits", value: (row) => row["security.bits"], cell: securityChip },
];

/** The score of decrypted results. @type {Column<Row>} */
const METRIC_COLUMN = {
  title: "Metric, encrypted",
  source: "ladder.encrypted; of embeddings ladder.cosine",
  numeric: true,
  value: (row) => row["ladder.encrypted"] ?? row["ladder.cosine"],
  cell: (row) =>
    untrained(row)
      ? chip("warn", page().timing_only)
      : (cosine(row) ??
        scoreAndNats(row["ladder.metric"], row["ladder.encrypted"], row["ladder.nats.encrypted"])),
};

/** @type {Column<Row>} */
const PROCESSES_COLUMN = {
  title: "Processes",
  source: "records of one key",
  numeric: true,
  value: (row) => processesOf(row).length,
  cell: processLinks,
};

/** @type {Column<Row>} */
const SAMPLES_COLUMN = {
  title: "Samples",
  unit: "(batch)",
  source: "samples, batch",
  numeric: true,
  value: (row) => row.samples,
  cell: (row) => `${grouped(row.samples)} (${row.batch ?? ABSENT})`,
};

/** What a cell cost. */
const costColumns = () => [
  figureColumn("Evaluate", "latency.evaluate_s"),
  figureColumn("One input", "derived.one_input_s"),
  figureColumn("Per sample", "latency.per_sample_s"),
  figureColumn("Make keys", "latency.make_keys_s"),
  figureColumn("Make and write keys", "latency.keygen_s"),
  figureColumn("Wall time", "latency.wall_s"),
  figureColumn("Evaluator peak", "memory.evaluator_peak_bytes", "GB"),
  figureColumn("Key owner peak", "memory.key_owner_peak_bytes", "GB"),
  figureColumn("Bootstraps", "counts.bootstraps"),
  figureColumn("Round trips", "counts.round_trips"),
  figureColumn("To evaluator", "wire.to_evaluator_bytes"),
  figureColumn("To key owner", "wire.to_key_owner_bytes"),
];

/**
 * All columns of a cell.
 * @param {Row[]} rows
 * @returns {Column<Row>[]}
 */
const overviewColumns = (rows) => [
  ...NAME_COLUMNS,
  ...STATUS_COLUMNS,
  ...setColumns(),
  METRIC_COLUMN,
  ...lossColumns(rows),
  precisionColumn,
  ...costColumns(),
  conditionsColumn,
  PROCESSES_COLUMN,
  figureColumn("Threads", "environment.threads"),
  SAMPLES_COLUMN,
];

/**
 * The map, then the table of every cell.
 * @param {HTMLElement} parent
 * @param {Row[]} rows
 */
export function overview(parent, rows) {
  mapOfCells(parent, rows);
  cells(parent, rows);
}

/**
 * The table of every cell.
 * @param {HTMLElement} parent
 * @param {Row[]} rows
 */
export function cells(parent, rows) {
  addTable(parent, {
    caption: "Every cell. Sorting keeps secure, INSECURE and unfinished ones apart",
    rows,
    columns: overviewColumns(rows),
    groups: STANDINGS,
  });
  if (rows.some((row) => row.processes)) parent.append(note(MEDIANS));
}
