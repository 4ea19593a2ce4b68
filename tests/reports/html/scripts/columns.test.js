import assert from "node:assert/strict";
import { test } from "node:test";
import { STANDINGS } from "../../../../reports/html/scripts/columns.js";
import { STATUS } from "../../../../reports/html/scripts/rows.js";

test("the group of what did not finish names every status but ok", () => {
  const { title } = STANDINGS[2];
  assert.deepEqual(
    Object.values(STATUS).filter((word) => !title.includes(word)),
    [STATUS.ok],
  );
  assert.ok(title.endsWith(" or interrupted"));
});
