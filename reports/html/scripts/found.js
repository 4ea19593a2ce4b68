// The sentence on top: what was found, in words.

/** @import { Row } from "./types.js" */
/** @import { Division, Race, Ranked, Wanted } from "./divisions.js" */
import { seconds, several } from "./format.js";
import { threadsOf } from "./labels.js";
import { setName } from "./names.js";
import { processesOf } from "./processes.js";
import { exact, precision } from "./rows.js";

/** A part of the sentence; what is a finding is strong. @typedef {{ text: string, strong?: boolean }} Part */

/** How precise a cell is. */
export const bitsOf = (/** @type {Row} */ row) => (exact(row) ? "exact" : `${precision(row)} bits`);

/** What a time is of. */
export const timeOf = (/** @type {Wanted} */ { time }) => (time === "sample" ? "a sample" : "for one input");

/** A ratio, as it stands beside a bar. */
export const times = (/** @type {number} */ ratio) => `${ratio.toFixed(2)}×`;

const plain = (/** @type {string} */ text) => ({ text });
const strong = (/** @type {string} */ text) => ({ text, strong: true });

const threads = (/** @type {Race} */ race) => threadsOf(race.cells[0].row);

/** Who a cell is. */
const who = (/** @type {Ranked} */ { row }) => strong(`${row.backend} with ${setName(row)}`);

/**
 * Why processes do not tell which of two is the faster; nothing where they do.
 * @param {Ranked} first
 * @param {Ranked} second
 */
function verdict(first, second) {
  const fewest = Math.min(...[first, second].map(({ row }) => processesOf(row).length));
  if (fewest === 1) return " (one process: no verdict)";
  return first.most < second.least ? "" : " (processes overlap: no verdict)";
}

/**
 * The fastest of a race: its time and its precision, and how far the next is.
 * @param {Race} race
 * @param {Wanted} wanted
 */
function fastest({ cells: [first, second] }, wanted) {
  const next = second
    ? `, ${second.ratio.toFixed(2)} times as fast as the next${verdict(first, second)}`
    : "";
  return [
    strong(`${seconds(first.s)} ${timeOf(wanted)}`),
    plain(" at "),
    strong(bitsOf(first.row)),
    plain(next),
  ];
}

/**
 * What is said of cells that ask the key owner.
 * @param {Race} race
 * @param {Wanted} wanted
 * @returns {Part[]}
 */
function asking(race, wanted) {
  const trips = several(race.cells[0].row["counts.round_trips"], "time");
  const among = race.cells.length > 1 ? `is the fastest of ${race.cells.length} that ask` : "asks";
  return [
    who(race.cells[0]),
    plain(` ${among} the key owner (${trips}): `),
    ...fastest(race, wanted),
    plain(`, on ${threads(race)}. `),
  ];
}

/**
 * What is said of cells that need nobody.
 * @param {Race} race
 * @param {Wanted} wanted
 * @returns {Part[]}
 */
function alone(race, wanted) {
  const bootstraps = race.cells[0].row["counts.bootstraps"];
  const by = bootstraps ? ` (${several(bootstraps, "bootstrap")})` : "";
  const among = race.cells.length > 1 ? `is the fastest of ${race.cells.length} that need` : "needs";
  return [
    who(race.cells[0]),
    plain(` ${among} nobody${by}: `),
    ...fastest(race, wanted),
    plain(`, on ${threads(race)}. `),
  ];
}

/**
 * The sentence.
 * @param {Division[]} divisions
 * @param {Wanted} wanted
 * @returns {Part[]}
 */
export function found(divisions, wanted) {
  const said = divisions.flatMap(({ id, races: [race] }) => {
    if (!race) return [];
    return id === "interactive" ? asking(race, wanted) : alone(race, wanted);
  });
  return said.length ? said : [plain("Nothing is ranked here. "), plain("See below why.")];
}
