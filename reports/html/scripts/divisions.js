// Who is fastest, in two divisions that are never one: cells that ask the key owner as they compute, and those that
// do not. Within each, only cells measured under the same conditions are ranked, and only those above a floor. The rules
// are those of reports/floors.py, which says of each row what no reader can move.

/** @import { Row } from "./types.js" */
import { fixed } from "./format.js";
import { processesOf } from "./processes.js";
import { exact, groupBy } from "./rows.js";

/**
 * What a reader asks for.
 * @typedef {object} Wanted
 * @property {"sample" | "input"} time what a sample costs, or what one input waits for
 * @property {number} bits the least precision
 * @property {number} agreement the least share of labels that encryption leaves as they are
 * @property {number} rtt seconds that a network takes there and back
 */

/** A cell with its time, that over the fastest of its race, and the least and the most of its processes. @typedef {{ row: Row, s: number, ratio: number, least: number, most: number }} Ranked */
/** Cells that compare, the fastest first. @typedef {{ group: number, threads: number | null, cells: Ranked[] }} Race */
/** @typedef {{ id: "interactive" | "alone", title: string, what: string, races: Race[] }} Division */
/** @typedef {{ row: Row, why: string }} Left */

/** @type {{ id: "interactive" | "alone", title: string, what: string, has: (row: Row) => boolean }[]} */
const DIVISIONS = [
  {
    id: "interactive",
    title: "Interactive",
    what: "round trips: the key owner decrypts and encrypts again",
    has: (row) => row["derived.interactive"],
  },
  {
    id: "alone",
    title: "Non-interactive",
    what: "bootstraps, or levels enough: nobody is asked",
    has: (row) => !row["derived.interactive"],
  },
];

/**
 * Seconds, with what the network adds to each round trip.
 * @param {Row} row
 * @param {Wanted} wanted
 */
export function secondsOf(row, { time, rtt }) {
  const trips = rtt * (row["counts.round_trips"] ?? 0);
  const [measured, shared] =
    time === "sample"
      ? [row["derived.sample_s"], row.samples]
      : [row["derived.one_input_s"], row["derived.batches"]];
  return measured === null ? null : measured + trips / (shared ?? 1);
}

/**
 * Why a cell is not ranked; null where it is.
 * @param {Row} row
 * @param {Wanted} wanted
 */
export function unranked(row, wanted) {
  if (row["derived.unranked"]) return row["derived.unranked"];
  if (secondsOf(row, wanted) === null)
    return row["derived.distorted"] ?? (row["derived.probed"] ? "probed, so without times" : "no times");
  return underFloor(row, wanted);
}

/**
 * Which floor a cell is under; null where it is above both.
 * @param {Row} row
 * @param {Wanted} wanted
 */
function underFloor(row, { bits, agreement }) {
  const [found, same] = [row["ladder.precision_bits"], row["ladder.label_agreement"]];
  if (!exact(row) && found === null && bits > 0) return "precision unknown";
  if (!exact(row) && found !== null && found < bits) return `${fixed(found, 1)} bits, under the floor`;
  // Layers have no labels that could agree.
  if (same !== null && same < agreement) return `${fixed(100 * same, 1)} % the same label, under the floor`;
  return null;
}

/**
 * Both divisions, and what is in neither.
 * @param {Row[]} rows a row for each cell
 * @param {Wanted} wanted
 * @returns {{ divisions: Division[], left: Left[] }}
 */
export function rank(rows, wanted) {
  const judged = rows.map((row) => ({ row, why: unranked(row, wanted) }));
  const standing = judged.filter(({ why }) => why === null).map(({ row }) => row);
  const divisions = DIVISIONS.map(({ has, ...division }) => ({
    ...division,
    races: races(standing.filter(has), wanted),
  }));
  const left = judged.flatMap(({ row, why }) => (why === null ? [] : [{ row, why }]));
  return { divisions, left };
}

/**
 * Cells by the conditions that they were measured under; where there are most of them first.
 * @param {Row[]} rows
 * @param {Wanted} wanted
 * @returns {Race[]}
 */
function races(rows, wanted) {
  const groups = [...groupBy(rows, (row) => row["derived.group"])];
  const found = groups.map(([group, own]) => ({
    group,
    threads: own[0]["environment.threads"],
    cells: race(own, wanted),
  }));
  return found.sort((one, other) => other.cells.length - one.cells.length || other.group - one.group);
}

/**
 * The fastest first, with how many times as long each takes.
 * @param {Row[]} rows
 * @param {Wanted} wanted
 * @returns {Ranked[]}
 */
function race(rows, wanted) {
  const time = (/** @type {Row} */ row) => Number(secondsOf(row, wanted));
  const ordered = [...rows].sort((one, other) => time(one) - time(other));
  return ordered.map((row) => {
    const each = processesOf(row).map(time);
    const ratio = time(row) / (time(ordered[0]) || 1);
    return { row, s: time(row), ratio, least: Math.min(...each), most: Math.max(...each) };
  });
}
