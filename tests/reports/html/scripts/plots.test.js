import assert from "node:assert/strict";
import { test } from "node:test";
import { logMarks } from "../../../../reports/html/scripts/axes.js";
import { hasHeat, partNames, shares } from "../../../../reports/html/scripts/heat.js";
import { fronts } from "../../../../reports/html/scripts/sections/front.js";
import { change } from "../../../../reports/html/scripts/sections/history.js";
import { rungPlace } from "../../../../reports/html/scripts/sections/ladder.js";
import { representative } from "../../../../reports/html/scripts/sections/map.js";
import { firstParts, longestFirst, secondsBy } from "../../../../reports/html/scripts/timing.js";
import { made } from "./rows.js";

test("a logarithmic axis is marked at 1, 2 and 5 within its values", () => {
  assert.deepEqual(logMarks([3, 40]), { min: 2, max: 50, marks: [2, 5, 10, 20, 50] });
  assert.deepEqual(logMarks([10, 10]), { min: 10, max: 10, marks: [10] });
});

test("over many decades it is marked at decades alone", () => {
  assert.deepEqual(logMarks([0.5, 2000]).marks, [0.1, 1, 10, 100, 1000, 10000]);
});

test("shares are percents of a sum, which may be nothing", () => {
  const cells = shares(
    "record",
    [
      ["a", 3],
      ["b", 1],
    ],
    (name, s, percent) => [`${name} ${s} ${percent}`],
  );
  assert.deepEqual(cells[0], { name: "a", value: 75, lines: ["record", "a 3 75"] });
  assert.deepEqual(
    shares("record", [["a", 0]], () => []).map((cell) => cell.value),
    [0],
  );
});

test("names of parts are in order of appearance, or in one that is given", () => {
  const cell = (/** @type {string} */ name) => ({ name, value: 1, lines: [] });
  const found = [
    [cell("b"), cell("a")],
    [cell("b"), cell("c")],
  ];
  assert.deepEqual(partNames(found), ["b", "a", "c"]);
  assert.deepEqual(
    partNames(found, (one, other) => one.localeCompare(other)),
    ["a", "b", "c"],
  );
  assert.ok(hasHeat([made()], () => [cell("a")]));
  assert.ok(!hasHeat([made()], () => [{ ...cell("a"), value: null }]));
});

test("a front is of one group, and goes from the fastest", () => {
  const on = (/** @type {number} */ s, group = 1) =>
    made({ "latency.per_sample_s": s, "derived.front": true, "derived.group": group });
  const found = fronts([on(3), made(), on(5, 2), on(1)]);
  assert.deepEqual(
    found.map((rows) => rows.map((row) => row["latency.per_sample_s"])),
    [[1, 3], [5]],
  );
});

test("a change is in percent of what was before, and from 0 there is none", () => {
  assert.deepEqual([change({ before: 4, after: 5 }), change({ before: -4, after: -5 })], [25, -25]);
  assert.equal(change({ before: 0, after: 1 }), null);
});

test("encrypted records are side by side around the last rung", () => {
  assert.deepEqual(
    [0, 1, 2].map((place) => rungPlace(place, 3, 3)),
    [2.65, 3, 3.35],
  );
  assert.deepEqual([rungPlace(0, 1, 3), rungPlace(2, 3, 1)], [3, 1]);
});

test("a cell of the map is its newest record that has times, else one that ended, else any", () => {
  const timed = made({ place: 1 });
  const probed = made({ place: 2, "latency.per_sample_s": null });
  const failed = made({ place: 3, "latency.per_sample_s": null, status: "failed" });
  assert.equal(representative([timed, probed, failed]), timed);
  assert.equal(representative([probed, failed]), probed);
  assert.equal(representative([failed]), failed);
  assert.equal(representative([]), undefined);
});

const primitive = (/** @type {string} */ name, /** @type {number | null} */ s, level = 1) => ({
  name,
  level,
  count: 1,
  s,
});
const record = {
  latency: {
    course: [],
    layers: [],
    primitives: [
      primitive("rotate", 1),
      primitive("rotate", 2, 2),
      primitive("add", null),
      primitive("keys", 9),
    ],
  },
  ladder: { layers: [] },
};

test("seconds are summed by name, and what has none is 0", () => {
  const sums = secondsBy(record, ({ name }) => (name === "keys" ? null : name));
  assert.deepEqual(
    [...sums],
    [
      ["rotate", 3],
      ["add", 0],
    ],
  );
  assert.deepEqual([...secondsBy(undefined, ({ name }) => name)], []);
});

test("the parts that take most are told apart, and the others are one", () => {
  const row = made();
  const sums = new Map([
    [
      row,
      new Map([
        ["a", 1],
        ["b", 5],
        ["c", 2],
      ]),
    ],
  ]);
  const parts = longestFirst(sums);
  assert.deepEqual(
    parts.map((part) => part.title),
    ["b", "c", "a"],
  );
  assert.equal(parts[0].value(made()), null);
  assert.deepEqual(
    firstParts(parts, 2).map((part) => [part.title, part.value(row)]),
    [
      ["b", 5],
      ["all others", 3],
    ],
  );
  assert.equal(firstParts(parts, 3), parts);
});
