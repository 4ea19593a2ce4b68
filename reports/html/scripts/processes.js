// Processes: the records of one key, which differ in nothing that could change the result, are shown as one.

/** @import { Row } from "./types.js" */
import { several } from "./format.js";
import { groupBy } from "./rows.js";

/** What tells processes of one cell from those of another; one that failed is none of those that ended ok. */
const processKey = (/** @type {Row} */ row) => [row.key, row.status, row["derived.group"]].join("\n");

/** The rows of each process that a row represents. */
export const processesOf = (/** @type {Row} */ row) => row.processes ?? [row];

/** The median. */
export function middle(/** @type {number[]} */ values) {
  const sorted = [...values].sort((one, other) => one - other);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** A row for each cell: of each number the median over its processes; all else, the link too, is the newest's. */
export function together(/** @type {Row[]} */ rows) {
  return [...groupBy(rows, processKey).values()].map((processes) =>
    processes.length > 1 ? medianRow(processes) : processes[0],
  );
}

/**
 * The newest row with the medians of all numbers.
 * @param {Row[]} processes
 * @returns {Row}
 */
function medianRow(processes) {
  const newest = processes[processes.length - 1];
  const names = /** @type {(keyof Row)[]} */ (Object.keys(newest)).filter((name) => name !== "place");
  const medians = names.flatMap((name) => {
    const values = processes.map((row) => row[name]).filter((value) => typeof value === "number");
    return values.length ? [[name, middle(values)]] : [];
  });
  return { ...newest, ...Object.fromEntries(medians), processes };
}

export const processCount = (/** @type {number} */ count) => several(count, "process", "processes");
