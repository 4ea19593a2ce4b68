// The order of names and values in tables.

import { absent } from "./format.js";

const collator = new Intl.Collator("en", { numeric: true });

/**
 * Names in order, numbers in them by their value.
 * @param {string} one
 * @param {string} other
 */
export const compareNames = (one, other) => collator.compare(one, other);

/**
 * Values in order, numbers by their value; what is absent comes last in either direction.
 * @param {unknown} one
 * @param {unknown} other
 * @param {number} direction 1 or -1
 */
export function compare(one, other, direction) {
  if (absent(one) || absent(other)) return Number(absent(one)) - Number(absent(other));
  const numbers = typeof one === "number" && typeof other === "number";
  return direction * (numbers ? one - other : compareNames(String(one), String(other)));
}

/**
 * The rows that have some words in them, in the order of a column, group after group.
 * @template T
 * @param {import("./types.js").TableSpec<T>} table
 * @param {string} words in lower case
 * @param {{ column: number | null, direction: number }} sorted
 * @returns {[import("./types.js").Group<T> | null, T][]}
 */
export function arranged({ rows, columns, groups }, words, sorted) {
  const passing = words ? rows.filter((row) => textOf(row, columns).includes(words)) : [...rows];
  if (sorted.column !== null) {
    const { value } = columns[sorted.column];
    passing.sort((one, other) => compare(value(one), value(other), sorted.direction));
  }
  if (!groups) return passing.map((row) => [null, row]);
  return groups.flatMap((group) =>
    passing.filter(group.has).map((row) => /** @type {[typeof group, T]} */ ([group, row])),
  );
}

/**
 * All values of a row, as its table is searched.
 * @template T
 * @param {T} row
 * @param {import("./types.js").Column<T>[]} columns
 */
const textOf = (row, columns) =>
  columns
    .map((column) => column.value(row) ?? "")
    .join(" ")
    .toLowerCase();
