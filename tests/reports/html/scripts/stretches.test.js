import assert from "node:assert/strict";
import { test } from "node:test";
import { stretchLines, timed, what } from "../../../../reports/html/scripts/stretches.js";

/** @import { Refresh, Stretch } from "../../../../reports/html/scripts/types.js" */

/**
 * @param {string} layer
 * @param {Refresh | null} refresh
 * @returns {Stretch}
 */
const stretch = (layer, refresh = null) => ({ layer, refresh, highest: 8, lowest: 5, count: 3, s: 1.5 });

test("stretches follow each other", () => {
  const found = timed([stretch("a"), stretch("b"), stretch("b", "bootstrap")]);
  assert.deepEqual(
    found.map(({ begins, ends }) => [begins, ends]),
    [
      [0, 1.5],
      [1.5, 3],
      [3, 4.5],
    ],
  );
  assert.deepEqual(timed([]), []);
});

test("the shade changes with the layer, not with the stretch", () => {
  const found = timed(["a", "a", "b", "c", "c", "a"].map((layer) => stretch(layer)));
  assert.deepEqual(
    found.map(({ shaded }) => shaded),
    [false, false, true, false, false, true],
  );
});

test("a refresh says what it is and where, and counts no instructions", () => {
  const [layer, refresh] = timed([stretch("a"), stretch("a", "round_trip")]);
  assert.equal(what(refresh), "3 round trips in a");
  assert.deepEqual(stretchLines(refresh), ["3 round trips in a", "levels 8 to 5", "1.50 s, from 1.50 s"]);
  assert.equal(stretchLines(layer).at(-1), "3 instructions of the program");
  assert.equal(stretchLines({ ...layer, lowest: 8 })[1], "level 8");
});
