// What is swept, and which records a line may join.
import { page } from "./data.js";
import { toGigabytes, toMegabytes } from "./format.js";
import { underSeveral } from "./labels.js";
import { caseOf, groupBy, secureRow } from "./rows.js";

/** The end of a parameter set's name where a layer is in a library's own types, not in the portable program. */
export const OWN_TYPES = /_(vectors|tensors)$/;

export const PARAMETERS = [
  ["log₂ of the ring's degree", "security.log_n"],
  ["log₂ of the modulus QP", "security.log_qp"],
  ["levels after a refresh", "counts.levels_after_refresh"],
  ["threads", "environment.threads"],
  ["batch", "batch"],
  ["samples", "samples"],
];

export const SWEPT = [
  ["evaluate, s", "latency.evaluate_s", (value) => value],
  ["per sample, s", "latency.per_sample_s", (value) => value],
  ["one input, s", "derived.one_input_s", (value) => value],
  ["precision, bits", "ladder.precision_bits", (value) => value],
  ["key generation, s", "latency.keygen_s", (value) => value],
  ["evaluator peak, GB", "memory.evaluator_peak_bytes", toGigabytes],
  ["evaluation keys, MB", "derived.evaluation_keys_bytes", toMegabytes],
  ["to evaluator, MB", "wire.to_evaluator_bytes", toMegabytes],
];

const CONDITIONS = ["environment.threads", "samples"];

/** Where a row was measured: its conditions, or where one of those is swept, the machine. */
function measuredOn(row, x) {
  const { cpu, cores } = page().conditions[row["derived.group"] - 1];
  return CONDITIONS.includes(x)
    ? `${cpu ?? "unknown CPU"}, ${cores ?? "?"} cores`
    : `C${row["derived.group"]}`;
}

/** Rows that a line may join: of one backend, case, program and standing, and measured at one place. */
export function sweepLines(rows, x) {
  const placed = underSeveral(rows, caseOf, (row) => measuredOn(row, x));
  const parts = (row) => [
    row.backend,
    caseOf(row),
    OWN_TYPES.exec(row.parameter_set)?.[1],
    placed(row) && measuredOn(row, x),
    !secureRow(row) && "INSECURE",
  ];
  return groupBy(rows, (row) => parts(row).filter(Boolean).join(" · "));
}
