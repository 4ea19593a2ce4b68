// What a parameter set is called: by its alias where it has one, else by the numbers that tell most of it.

/** @import { Row } from "./types.js" */
import { breakable, el } from "./dom.js";
import { absent } from "./format.js";

/** The ring's degree, as a power of two. */
export const ringName = (/** @type {Row} */ row) =>
  absent(row["security.log_n"]) ? null : `N = 2^${row["security.log_n"]}`;

/** The set's short name; the long one where it is short enough itself, or where nothing is known of it. */
export function setName(/** @type {Row} */ row) {
  if (row["derived.alias"]) return row["derived.alias"];
  if (absent(row["derived.depth"])) return row.parameter_set;
  const refresh = row["derived.refresh"] === "none" ? null : row["derived.refresh"];
  const numbers = [`scale ${row["derived.scale_bits"]}`, `depth ${row["derived.depth"]}`, refresh];
  return [ringName(row), ...numbers, row.parameter_set.includes("INSECURE") && "INSECURE"]
    .filter(Boolean)
    .join(", ");
}

/** The set's numbers in a line. */
export function setFacts(/** @type {Row} */ row) {
  /** @param {keyof Row} source @param {string} title */
  const fact = (source, title) => (absent(row[source]) ? null : `${title} ${row[source]}`);
  return [
    ringName(row),
    absent(row["security.log_qp"]) ? null : `log QP ${Math.round(row["security.log_qp"])}`,
    fact("derived.depth", "depth"),
    fact("derived.scale_bits", "scale"),
    fact("derived.digits", "digits"),
  ]
    .filter(Boolean)
    .join(", ");
}

/** The short name, with the long one at the pointer. */
export const setLabel = (/** @type {Row} */ row) =>
  el("span", { title: row.parameter_set }, breakable(setName(row)));
