// What the page holds: a row of each record for tables and plots, and whole records, unpacked when they are asked for.
import { byId } from "./dom.js";
import { rowsOf, sorted } from "./rows.js";

/** A value that is made when it is first asked for, so that a module can be read where there is no page. */
function once(make) {
  let made;
  return () => (made ??= make());
}

const textOf = (id) => byId(id).textContent;

const read = (id) => JSON.parse(textOf(id));

/** What stands beside the records. */
export const page = once(() => read("page-data"));

/** The rows of all records, by their place in the file. */
export const allRows = once(() => rowsOf(read("record-index")));

/** The same rows as readers are shown them. */
export const orderedRows = once(() => sorted(allRows()));

const unpacked = new Map();

/** The lines of a packed stream. */
export async function unpack(id) {
  const compressed = Uint8Array.from(atob(textOf(id)), (letter) => letter.charCodeAt(0));
  const stream = new Blob([compressed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const text = await new Response(stream).text();
  return text.split("\n");
}

/** The whole record of a row. */
export async function whole(row) {
  const number = Math.floor(row.place / page().per_stream);
  if (!unpacked.has(number)) unpacked.set(number, unpack(`records-${number}`));
  return JSON.parse((await unpacked.get(number))[row.place % page().per_stream]);
}

export const wholes = (rows) => Promise.all(rows.map(async (row) => [row, await whole(row)]));
