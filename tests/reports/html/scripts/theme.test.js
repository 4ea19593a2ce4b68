import assert from "node:assert/strict";
import { test } from "node:test";
import { backendPlace, backendSymbol, COLOURS } from "../../../../reports/html/scripts/theme.js";

const NAMES = ["cleartext", "openfhe", "pyfhel", "tenseal"];

test("what a backend looks like follows from its name, where there is no page at all", () => {
  assert.deepEqual(
    NAMES.map((name) => backendPlace(name)),
    [4, 6, 2, 1],
  );
  assert.deepEqual(
    NAMES.map((name) => backendSymbol(name)),
    ["rect", "circle", "diamond", "triangle"],
  );
});

test("any name has a colour, and other names others", () => {
  const places = Array.from({ length: 200 }, (_, number) => backendPlace(`library ${number}`));
  assert.deepEqual(
    [...new Set(places)].sort((one, other) => one - other),
    Array.from({ length: COLOURS }, (_, number) => number),
  );
  for (const name of ["", "constructor", "</script>", "ünicode 🔒"])
    assert.ok(Number.isInteger(backendPlace(name)));
});
