import assert from "node:assert/strict";
import { test } from "node:test";
import { cosine } from "../../../../reports/html/scripts/rows.js";
import { shownFamilies } from "../../../../reports/html/scripts/sections/polynomials.js";
import { made } from "./rows.js";

const member = (/** @type {number} */ place) => ({
  ...{ place, way: null, attention: null, mlp: null, samples: 9, original: 0.5, polynomial: 0.5 },
  ...{ lost: null, lost_written: null },
});
const FAMILY = { title: "vit", metric: "share", samples: 9, members: [member(0), member(1), member(2)] };

test("a family is shown where two of its checkpoints pass the filters", () => {
  const rows = [made({ place: 2 }), made({ place: 0 })];
  const [{ entries }] = shownFamilies([FAMILY], rows);
  assert.deepEqual(
    entries.map(({ row, member }) => [row.place, member.place]),
    [
      [0, 0],
      [2, 2],
    ],
  );
  assert.deepEqual(shownFamilies([FAMILY], rows.slice(1)), []);
});

test("a checkpoint of several processes has the row of all of them", () => {
  const processes = [made({ place: 0 }), made({ place: 3 })];
  const all = made({ place: 3, processes });
  const [{ entries }] = shownFamilies([FAMILY], [all, made({ place: 1 })]);
  assert.equal(entries[0].row, all);
});

test("what answers embeddings has a cosine, and nothing else has one", () => {
  assert.equal(cosine(made({ "ladder.cosine": 0.99999 })), "cosine 0.999990");
  assert.equal(cosine(made({ "ladder.cosine": null })), null);
});
