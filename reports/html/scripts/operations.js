// What one operation costs at each level, backend beside backend, as plain data.
import { bytes, fixed, significant } from "./format.js";
import { middle, processCount } from "./processes.js";
import { caseOf, groupBy, secureRow } from "./rows.js";

/** Rows whose primitives compare: of one case, parameter set, standing and conditions, measured alike. */
export function comparedPrimitives(rows) {
  const key = (row) =>
    [
      caseOf(row),
      row.parameter_set,
      row["derived.standing"],
      row["derived.group"],
      row["derived.measured"],
    ].join("\n");
  const found = [
    ...groupBy(
      rows.filter((row) => row["derived.timed_primitives"]),
      key,
    ).values(),
  ];
  const rank = ([row]) => 2 * secureRow(row) + row["derived.measured"];
  return found.sort((one, other) => rank(other) - rank(one));
}

/** Of each backend the processes of its newest key: an older build is not the same thing measured again. */
export function newestProcesses(rows) {
  return [...groupBy(rows, (row) => row.backend).values()].flatMap((of) =>
    of.filter((row) => row.key === of.at(-1).key),
  );
}

export function comparedTitle([row]) {
  const insecure = secureRow(row) || row.parameter_set.includes("INSECURE") ? "" : " · INSECURE";
  return `${caseOf(row)} · ${row.parameter_set}${insecure} · C${row["derived.group"]}${row["derived.measured"] ? "" : " · within evaluations"}`;
}

/** Seconds of one operation in one process: the median of single samples where they were taken, else the mean. */
function oneOperation(primitive) {
  if (primitive.samples_s?.length) return middle(primitive.samples_s);
  return primitive.s !== null && primitive.count ? primitive.s / primitive.count : null;
}

/** A line for each primitive and level, in the order of measurement; in it, by backend, the processes' values. */
export function operations(found) {
  const lines = new Map();
  const lineOf = (name, level) => {
    const id = `${name}\n${level}`;
    if (!lines.has(id)) lines.set(id, { name, level, by: {} });
    return lines.get(id);
  };
  for (const [row, { latency }] of found) {
    for (const primitive of latency.primitives) {
      const { by } = lineOf(primitive.name, primitive.level);
      by[row.backend] ??= { processes: [] };
      by[row.backend].processes.push({ row, primitive, s: oneOperation(primitive) });
    }
  }
  for (const [row, { latency }] of found) {
    for (const { name, reason } of latency.unsupported ?? []) {
      const places = [...lines.values()].filter((line) => line.name === name);
      for (const { by } of places.length ? places : [lineOf(name, null)]) by[row.backend] ??= { reason };
    }
  }
  for (const line of lines.values()) Object.values(line.by).forEach(summarise);
  return [...lines.values()];
}

/** The median of the processes' values, the least and the most, the fewest bits, and the process in the middle. */
function summarise(found) {
  if (!found.processes) return;
  const timed = found.processes.filter((one) => one.s !== null).sort((one, other) => one.s - other.s);
  const values = (name) =>
    found.processes.map((one) => one.primitive[name] ?? null).filter((value) => value !== null);
  const [bits, sizes] = [values("precision_bits"), values("bytes")];
  Object.assign(found, {
    s: timed.length ? middle(timed.map((one) => one.s)) : null,
    least: timed[0]?.s,
    most: timed.at(-1)?.s,
    bits: bits.length ? Math.min(...bits) : null,
    bytes: sizes.length ? middle(sizes) : null,
    row: (timed[(timed.length - 1) >> 1] ?? found.processes[0]).row,
  });
}

export const milliseconds = (s) => significant(s === null ? null : 1e3 * s);

/** What lies behind an operation's time: the spread over processes, how many where it is not all, bits and bytes. */
export function operationFacts(found, processes) {
  const count = found.processes.length;
  return [
    count > 1 && found.s !== null ? `${milliseconds(found.least)}–${milliseconds(found.most)}` : null,
    count === processes ? null : processCount(count),
    found.bits === null ? null : `${fixed(found.bits, 1)} bits`,
    found.bytes === null ? null : bytes(found.bytes),
  ].filter(Boolean);
}

const hasTimes = (line) => Object.values(line.by).some((found) => found.processes);

/** Groups of lines that no sorting mixes: keys, then what no backend here has, then a level each from the top. */
export function levelGroups(lines) {
  const levels = [...new Set(lines.map((line) => line.level).filter((level) => level !== null))].sort(
    (one, other) => other - one,
  );
  return [
    { title: "Keys, at no level", has: (line) => line.level === null && hasTimes(line) },
    { title: "Unsupported by every backend here", has: (line) => line.level === null && !hasTimes(line) },
    ...levels.map((level) => ({ title: `Level ${level}`, has: (line) => line.level === level })),
  ];
}
