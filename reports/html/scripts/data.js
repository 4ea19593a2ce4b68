// What the page holds: a row of each record for tables and plots, and whole records, unpacked when they are asked for.

/** @import { Found, Index, PageData, Row, WholeRecord } from "./types.js" */
import { byId } from "./dom.js";
import { rowsOf, sorted } from "./rows.js";

/**
 * A value that is made when it is first asked for, so that a module can be read where there is no page.
 * @template T
 * @param {() => T} make
 */
function once(make) {
  /** @type {T | undefined} */
  let made;
  return () => {
    made ??= make();
    return made;
  };
}

/** The text of an element. */
const textOf = (/** @type {string} */ id) => byId(id).textContent ?? "";

/** What is known beside the records. */
export const page = once(() => /** @type {PageData} */ (JSON.parse(textOf("page-data"))));

/** The rows of all records, by their place in the file. */
export const allRows = once(() => rowsOf(/** @type {Index} */ (JSON.parse(textOf("record-index")))));

/** The same rows as readers are shown them. */
export const orderedRows = once(() => sorted(allRows()));

/**
 * The lines of a packed stream.
 * @param {string} id
 */
export async function unpack(id) {
  const compressed = Uint8Array.from(atob(textOf(id)), (letter) => letter.charCodeAt(0));
  const stream = new Blob([compressed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const text = await new Response(stream).text();
  return text.split("\n");
}

/** Number of a stream → its lines. @type {Map<number, Promise<string[]>>} */
const unpacked = new Map();

/**
 * The lines of a stream of records, unpacked once.
 * @param {number} number
 */
function linesOf(number) {
  const lines = unpacked.get(number) ?? unpack(`records-${number}`);
  unpacked.set(number, lines);
  return lines;
}

/**
 * The whole record of a row.
 * @param {Row} row
 * @returns {Promise<WholeRecord>}
 */
export async function whole({ place }) {
  const { per_stream: size } = page();
  const lines = await linesOf(Math.floor(place / size));
  return JSON.parse(lines[place % size]);
}

/**
 * Rows with their whole records.
 * @param {Row[]} rows
 * @returns {Promise<Found[]>}
 */
export const wholes = (rows) => Promise.all(rows.map(async (row) => [row, await whole(row)]));
