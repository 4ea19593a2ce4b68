// The records: a row each for tables and plots, and the whole of one unpacked when it is asked for.

const read = (id) => JSON.parse(document.getElementById(id).textContent);

const { compare: compareNames } = new Intl.Collator("en", { numeric: true });

const PAGE = read("page-data");
const ROWS = (() => {
  const { columns, rows } = read("record-index");
  return rows.map((values, place) => {
    const row = { place };
    columns.forEach((name, column) => (row[name] = values[column]));
    return row;
  });
})();

/** As readers are shown them: what is secure first, then by name; equal ones oldest first. */
const ORDERED = (() => {
  const rank = { secure: 0, insecure: 1, unfinished: 2 };
  const names = ["suite", "case", "parameter_set", "backend"];
  const order = (one, other) => names.reduce((found, name) => found || compareNames(one[name], other[name]), rank[one["derived.standing"]] - rank[other["derived.standing"]]);
  return [...ROWS].sort(order);
})();

const unpacked = new Map();

/** The lines of a packed stream. */
async function unpack(id) {
  const packed = document.getElementById(id).textContent;
  const compressed = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const stream = new Blob([compressed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const text = await new Response(stream).text();
  return text.split("\n");
}

/** The whole record of a row. */
async function whole(row) {
  const number = Math.floor(row.place / PAGE.per_stream);
  if (!unpacked.has(number)) unpacked.set(number, unpack(`records-${number}`));
  return JSON.parse((await unpacked.get(number))[row.place % PAGE.per_stream]);
}

const wholes = (rows) => Promise.all(rows.map(async (row) => [row, await whole(row)]));

const distinct = (rows, name) => [...new Set(rows.map((row) => row[name]))].sort();

/** Rows by a key, in order of appearance. */
function groupBy(rows, key) {
  const found = new Map();
  for (const row of rows) {
    const name = key(row);
    if (!found.has(name)) found.set(name, []);
    found.get(name).push(row);
  }
  return found;
}

const caseOf = (row) => `${row.suite} / ${row.case}`;
const secureRow = (row) => row["derived.standing"] === "secure";
const endedOk = (row) => row.status === "ok";
/** Of a model whose weights are random; single primitives have no model. */
const untrained = (row) => row.weights === "random" && !row["derived.measured"];
