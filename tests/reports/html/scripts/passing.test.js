import assert from "node:assert/strict";
import { test } from "node:test";
import { CHOICES, passes } from "../../../../reports/html/scripts/passing.js";
import { made } from "./rows.js";

const anything = { hidden: new Set(/** @type {string[]} */ ([])), newest: false, text: "", chosen: {} };

test("a row passes where nothing is wanted", () => {
  assert.ok(passes(anything)(made({ "derived.newest": false, status: "failed" })));
});

test("a hidden backend and what is superseded are left out", () => {
  assert.ok(!passes({ ...anything, hidden: new Set(["tenseal"]) })(made()));
  assert.ok(passes({ ...anything, hidden: new Set(["pyfhel"]) })(made()));
  assert.ok(!passes({ ...anything, newest: true })(made({ "derived.newest": false })));
});

test("all words must be found, in any column and any case", () => {
  const row = made({ reason: "the library cannot bootstrap", status: "unsupported" });
  assert.ok(passes({ ...anything, text: " TENSEAL bootstrap " })(row));
  assert.ok(!passes({ ...anything, text: "tenseal rotate" })(row));
});

test("every choice is of a value that some row has", () => {
  const row = made({ status: "timed_out", "security.secure": false });
  const values = CHOICES.map((choice) => choice.value(row));
  assert.deepEqual(values, ["n14", "timed out", "INSECURE"]);
  for (const choice of CHOICES) {
    assert.ok(passes({ ...anything, chosen: { [choice.id]: choice.value(row) } })(row));
    assert.ok(!passes({ ...anything, chosen: { [choice.id]: "another" } })(row));
  }
});
