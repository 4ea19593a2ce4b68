// Processes: the records of one key, which differ in nothing that could change the result, are shown as one.
import { several } from "./format.js";
import { groupBy } from "./rows.js";

/** What tells processes of one cell from those of another; one that failed is none of those that ended ok. */
const processKey = (row) => [row.key, row.status, row["derived.group"]].join("\n");

export const processesOf = (row) => row.processes ?? [row];

export const middle = (values) => {
  const sorted = [...values].sort((one, other) => one - other);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};

/** A row for each cell: of each number the median over its processes; all else, the link too, is the newest's. */
export function together(rows) {
  return [...groupBy(rows, processKey).values()].map((processes) =>
    processes.length > 1 ? medianRow(processes) : processes[0],
  );
}

function medianRow(processes) {
  const made = { ...processes.at(-1), processes };
  for (const name of Object.keys(made)) {
    const values = processes.map((row) => row[name]).filter((value) => typeof value === "number");
    if (values.length && name !== "place") made[name] = middle(values);
  }
  return made;
}

export const processCount = (count) => several(count, "process", "processes");
