import assert from "node:assert/strict";
import { test } from "node:test";
import { bounded } from "../../../../reports/html/scripts/sections/ladder.js";
import { measureOf, measureTitle } from "../../../../reports/html/scripts/sweeping.js";
import {
  inUnit,
  loss,
  lossUnits,
  metricNamed,
  scaleOf,
  score,
  scoreAndNats,
  written,
} from "../../../../reports/html/scripts/units.js";
import { openPage } from "./page.js";
import { made } from "./rows.js";

openPage();

test("a score and a loss are written as their metric says", () => {
  assert.deepEqual([score("share", 0.975), loss("share", 0.0123)], ["97.50 %", "1.23 points"]);
  assert.deepEqual([score("growth", 4.12345), loss("growth", -0.5)], ["4.123", "-50.00 %"]);
  assert.deepEqual([score("share", null), loss("growth", null)], ["–", "–"]);
});

test("a perplexity has its nats beside it, where they are told", () => {
  assert.equal(scoreAndNats("growth", 4.12345, 1.41669), "4.123 (1.4167 nats)");
  assert.equal(scoreAndNats("growth", null, 2000), "– (2000.0000 nats)");
  assert.equal(scoreAndNats("share", 0.975, null), "97.50 %");
});

test("a score of no metric is a plain number", () => {
  assert.equal(score(null, 0.123456), "0.1235");
});

test("the heading of losses names the unit of each metric once", () => {
  const of = (/** @type {string | null} */ name) => made({ "ladder.metric": name });
  assert.equal(lossUnits([of("share"), of("growth"), of("share"), of(null)]), "points or %");
  assert.equal(lossUnits([of("growth")]), "%");
});

test("a column is in the unit that the page's data give it", () => {
  const row = made({ "memory.evaluator_peak_bytes": 26.14e9, "latency.evaluate_s": 8 });
  assert.equal(scaleOf("latency.evaluate_s").unit, "s");
  assert.equal(inUnit("latency.evaluate_s")(row), 8);
  assert.equal(inUnit("memory.evaluator_peak_bytes")(row), 26140);
  assert.equal(inUnit("memory.evaluator_peak_bytes", "GB")(row), 26.14);
  assert.equal(inUnit("latency.evaluate_s")(made({ "latency.evaluate_s": null })), null);
  assert.equal(scaleOf("ladder.precision_bits").show(18.25), "18.3");
  assert.equal(scaleOf("counts.bootstraps").show(1200), "1\u2009200");
});

test("a measure's title has its unit", () => {
  const peak = /** @type {const} */ ({ title: "peak", source: "memory.evaluator_peak_bytes", wanted: "GB" });
  assert.equal(measureTitle(peak), "peak, GB");
  assert.equal(measureOf(peak)(made({ "memory.evaluator_peak_bytes": 2e9 })), 2);
});

test("an axis of scores stays within a metric's bounds, and leaves room for differences", () => {
  const axis = bounded(metricNamed("share"));
  assert.deepEqual([axis.min?.({ min: 90, max: 95 }), axis.max?.({ min: 90, max: 95 })], [88, 97]);
  assert.deepEqual([axis.min?.({ min: 1, max: 99.5 }), axis.max?.({ min: 1, max: 99.5 })], [0, 100]);
  assert.deepEqual(bounded(metricNamed("growth")), {});
  assert.deepEqual(bounded(undefined), {});
});

test("where no heading says a unit, the number does", () => {
  assert.deepEqual(
    [written(0.0085, "s"), written(26.14e9, "bytes"), written(18.25, "bits")],
    ["8.50 ms", "26.1 GB", "18.3 bits"],
  );
  assert.deepEqual([written(1201, "count", 4), written(0.9753, "metric", 4)], ["1\u2009201", "0.9753"]);
  for (const unit of /** @type {const} */ (["s", "bytes", "bits", "count"]))
    assert.equal(written(null, unit), "–");
});
