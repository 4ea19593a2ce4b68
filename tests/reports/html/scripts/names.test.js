import assert from "node:assert/strict";
import { test } from "node:test";
import { setFacts, setName } from "../../../../reports/html/scripts/names.js";
import { made } from "./rows.js";

const numbers = {
  ...{ "security.log_n": 14, "security.log_qp": 427.6, "derived.depth": 8 },
  ...{ "derived.scale_bits": 40, "derived.digits": 9, "derived.refresh": "round trip" },
};

test("a set is called by its alias, else by its numbers, else by its long name", () => {
  assert.equal(setName(made({ ...numbers, "derived.alias": "shared14" })), "shared14");
  assert.equal(setName(made(numbers)), "N = 2^14, scale 40, depth 8, round trip");
  assert.equal(setName(made({ "derived.depth": null })), "n14");
});

test("what is INSECURE says so without an alias", () => {
  assert.ok(/, INSECURE$/.test(setName(made({ ...numbers, parameter_set: "n12_toy_INSECURE" }))));
});

test("the numbers of a set stand in a line, those that are known", () => {
  assert.equal(setFacts(made(numbers)), "N = 2^14, log QP 428, depth 8, scale 40, digits 9");
  assert.equal(setFacts(made({ "derived.depth": 7 })), "depth 7");
});
