import assert from "node:assert/strict";
import { test } from "node:test";
import { largestDrop, refreshed, spanOf } from "../../../../reports/html/scripts/drifting.js";

const layers = (/** @type {(number | null)[]} */ ...bits) =>
  bits.map((one, place) => ({ name: `layer ${place}`, precision_bits: one, error_max: null }));

test("the largest drop is between two layers that have bits", () => {
  assert.deepEqual(largestDrop(layers(24, null, 23, 17, 20, 16)), { name: "layer 3", from: 23, to: 17 });
});

test("where nothing is lost there is no drop", () => {
  assert.equal(largestDrop(layers(20, 21, 22)), null);
  assert.equal(largestDrop(layers(20)), null);
  assert.equal(largestDrop([]), null);
});

test("refreshes of one layer and kind are added up", () => {
  const stretch = { highest: 8, lowest: 5, s: 1 };
  const course = [
    { ...stretch, layer: "a", refresh: null, count: 7 },
    { ...stretch, layer: "b", refresh: /** @type {const} */ ("bootstrap"), count: 2 },
    { ...stretch, layer: "b", refresh: /** @type {const} */ ("bootstrap"), count: 1 },
    { ...stretch, layer: "b", refresh: /** @type {const} */ ("round_trip"), count: 1 },
  ];
  assert.deepEqual(refreshed(course), [
    { layer: "b", refresh: "bootstrap", count: 3 },
    { layer: "b", refresh: "round_trip", count: 1 },
  ]);
});

test("a layer with a time spans the probed layers of which it is made", () => {
  const names = ["embedding", "blocks.1.q", "blocks.1.k", "blocks.10.q", "head"];
  assert.deepEqual(spanOf(names, "blocks.1"), { first: "blocks.1.q", last: "blocks.1.k" });
  assert.deepEqual(spanOf(names, "head"), { first: "head", last: "head" });
  assert.equal(spanOf(names, "blocks.2"), null);
});
