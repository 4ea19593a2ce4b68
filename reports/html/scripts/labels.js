// What a record is called in a plot: its backend and parameter set, and whatever else tells it from the others.

/** @import { Row } from "./types.js" */
import { grouped, several } from "./format.js";
import { setName } from "./names.js";
import { processCount, processesOf } from "./processes.js";
import { caseOf, endedOk, groupBy, STATUS, untrained } from "./rows.js";

/** Pixels that a letter of a label takes at 12 px. */
export const LETTER = 6.4;

/**
 * A naming of rows by what differs among them.
 * @param {Row[]} rows
 */
export function naming(rows) {
  const parts = telling(rows);
  const plain = (/** @type {Row} */ row) =>
    parts
      .map((part) => part(row))
      .filter(Boolean)
      .join(" · ");
  const alike = groupBy(rows, plain);
  return (/** @type {Row} */ row) => plain(row) + told(row, alike.get(plain(row)) ?? [row]) + mark(row);
}

/**
 * What a name is made of: what may differ, and nothing that is the same for all rows but backend and parameters.
 * @param {Row[]} rows
 * @returns {((row: Row) => string | false)[]}
 */
function telling(rows) {
  const differs = (/** @type {keyof Row} */ name) => new Set(rows.map((row) => row[name])).size > 1;
  const [suites, cases, threads, samples, probes] = [
    differs("suite"),
    differs("case"),
    differs("environment.threads"),
    differs("samples"),
    differs("derived.probed"),
  ];
  const unlike = underSeveral(rows, (row) =>
    [caseOf(row), row["environment.threads"], row.samples].join("\n"),
  );
  return [
    (row) => suites && row.suite,
    (row) => cases && row.case,
    (row) => row.backend,
    setName,
    (row) => threads && threadsOf(row),
    (row) => samples && `${row.samples} samples`,
    (row) => probes && row["derived.probed"] && "probed",
    (row) => unlike(row) && `C${row["derived.group"]}`,
  ];
}

/** A row's threads, which may be unknown. */
export function threadsOf(/** @type {Row} */ row) {
  const threads = row["environment.threads"];
  return threads === null ? "? threads" : several(threads, "thread");
}

/**
 * Whether those of a row's kind were measured under several conditions, or what else `of` tells of a row.
 * @param {Row[]} rows
 * @param {(row: Row) => string} kind
 * @param {(row: Row) => unknown} of
 */
export function underSeveral(rows, kind, of = (row) => row["derived.group"]) {
  const groups = [...groupBy(rows, kind)];
  const several = groups.filter(([, alike]) => new Set(alike.map(of)).size > 1);
  const unlike = new Set(several.map(([name]) => name));
  return (/** @type {Row} */ row) => unlike.has(kind(row));
}

/**
 * What tells a row from those that are called the same: its key, or where that is theirs too, when it began.
 * @param {Row} row
 * @param {Row[]} alike
 */
function told(row, alike) {
  if (alike.length === 1) return "";
  const keys = new Set(alike.map((one) => one.key.slice(0, 6)));
  const began = row.started_at.replace("T", " ").replace(/(\+00:00|Z)$/, "");
  return ` · ${keys.size === alike.length ? row.key.slice(0, 6) : began}`;
}

/** What must be said wherever a record is shown. */
function mark(/** @type {Row} */ row) {
  const marks = [
    row["security.secure"] || row.parameter_set.includes("INSECURE") ? "" : "INSECURE",
    untrained(row) ? "random weights" : "",
    endedOk(row) ? "" : STATUS[row.status],
    processesOf(row).length > 1 ? processCount(processesOf(row).length) : "",
  ];
  return marks
    .filter(Boolean)
    .map((one) => ` · ${one}`)
    .join("");
}

/**
 * Text in lines of so many characters, broken after spaces and separators, else anywhere.
 * @param {string} text
 * @param {number} length
 */
export function wrap(text, length) {
  const lines = [""];
  const last = () => lines[lines.length - 1];
  for (const part of text.split(/(?<=[ _])/)) {
    if (last().length + part.trimEnd().length > length && last()) lines.push("");
    lines[lines.length - 1] += part;
    while (last().length > length) {
      const long = last();
      lines.splice(-1, 1, long.slice(0, length), long.slice(length));
    }
  }
  return lines.map((line) => line.trimEnd());
}

/**
 * At most so many of the rows, and a sentence that says so where there are more.
 * @param {Row[]} rows
 */
export function firstOf(rows, limit = 24) {
  const few = `The first ${limit} of ${grouped(rows.length)} records; filter to see others.`;
  return { shown: rows.slice(0, limit), note: rows.length > limit ? few : null };
}
