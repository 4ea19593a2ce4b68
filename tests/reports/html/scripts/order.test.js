import assert from "node:assert/strict";
import { test } from "node:test";
import { arranged, compare, compareNames } from "../../../../reports/html/scripts/order.js";

const rows = [
  { name: "n16", s: 2, secure: true },
  { name: "n9", s: null, secure: true },
  { name: "n14", s: 1, secure: false },
  { name: "n13", s: 3, secure: true },
];
/** @typedef {(typeof rows)[number]} Line */
const columns = [
  { title: "Name", value: (/** @type {Line} */ row) => row.name },
  { title: "Seconds", value: (/** @type {Line} */ row) => row.s },
];
const table = { caption: "", columns, rows };
const groups = [
  { title: "Secure", has: (/** @type {Line} */ row) => row.secure },
  { title: "INSECURE", has: (/** @type {Line} */ row) => !row.secure },
];
const names = (/** @type {[unknown, Line][]} */ found) => found.map(([, row]) => row.name);
const unsorted = { column: null, direction: 1 };

test("numbers in names are in order of their values", () => {
  assert.deepEqual(["n16", "n9", "n14"].sort(compareNames), ["n9", "n14", "n16"]);
});

test("numbers are compared by value, and what is absent is last in either direction", () => {
  assert.ok(compare(9, 10, 1) < 0);
  assert.ok(compare(9, 10, -1) > 0);
  for (const direction of [1, -1]) assert.ok(compare(null, 1, direction) > 0);
  assert.equal(compare(null, undefined, 1), 0);
});

test("a table is sorted by one column, both ways", () => {
  assert.deepEqual(names(arranged(table, "", { column: 0, direction: 1 })), ["n9", "n13", "n14", "n16"]);
  assert.deepEqual(names(arranged(table, "", { column: 1, direction: -1 })), ["n13", "n16", "n14", "n9"]);
});

test("sorting never moves a row out of its group", () => {
  const found = arranged({ ...table, groups }, "", { column: 1, direction: 1 });
  assert.deepEqual(names(found), ["n16", "n13", "n9", "n14"]);
  assert.deepEqual(
    found.map(([group]) => group?.title),
    ["Secure", "Secure", "Secure", "INSECURE"],
  );
});

test("a table's words are searched in all columns, and its rows stay as they were", () => {
  assert.deepEqual(names(arranged(table, "n1", unsorted)), ["n16", "n14", "n13"]);
  assert.deepEqual(names(arranged(table, "n9 ", unsorted)), ["n9"]);
  assert.deepEqual(
    rows.map((row) => row.name),
    ["n16", "n9", "n14", "n13"],
  );
});
