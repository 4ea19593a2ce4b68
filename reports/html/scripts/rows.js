// What a row says of its record: its case, its standing, and the figures that depend on its metric.
import { ABSENT, fixed, significant } from "./format.js";
import { compareNames } from "./order.js";

export const distinct = (rows, name) => [...new Set(rows.map((row) => row[name]))].sort();

/** Rows by a key, in order of appearance. */
export function groupBy(rows, key) {
  const found = new Map();
  for (const row of rows) {
    const name = key(row);
    if (!found.has(name)) found.set(name, []);
    found.get(name).push(row);
  }
  return found;
}

export const caseOf = (row) => `${row.suite} / ${row.case}`;

export const secureRow = (row) => row["derived.standing"] === "secure";

export const endedOk = (row) => row.status === "ok";

/** Of a model whose weights are random; single primitives have no model. */
export const untrained = (row) => row.weights === "random" && !row["derived.measured"];

/** A rung's metric: accuracy in percent, perplexity as it is. */
export function metric(row, value) {
  if (value === null || value === undefined) return ABSENT;
  return row["ladder.metric"] === "accuracy" ? `${fixed(100 * value, 2)} %` : significant(value, 4);
}

/** A loss: of accuracy in percentage points, of perplexity in percent; positive is worse. */
export function lost(row, value) {
  if (value === null || value === undefined) return ABSENT;
  return `${fixed(100 * value, 2)} ${row["ladder.metric"] === "accuracy" ? "pt" : "%"}`;
}

/** Bits of precision; where no result is off by anything, there is no number of them. */
export const exact = (row) => row["ladder.precision_bits"] === null && row["ladder.logit_error_max"] === 0;

export const precision = (row) => (exact(row) ? "exact" : fixed(row["ladder.precision_bits"], 1));

export const STATUS = {
  ok: "ok",
  unsupported: "unsupported",
  failed: "failed",
  timed_out: "timed out",
  out_of_memory: "out of memory",
};

/** Rows by the names of their columns. */
export function rowsOf({ columns, rows }) {
  return rows.map((values, place) => ({
    place,
    ...Object.fromEntries(columns.map((name, column) => [name, values[column]])),
  }));
}

const RANKS = { secure: 0, insecure: 1, unfinished: 2 };

const rank = (row) => RANKS[row["derived.standing"]];

const NAMES = ["suite", "case", "parameter_set", "backend"];

/** As readers are shown them: what is secure first, then by name; equal ones oldest first. */
export function sorted(rows) {
  const byNames = (one, other) =>
    NAMES.reduce((found, name) => found || compareNames(one[name], other[name]), 0);
  return [...rows].sort((one, other) => rank(one) - rank(other) || byNames(one, other));
}
