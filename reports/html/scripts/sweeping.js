// What is swept, and which records a line may join.

/** @import { NumberName, Row } from "./types.js" */
import { page } from "./data.js";
import { underSeveral } from "./labels.js";
import { caseOf, groupBy, secureRow } from "./rows.js";
import { inUnit, scaleOf } from "./units.js";

/** The end of a parameter set's name where a layer is in a library's own types, not in the portable program. */
export const OWN_TYPES = /_(vectors|tensors)$/;

/** What a plot goes along, or up: a number of each row. @typedef {{ title: string, source: NumberName | "samples" }} Parameter */

/** @typedef {{ title: string, source: NumberName, wanted?: "GB" }} Measure */

/** @type {Parameter[]} */
export const PARAMETERS = [
  { title: "log₂ of the ring's degree", source: "security.log_n" },
  { title: "log₂ of the modulus QP", source: "security.log_qp" },
  { title: "levels after a refresh", source: "counts.levels_after_refresh" },
  { title: "threads", source: "environment.threads" },
  { title: "batch", source: "batch" },
  { title: "samples", source: "samples" },
];

/** @type {Measure[]} */
export const SWEPT = [
  { title: "evaluate", source: "latency.evaluate_s" },
  { title: "per sample", source: "latency.per_sample_s" },
  { title: "one input", source: "derived.one_input_s" },
  { title: "precision", source: "ladder.precision_bits" },
  { title: "make keys", source: "latency.make_keys_s" },
  { title: "make and write keys", source: "latency.keygen_s" },
  { title: "evaluator peak", source: "memory.evaluator_peak_bytes", wanted: "GB" },
  { title: "evaluation keys", source: "derived.evaluation_keys_bytes" },
  { title: "to evaluator", source: "wire.to_evaluator_bytes" },
];

/** A measure with its unit. */
export const measureTitle = (/** @type {Measure} */ { title, source, wanted }) =>
  `${title}, ${scaleOf(source, wanted).unit}`;

/** A measure of a row in its unit. */
export const measureOf = (/** @type {Measure} */ { source, wanted }) => inUnit(source, wanted);

/** How a run gets its levels back, by what it counts. @type {["counts.bootstraps" | "counts.round_trips", string][]} */
const REFRESHES = [
  ["counts.bootstraps", "bootstraps"],
  ["counts.round_trips", "round trips"],
];

/** How a row's levels came back: two ways are two methods, whose costs no line may join. */
function refreshedBy(/** @type {Row} */ row) {
  const counted = REFRESHES.filter(([name]) => Number(row[name]) > 0);
  return counted.map(([, title]) => title).join(" and ") || "no refreshes";
}

/** Parameters that are conditions of measuring. @type {Parameter["source"][]} */
const CONDITIONS = ["environment.threads", "samples"];

/**
 * Where a row was measured: its conditions, or where one of those is swept, the machine.
 * @param {Row} row
 * @param {Parameter["source"]} x
 */
function measuredOn(row, x) {
  const { cpu, cores } = page().conditions[row["derived.group"] - 1];
  const machine = `${cpu ?? "unknown CPU"}, ${cores ?? "?"} cores`;
  return CONDITIONS.includes(x) ? machine : `C${row["derived.group"]}`;
}

/**
 * Rows that a line may join: of one backend, case, program, kind of refreshes and standing, and measured at one place.
 * @param {Row[]} rows
 * @param {Parameter["source"]} x
 */
export function sweepLines(rows, x) {
  const placed = underSeveral(rows, caseOf, (row) => measuredOn(row, x));
  const refreshed = underSeveral(rows, caseOf, refreshedBy);
  const parts = (/** @type {Row} */ row) => [
    row.backend,
    caseOf(row),
    OWN_TYPES.exec(row.parameter_set)?.[1],
    refreshed(row) && refreshedBy(row),
    placed(row) && measuredOn(row, x),
    !secureRow(row) && "INSECURE",
  ];
  return groupBy(rows, (row) => parts(row).filter(Boolean).join(" · "));
}

/** Parameters that differ among rows. */
export const differing = (/** @type {Row[]} */ rows) =>
  PARAMETERS.filter(
    ({ source }) => new Set(rows.map((row) => row[source]).filter((one) => one !== null)).size > 1,
  );
