// Columns turned back into blocks; see reports/html/columnar.py.

/** @import { PackedColumn } from "./types.js" */

/**
 * The values of a column: blocks by their names, lists of items, or what it holds itself.
 * @param {PackedColumn} column
 * @returns {unknown[]}
 */
export function valuesOf(column) {
  if (Array.isArray(column)) return column;
  return "counts" in column ? listsOf(column) : blocksOf(column);
}

/**
 * Lists, each with as many of the items as it has.
 * @param {{ counts: (number | null)[], items: PackedColumn }} column
 */
function listsOf({ counts, items }) {
  const all = valuesOf(items);
  let last = 0;
  return counts.map((count) => {
    if (count === null) return null;
    last += count;
    return all.slice(last - count, last);
  });
}

/**
 * Blocks, where there are any.
 * @param {{ there: number[], blocks: Record<string, PackedColumn> }} column
 */
function blocksOf({ there, blocks }) {
  const columns = Object.entries(blocks).map(([name, column]) => ({ name, values: valuesOf(column) }));
  let next = 0;
  return there.map((one) => {
    if (!one) return null;
    const place = next;
    next += 1;
    return Object.fromEntries(columns.map(({ name, values }) => [name, values[place]]));
  });
}
