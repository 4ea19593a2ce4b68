// What one operation costs at each level, backend beside backend, as plain data.

/** @import { Found, Group, Primitive, Row } from "./types.js" */
import { bytes, fixed, milliseconds } from "./format.js";
import { middle, processCount } from "./processes.js";
import { caseOf, groupBy, secureRow } from "./rows.js";

/** One process's values. @typedef {{ row: Row, primitive: Primitive, s: number | null }} Process */

/**
 * The median of the processes' values, the least and the most, the fewest bits, and the process in the middle.
 * @typedef {object} Measured
 * @property {Process[]} processes
 * @property {number | null} s
 * @property {number | null} least
 * @property {number | null} most
 * @property {number | null} bits
 * @property {number | null} bytes
 * @property {Row} row
 */

/** A primitive that a library does not have. @typedef {{ reason: string }} Lacking */

/**
 * A primitive at a level, or at none; in it, by backend, what was measured or why nothing was.
 * @typedef {{ name: string, level: number | null, by: Record<string, Measured | Lacking> }} Line
 */

/**
 * Whether anything was measured.
 * @param {Measured | Lacking | undefined} found
 * @returns {found is Measured}
 */
export const isMeasured = (found) => found !== undefined && "processes" in found;

/** What a backend was measured to take, if anything. */
export function measuredBy(/** @type {Line} */ line, /** @type {string} */ backend) {
  const found = line.by[backend];
  return isMeasured(found) ? found : null;
}

/** All that was measured at a line. */
export const measuredAt = (/** @type {Line} */ line) => Object.values(line.by).filter(isMeasured);

/** Rows whose primitives compare: of one case, parameter set, standing and conditions, measured alike. */
export function comparedPrimitives(/** @type {Row[]} */ rows) {
  const timed = rows.filter((row) => row["derived.timed_primitives"]);
  const key = (/** @type {Row} */ row) =>
    [
      caseOf(row),
      row.parameter_set,
      row["derived.standing"],
      row["derived.group"],
      row["derived.measured"],
    ].join("\n");
  const rank = (/** @type {Row[]} */ [row]) => 2 * Number(secureRow(row)) + Number(row["derived.measured"]);
  return [...groupBy(timed, key).values()].sort((one, other) => rank(other) - rank(one));
}

/** The processes of each backend's newest key: an older build is not the same thing measured again. */
export function newestProcesses(/** @type {Row[]} */ rows) {
  const backends = [...groupBy(rows, (row) => row.backend).values()];
  return backends.flatMap((processes) => processes.filter((row) => row.key === processes.at(-1)?.key));
}

/** What rows whose primitives compare are called together. */
export function comparedTitle(/** @type {Row[]} */ [row]) {
  const insecure = secureRow(row) || row.parameter_set.includes("INSECURE") ? "" : " · INSECURE";
  const within = row["derived.measured"] ? "" : " · within evaluations";
  return `${caseOf(row)} · ${row.parameter_set}${insecure} · C${row["derived.group"]}${within}`;
}

/** Seconds of one operation in one process: the median of single samples where they were taken, else the mean. */
export function oneOperation(/** @type {Primitive} */ primitive) {
  if (primitive.samples_s?.length) return middle(primitive.samples_s);
  return primitive.s !== null && primitive.count ? primitive.s / primitive.count : null;
}

/** A line for each primitive and level, in the order of measurement; after them, what is lacking. */
export function operations(/** @type {Found[]} */ found) {
  const processes = found.flatMap(processesIn);
  const measured = [...groupBy(processes, lineKey).values()].map(measuredLine);
  return withLacking(measured, found);
}

/** What one record has of each primitive. */
const processesIn = (/** @type {Found} */ [row, { latency }]) =>
  latency.primitives.map((primitive) => ({ row, primitive, s: oneOperation(primitive) }));

const lineKey = (/** @type {Process} */ { primitive: { name, level } }) => `${name}\n${level}`;

/**
 * The line of processes of one primitive at one level.
 * @param {Process[]} processes
 * @returns {Line}
 */
function measuredLine(processes) {
  const { name, level } = processes[0].primitive;
  const backends = [...groupBy(processes, ({ row }) => row.backend)];
  return { name, level, by: Object.fromEntries(backends.map(([backend, own]) => [backend, summary(own)])) };
}

/**
 * Lines with what libraries lack: where others have it, beside them, else in a line of its own.
 * @param {Line[]} measured
 * @param {Found[]} found
 */
function withLacking(measured, found) {
  const lacking = found.flatMap(([{ backend }, { latency }]) =>
    (latency.unsupported ?? []).map((one) => ({ backend, ...one })),
  );
  const lines = groupBy(measured, (line) => line.name);
  for (const { backend, name, reason } of lacking) {
    if (!lines.has(name)) lines.set(name, [{ name, level: null, by: {} }]);
    for (const line of lines.get(name) ?? []) line.by[backend] ??= { reason };
  }
  return [...measured, ...[...lines.values()].flat().filter((line) => !measured.includes(line))];
}

/**
 * What the processes' values come to.
 * @param {Process[]} processes
 * @returns {Measured}
 */
function summary(processes) {
  const timed = processes.flatMap((one) => (one.s === null ? [] : [{ row: one.row, s: one.s }]));
  timed.sort((one, other) => one.s - other.s);
  const values = (/** @type {"precision_bits" | "bytes"} */ name) =>
    processes.map((one) => one.primitive[name] ?? null).filter((value) => value !== null);
  const [bits, sizes] = [values("precision_bits"), values("bytes")];
  return {
    processes,
    s: timed.length ? middle(timed.map((one) => one.s)) : null,
    least: timed.at(0)?.s ?? null,
    most: timed.at(-1)?.s ?? null,
    bits: bits.length ? Math.min(...bits) : null,
    bytes: sizes.length ? middle(sizes) : null,
    row: (timed.at((timed.length - 1) >> 1) ?? processes[0]).row,
  };
}

/**
 * What lies behind an operation's time: the spread over processes, how many where it is not all, bits and bytes.
 * @param {Measured} found
 * @param {number} processes
 */
export function operationFacts(found, processes) {
  const count = found.processes.length;
  const spread = `${milliseconds(found.least)}–${milliseconds(found.most)}`;
  return [
    count > 1 && found.s !== null ? spread : null,
    count === processes ? null : processCount(count),
    found.bits === null ? null : `${fixed(found.bits, 1)} bits`,
    found.bytes === null ? null : bytes(found.bytes),
  ].filter((fact) => fact !== null);
}

/**
 * Groups of lines that no sorting mixes: keys, then what no backend here has, then a level each from the top.
 * @param {Line[]} lines
 * @returns {Group<Line>[]}
 */
export function levelGroups(lines) {
  const levels = [...new Set(lines.map((line) => line.level))].filter((level) => level !== null);
  levels.sort((one, other) => other - one);
  const hasTimes = (/** @type {Line} */ line) => measuredAt(line).length > 0;
  return [
    { title: "Keys, at no level", has: (line) => line.level === null && hasTimes(line) },
    { title: "Unsupported by every backend here", has: (line) => line.level === null && !hasTimes(line) },
    ...levels.map((level) => ({
      title: `Level ${level}`,
      has: (/** @type {Line} */ line) => line.level === level,
    })),
  ];
}
