import assert from "node:assert/strict";
import { test } from "node:test";
import { differing, sweepLines } from "../../../../reports/html/scripts/sweeping.js";
import { openPage } from "./page.js";
import { made } from "./rows.js";

openPage();

test("a line joins one backend, case, program, standing and place", () => {
  const rows = [
    made({ place: 0 }),
    made({ place: 1, "derived.group": 2 }),
    made({ place: 2, parameter_set: "n14_vectors" }),
    made({ place: 3, "derived.standing": "insecure" }),
    made({ place: 4, parameter_set: "n15" }),
  ];
  const lines = [...sweepLines(rows, "security.log_n")].map(([name, group]) => [
    name,
    group.map((row) => row.place),
  ]);
  assert.deepEqual(lines, [
    ["tenseal · toy / vit · C1", [0, 4]],
    ["tenseal · toy / vit · C2", [1]],
    ["tenseal · toy / vit · vectors · C1", [2]],
    ["tenseal · toy / vit · C1 · INSECURE", [3]],
  ]);
});

test("round trips and bootstraps are lines apart, and so are runs without either", () => {
  const rows = [
    made({ place: 0, "counts.bootstraps": 3, "counts.round_trips": 0 }),
    made({ place: 1, "counts.bootstraps": 0, "counts.round_trips": 4, "security.log_n": 15 }),
    made({ place: 2, "counts.bootstraps": 2, "counts.round_trips": 0, "security.log_n": 15 }),
    made({ place: 3, "counts.bootstraps": 0, "counts.round_trips": 0, "security.log_n": 16 }),
  ];
  const lines = [...sweepLines(rows, "security.log_n")].map(([name, group]) => [
    name,
    group.map((row) => row.place),
  ]);
  assert.deepEqual(lines, [
    ["tenseal · toy / vit · bootstraps", [0, 2]],
    ["tenseal · toy / vit · round trips", [1]],
    ["tenseal · toy / vit · no refreshes", [3]],
  ]);
});

test("threads are swept along a line of one machine", () => {
  const rows = [made(), made({ "derived.group": 2, "environment.threads": 2 })];
  assert.deepEqual([...sweepLines(rows, "environment.threads").keys()], ["tenseal · toy / vit"]);
});

test("a parameter is swept where records differ in it, and not where one lacks it", () => {
  const rows = [
    made({ batch: null }),
    made({ batch: 8, "security.log_n": 14 }),
    made({ "security.log_n": 15, batch: 8 }),
  ];
  const titles = differing(rows.map((row) => ({ ...row, samples: 2 }))).map(({ source }) => source);
  assert.ok(titles.includes("security.log_n"));
  assert.ok(!titles.includes("batch"));
  assert.ok(!titles.includes("samples"));
});
