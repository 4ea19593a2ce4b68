import assert from "node:assert/strict";
import { test } from "node:test";
import { casesOf } from "../../../../reports/html/scripts/cases.js";
import { made } from "./rows.js";

test("trained weights come first, then those with most secure cells", () => {
  const rows = [
    ...["a", "b", "c"].map((cell) => made({ case: "layer", weights: "random", cell })),
    made({ case: "small", cell: "a" }),
    ...["a", "b", "b"].map((cell) => made({ case: "large", cell })),
    ...["a", "b", "c"].map((cell) => made({ case: "insecure", cell, "derived.standing": "insecure" })),
  ];
  assert.deepEqual(
    casesOf(rows).map(({ name, trained, cells }) => [name, trained, cells]),
    [
      ["toy / large", true, 2],
      ["toy / small", true, 1],
      ["toy / insecure", true, 0],
      ["toy / layer", false, 3],
    ],
  );
});
