import assert from "node:assert/strict";
import { test } from "node:test";
import { firstOf, naming, underSeveral, wrap } from "../../../../reports/html/scripts/labels.js";
import { made } from "./rows.js";

const named = (/** @type {import("../../../../reports/html/scripts/types.js").Row[]} */ rows) =>
  rows.map(naming(rows));

test("a name says what differs, and no more", () => {
  assert.deepEqual(named([made(), made({ backend: "pyfhel" })]), ["tenseal · n14", "pyfhel · n14"]);
  const cases = [made(), made({ case: "bert", "environment.threads": 2 })];
  assert.deepEqual(named(cases), ["vit · tenseal · n14 · 1 thread", "bert · tenseal · n14 · 2 threads"]);
});

test("conditions are named where nothing else tells them apart", () => {
  const rows = [made(), made({ parameter_set: "n15", "derived.group": 2 })];
  assert.deepEqual(named(rows), ["tenseal · n14 · C1", "tenseal · n15 · C2"]);
});

test("rows that are called the same are told apart by their key, else by when they began", () => {
  assert.deepEqual(named([made(), made({ key: "bb".repeat(32) })]), [
    "tenseal · n14 · aaaaaa",
    "tenseal · n14 · bbbbbb",
  ]);
  const [, later] = named([made(), made({ started_at: "2026-11-23T04:45:01Z" })]);
  assert.equal(later, "tenseal · n14 · 2026-11-23 04:45:01");
});

test("what a reader must know is always said", () => {
  const [name] = named([
    made({ "security.secure": false, weights: "random", status: "timed_out", processes: [made(), made()] }),
  ]);
  assert.equal(name, "tenseal · n14 · INSECURE · random weights · timed out · 2 processes");
});

test("a kind is under several conditions only if its own rows are", () => {
  const rows = [made(), made({ "derived.group": 2 }), made({ case: "bert", "derived.group": 2 })];
  const several = underSeveral(rows, (row) => row.case);
  assert.deepEqual(rows.map(several), [true, true, false]);
});

test("lines break after spaces and separators, else anywhere", () => {
  assert.deepEqual(wrap("a long_name of it", 8), ["a long_", "name of", "it"]);
  assert.deepEqual(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
  assert.deepEqual(wrap("", 3), [""]);
});

test("rows that are left out are counted", () => {
  const rows = Array.from({ length: 30 }, () => made());
  assert.equal(firstOf(rows).shown.length, 24);
  assert.equal(firstOf(rows).note, "The first 24 of 30 records; filter to see others.");
  assert.equal(firstOf(rows, 30).note, null);
});
