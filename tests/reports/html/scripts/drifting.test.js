import assert from "node:assert/strict";
import { test } from "node:test";
import { largestDrop } from "../../../../reports/html/scripts/drifting.js";

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
