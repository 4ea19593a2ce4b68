// The overview: a map of case and parameter set by backend, then every record with all that it cost.
import {
  conditionsColumn,
  count,
  gigabytes,
  lossColumn,
  megabytes,
  nameColumns,
  precisionColumn,
  STANDINGS,
  seconds3,
} from "../columns.js";
import { page } from "../data.js";
import { chip, el } from "../dom.js";
import { ABSENT, grouped } from "../format.js";
import { processLinks, securityChip, statusChip } from "../links.js";
import { processesOf } from "../processes.js";
import { metric, untrained } from "../rows.js";
import { addTable } from "../table.js";
import { mapOfCells } from "./map.js";

const metricColumn = {
  title: "Metric, encrypted",
  source: "ladder.encrypted",
  numeric: true,
  value: (row) => row["ladder.encrypted"],
  cell: (row) => (untrained(row) ? chip("warn", page().timing_only) : metric(row, row["ladder.encrypted"])),
};

const overviewColumns = () => [
  ...nameColumns(),
  {
    title: "Status",
    source: "status, reason",
    value: (row) => `${row.status} ${row.reason ?? ""}`,
    cell: (row) =>
      row.reason ? el("span", { class: "reason" }, statusChip(row), " ", row.reason) : statusChip(row),
  },
  { title: "Security", source: "security.bits", value: (row) => row["security.bits"], cell: securityChip },
  metricColumn,
  lossColumn("Lost by conversion", "derived.loss_model"),
  lossColumn("Lost by encryption", "derived.loss_encryption"),
  precisionColumn,
  seconds3("Evaluate", "latency.evaluate_s"),
  seconds3("One input", "derived.one_input_s"),
  seconds3("Per sample", "latency.per_sample_s"),
  seconds3("Key generation", "latency.keygen_s"),
  gigabytes("Evaluator peak", "memory.evaluator_peak_bytes"),
  gigabytes("Key owner peak", "memory.key_owner_peak_bytes"),
  count("Bootstraps", "counts.bootstraps"),
  count("Round trips", "counts.round_trips"),
  megabytes("To evaluator", "wire.to_evaluator_bytes"),
  megabytes("To key owner", "wire.to_key_owner_bytes"),
  conditionsColumn,
  {
    title: "Processes",
    source: "records of one key",
    numeric: true,
    value: (row) => processesOf(row).length,
    cell: processLinks,
  },
  count("Threads", "environment.threads"),
  {
    title: "Samples",
    unit: "(batch)",
    source: "samples, batch",
    numeric: true,
    value: (row) => row.samples,
    cell: (row) => `${grouped(row.samples)} (${row.batch ?? ABSENT})`,
  },
];

export function overview(parent, rows) {
  mapOfCells(parent, rows);
  addTable(parent, {
    caption: "Every cell. Sorting keeps secure, INSECURE and unfinished ones apart",
    rows,
    columns: overviewColumns(),
    groups: STANDINGS,
  });
  if (rows.some((row) => row.processes))
    parent.append(
      el(
        "p",
        { class: "note" },
        "Of a cell with several processes each number is their median; what is drawn by layer or in the course of a computation is of the newest.",
      ),
    );
}
