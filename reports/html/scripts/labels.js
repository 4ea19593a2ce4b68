// What a record is called in a plot: its backend and parameter set, and whatever else tells it from the others.
import { grouped } from "./format.js";
import { processCount, processesOf } from "./processes.js";
import { caseOf, endedOk, groupBy, STATUS, untrained } from "./rows.js";

/** A naming of rows by what differs among them. */
export function naming(rows) {
  const differs = (name) => new Set(rows.map((row) => row[name])).size > 1;
  const unlike = underSeveral(rows, (row) =>
    [caseOf(row), row["environment.threads"], row.samples].join("\n"),
  );
  const parts = [
    differs("suite") && ((row) => row.suite),
    differs("case") && ((row) => row.case),
    (row) => row.backend,
    (row) => row.parameter_set,
    differs("environment.threads") &&
      ((row) => `${row["environment.threads"] ?? "?"} thread${row["environment.threads"] === 1 ? "" : "s"}`),
    differs("samples") && ((row) => `${row.samples} samples`),
    (row) => unlike(row) && `C${row["derived.group"]}`,
  ].filter(Boolean);
  const plain = (row) =>
    parts
      .map((part) => part(row))
      .filter(Boolean)
      .join(" · ");
  const alike = groupBy(rows, plain);
  return (row) => plain(row) + told(row, alike.get(plain(row)) ?? [row]) + mark(row);
}

/** Whether those of a row's kind were measured under several conditions, or what else `of` tells of a row. */
export function underSeveral(rows, kind, of = (row) => row["derived.group"]) {
  const unlike = new Set(
    [...groupBy(rows, kind)].filter(([, alike]) => new Set(alike.map(of)).size > 1).map(([name]) => name),
  );
  return (row) => unlike.has(kind(row));
}

/** What tells a row from those that are called the same: its key, or where that is theirs too, when it began. */
function told(row, alike) {
  if (alike.length === 1) return "";
  const keys = new Set(alike.map((one) => one.key.slice(0, 6)));
  return ` · ${keys.size === alike.length ? row.key.slice(0, 6) : row.started_at.replace("T", " ").replace(/(\+00:00|Z)$/, "")}`;
}

/** What must be said wherever a record is shown. */
function mark(row) {
  const insecure = row["security.secure"] || row.parameter_set.includes("INSECURE") ? "" : " · INSECURE";
  const processes = processesOf(row).length;
  return [
    insecure,
    untrained(row) ? " · random weights" : "",
    endedOk(row) ? "" : ` · ${STATUS[row.status]}`,
    processes > 1 ? ` · ${processCount(processes)}` : "",
  ].join("");
}

/** Text in lines of so many characters, broken after spaces and separators, else anywhere. */
export function wrap(text, length) {
  const lines = [""];
  for (const part of text.split(/(?<=[ _])/)) {
    if (lines.at(-1).length + part.trimEnd().length > length && lines.at(-1)) lines.push("");
    lines[lines.length - 1] += part;
    while (lines.at(-1).length > length) {
      const long = lines.pop();
      lines.push(long.slice(0, length), long.slice(length));
    }
  }
  return lines.map((line) => line.trimEnd());
}

/** At most so many of the rows, and a sentence that says so where there are more. */
export function firstOf(rows, limit = 24) {
  const note =
    rows.length > limit
      ? `The first ${limit} of ${grouped(rows.length)} records; filter to see others.`
      : null;
  return { shown: rows.slice(0, limit), note };
}

export const LETTER = 6.4; // pixels that a letter of a label takes at 12 px
