// What the page holds: a row of each record for tables and plots, and whole records, unpacked when they are asked for.

/** @import { Found, PageData, Row, WholeRecord } from "./types.js" */
import { valuesOf } from "./columnar.js";
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

/** @type {Row[]} */
let rows = [];

/** Unpack the rows of all records, before anything asks for them. */
export async function loadRows() {
  const [columns, ...values] = (await unpack("record-index")).map((line) => JSON.parse(line));
  rows = rowsOf({ columns, values });
}

/** The rows of all records, by their place in the file. */
export const allRows = () => rows;

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

/** Number of a stream → its records. @type {Map<number, Promise<WholeRecord[]>>} */
const unpacked = new Map();

/**
 * The records of a stream, unpacked once.
 * @param {number} number
 */
function recordsOf(number) {
  const found =
    unpacked.get(number) ??
    unpack(`records-${number}`).then(([line]) => /** @type {WholeRecord[]} */ (valuesOf(JSON.parse(line))));
  unpacked.set(number, found);
  return found;
}

/**
 * The whole record of a row.
 * @param {Row} row
 * @returns {Promise<WholeRecord>}
 */
export async function whole({ place }) {
  const { per_stream: size } = page();
  const records = await recordsOf(Math.floor(place / size));
  return records[place % size];
}

/**
 * Rows with their whole records.
 * @param {Row[]} rows
 * @returns {Promise<Found[]>}
 */
export const wholes = (rows) => Promise.all(rows.map(async (row) => [row, await whole(row)]));
