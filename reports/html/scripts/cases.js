// The case that the page is about: one of those that were measured, or all of them side by side.

/** @import { Row } from "./types.js" */
import { caseOf, groupBy, secureRow, untrained } from "./rows.js";

/** What stands in the address where all cases are compared. */
export const ALL = "all";

/** A case in the page's address. */
export const caseAddress = (/** @type {string} */ name) => name.replace(" / ", "/");

/**
 * The cases, those with trained weights first, then those with most secure cells.
 * @param {Row[]} rows
 * @returns {{ name: string, trained: boolean, cells: number }[]}
 */
export function casesOf(rows) {
  const found = [...groupBy(rows, caseOf)].map(([name, own]) => ({
    name,
    trained: own.some((row) => !untrained(row) && !row["derived.measured"]),
    cells: new Set(own.filter(secureRow).map((row) => row.cell)).size,
  }));
  return found.sort((one, other) => Number(other.trained) - Number(one.trained) || other.cells - one.cells);
}
