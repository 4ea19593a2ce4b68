import assert from "node:assert/strict";
import { test } from "node:test";
import { spentOf } from "../../../../reports/html/scripts/spending.js";
import { made } from "./rows.js";

/** @import { Found, StageCost, WholeRecord } from "../../../../reports/html/scripts/types.js" */

/**
 * @param {string} stage
 * @returns {StageCost}
 */
const cost = (stage) => ({
  ...{ stage, party: "evaluator", wall_s: 4, waited_s: 1, user_s: 2, system_s: 0.5, idle_s: 0.5 },
  ...{ voluntary_switches: 3, involuntary_switches: 40 },
});

/**
 * @param {StageCost[] | null} [stages]
 * @returns {WholeRecord}
 */
const whole = (stages) => ({
  latency: { course: [], layers: [], primitives: [], stages },
  ladder: { layers: null },
});

test("every stage has a line, and a record from before they were told has none", () => {
  const [old, unknown, told] = [made(), made({ place: 1 }), made({ place: 2 })];
  const found = /** @type {Found[]} */ ([
    [old, whole()],
    [unknown, whole(null)],
    [told, whole([cost("load"), cost("evaluate")])],
  ]);
  assert.deepEqual(
    spentOf(found).map((one) => [one.row.place, one.cost.stage]),
    [
      [2, "load"],
      [2, "evaluate"],
    ],
  );
});
