// What a row says of its record: its case, its standing, and how precise it is.

/** @import { Index, Row, Standing, Status } from "./types.js" */
import { absent, fixed } from "./format.js";
import { compareNames } from "./order.js";

/**
 * Items by a key, in order of appearance.
 * @template T, Key
 * @param {T[]} items
 * @param {(item: T) => Key} key
 */
export function groupBy(items, key) {
  /** @type {Map<Key, T[]>} */
  const found = new Map();
  for (const item of items) {
    const group = found.get(key(item));
    if (group) group.push(item);
    else found.set(key(item), [item]);
  }
  return found;
}

/** A record's address in the page: the same on every page that holds the record. */
export const addressOf = (/** @type {Row} */ row) => `#record-${row["derived.address"]}`;

export const caseOf = (/** @type {Row} */ row) => `${row.suite} / ${row.case}`;

export const secureRow = (/** @type {Row} */ row) => row["derived.standing"] === "secure";

export const endedOk = (/** @type {Row} */ row) => row.status === "ok";

/** Whether it is of a model whose weights are random; single primitives have no model. */
export const untrained = (/** @type {Row} */ row) => row.weights === "random" && !row["derived.measured"];

/** Whether no result is off by anything: there is no number of bits that says so. */
export const exact = (/** @type {Row} */ row) =>
  row["ladder.precision_bits"] === null && row["ladder.logit_error_max"] === 0;

/** Rows without those of probed runs, which have no times, where their cell has another. */
export function unprobed(/** @type {Row[]} */ rows) {
  const others = new Set(rows.filter((row) => !row["derived.probed"]).map((row) => row.cell));
  return rows.filter((row) => !row["derived.probed"] || !others.has(row.cell));
}

/** Bits of precision. */
export const precision = (/** @type {Row} */ row) =>
  exact(row) ? "exact" : fixed(row["ladder.precision_bits"], 1);

/** The least cosine of an encrypted embedding with the polynomial model's; null of what answers no embeddings. */
export const cosine = (/** @type {Row} */ row) =>
  absent(row["ladder.cosine"]) ? null : `cosine ${fixed(row["ladder.cosine"], 6)}`;

/** @type {Record<Status, string>} */
export const STATUS = {
  ok: "ok",
  unsupported: "unsupported",
  failed: "failed",
  timed_out: "timed out",
  out_of_memory: "out of memory",
  interrupted: "interrupted",
};

/**
 * Rows by the names of their columns.
 * @param {Index} index
 * @returns {Row[]}
 */
export function rowsOf({ columns, values }) {
  return values[0].map((_, place) => {
    /** @type {Record<string, unknown>} */
    const row = { place };
    columns.forEach((name, column) => {
      row[name] = values[column][place];
    });
    return /** @type {Row} */ (/** @type {unknown} */ (row));
  });
}

/** @type {Record<Standing, number>} */
const RANKS = { secure: 0, insecure: 1, unfinished: 2 };

/** @type {("suite" | "case" | "parameter_set" | "backend")[]} */
const NAMES = ["suite", "case", "parameter_set", "backend"];

/**
 * Rows as readers are shown them: what is secure first, then by name; equal ones oldest first.
 * @param {Row[]} rows
 */
export function sorted(rows) {
  const rank = (/** @type {Row} */ row) => RANKS[row["derived.standing"]];
  const byNames = (/** @type {Row} */ one, /** @type {Row} */ other) =>
    NAMES.reduce((found, name) => found || compareNames(one[name], other[name]), 0);
  return [...rows].sort((one, other) => rank(one) - rank(other) || byNames(one, other));
}
