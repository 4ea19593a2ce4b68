import assert from "node:assert/strict";
import { test } from "node:test";
import { middle, together } from "../../../../reports/html/scripts/processes.js";
import {
  exact,
  groupBy,
  precision,
  rowsOf,
  sorted,
  untrained,
} from "../../../../reports/html/scripts/rows.js";
import { made } from "./rows.js";

test("rows have their values by the names of columns, and their place", () => {
  const [row, other] = rowsOf({
    columns: ["backend", "latency.evaluate_s"],
    values: [
      ["a", "b"],
      [1, null],
    ],
  });
  assert.deepEqual([row.place, row.backend, row["latency.evaluate_s"]], [0, "a", 1]);
  assert.deepEqual([other.place, other["latency.evaluate_s"]], [1, null]);
});

test("what is secure comes first, then names in order, and equal ones as they were", () => {
  const rows = [
    made({ place: 0, "derived.standing": "unfinished", parameter_set: "n1" }),
    made({ place: 1, parameter_set: "n16" }),
    made({ place: 2, "derived.standing": "insecure", parameter_set: "n1" }),
    made({ place: 3, parameter_set: "n9" }),
    made({ place: 4, parameter_set: "n16" }),
  ];
  assert.deepEqual(
    sorted(rows).map((row) => row.place),
    [3, 1, 4, 2, 0],
  );
});

test("groups are in order of appearance", () => {
  assert.deepEqual(
    [...groupBy([3, 1, 4, 5], (value) => value % 2)],
    [
      [1, [3, 1, 5]],
      [0, [4]],
    ],
  );
});

test("only a result that is off by nothing is exact", () => {
  const equal = made({ "ladder.precision_bits": null, "ladder.logit_error_max": 0 });
  const unknown = made({ "ladder.precision_bits": null, "ladder.logit_error_max": null });
  assert.deepEqual([exact(equal), exact(unknown), exact(made())], [true, false, false]);
  assert.deepEqual([precision(equal), precision(unknown), precision(made())], ["exact", "–", "18.3"]);
});

test("single primitives have no weights that could be random", () => {
  assert.ok(untrained(made({ weights: "random" })));
  assert.ok(!untrained(made({ weights: "random", "derived.measured": true })));
});

test("the middle of an even number of values is between two", () => {
  assert.deepEqual([middle([3, 1, 2]), middle([4, 1, 3, 2]), middle([5])], [2, 2.5, 5]);
});

test("processes are one row: medians of numbers, and all else of the newest", () => {
  const times = [5, 1, 3].map((s, place) =>
    made({ place, run_id: `run ${place}`, "latency.per_sample_s": s }),
  );
  const failed = made({ place: 3, status: "failed" });
  const [row, other, ...more] = together([...times, failed]);
  assert.deepEqual([row.place, row.run_id, row["latency.per_sample_s"]], [2, "run 2", 3]);
  assert.deepEqual(row.processes, times);
  assert.equal(other, failed);
  assert.deepEqual(more, []);
});
