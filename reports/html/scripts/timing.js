// Where the seconds of an evaluation go, as plain data.

/** @import { Part, Primitive, Row, WholeRecord } from "./types.js" */

/**
 * Seconds of a record's primitives, summed by what `of` calls them; null leaves one out.
 * @param {WholeRecord | undefined} record
 * @param {(primitive: Primitive) => string | null} of
 */
export function secondsBy(record, of) {
  /** @type {Map<string, number>} */
  const sums = new Map();
  for (const primitive of record?.latency.primitives ?? []) {
    const name = of(primitive);
    if (name !== null) sums.set(name, (sums.get(name) ?? 0) + (primitive.s ?? 0));
  }
  return sums;
}

/**
 * A part for each name, what takes most over all rows first.
 * @param {Map<Row, Map<string, number>>} sums row → name → its seconds
 * @returns {Part[]}
 */
export function longestFirst(sums) {
  /** @type {Map<string, number>} */
  const total = new Map();
  for (const sum of sums.values()) for (const [name, s] of sum) total.set(name, (total.get(name) ?? 0) + s);
  const names = [...total].sort((one, other) => other[1] - one[1]).map(([name]) => name);
  return names.map((title) => ({
    title,
    source: "latency.primitives",
    value: (row) => sums.get(row)?.get(title) ?? null,
  }));
}

/**
 * At most so many parts: the last is all others together.
 * @param {Part[]} parts
 * @param {number} most
 * @returns {Part[]}
 */
export function firstParts(parts, most) {
  if (parts.length <= most) return parts;
  const rest = parts.slice(most - 1);
  const value = (/** @type {Row} */ row) => rest.reduce((sum, part) => sum + (part.value(row) ?? 0), 0);
  return [...parts.slice(0, most - 1), { title: "all others", value }];
}
