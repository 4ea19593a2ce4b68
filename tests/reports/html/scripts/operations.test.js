import assert from "node:assert/strict";
import { test } from "node:test";
import { drawable, points } from "../../../../reports/html/scripts/curves.js";
import {
  comparedPrimitives,
  comparedTitle,
  levelGroups,
  measuredBy,
  newestProcesses,
  oneOperation,
  operationFacts,
  operations,
} from "../../../../reports/html/scripts/operations.js";
import { made } from "./rows.js";

/** @import { Found, Primitive, Row } from "../../../../reports/html/scripts/types.js" */

/**
 * @param {Partial<Primitive>} changes
 * @returns {Primitive}
 */
const primitive = (changes = {}) => ({ name: "rotate", level: 8, count: 2, s: 0.2, ...changes });

/**
 * A row with primitives, and with what its library lacks.
 * @param {Partial<Row>} changes
 * @param {Primitive[]} primitives
 * @param {{ name: string, reason: string }[]} [unsupported]
 * @returns {Found}
 */
const found = (changes, primitives, unsupported) => [
  made(changes),
  { latency: { course: [], layers: [], primitives, unsupported }, ladder: { layers: [] } },
];

test("one operation is the median of single samples, else the mean", () => {
  assert.equal(oneOperation(primitive({ samples_s: [3, 1, 2] })), 2);
  assert.equal(oneOperation(primitive()), 0.1);
  assert.equal(oneOperation(primitive({ s: null })), null);
  assert.equal(oneOperation(primitive({ count: 0 })), null);
});

test("a line has the median of its processes, the least and the most, and the process in the middle", () => {
  const times = [0.01, 0.03, 0.02];
  const processes = times.map((s, place) =>
    found({ place }, [primitive({ samples_s: [s], precision_bits: 20 + place, bytes: 1000 })]),
  );
  const [line, ...others] = operations(processes);
  assert.deepEqual(others, []);
  const measured = measuredBy(line, "tenseal");
  assert.deepEqual([measured?.s, measured?.least, measured?.most], [0.02, 0.01, 0.03]);
  assert.deepEqual([measured?.bits, measured?.bytes, measured?.row.place], [20, 1000, 2]);
  assert.ok(measured);
  assert.deepEqual(operationFacts(measured, 3), ["10.0–30.0", "20.0 bits", "1.00 kB"]);
  assert.deepEqual(operationFacts(measured, 4)[1], "3 processes");
});

test("what a library lacks is beside what others have, else in a line of its own", () => {
  const lines = operations([
    found({ backend: "openfhe" }, [primitive(), primitive({ level: 7 })]),
    found(
      {},
      [],
      [
        { name: "rotate", reason: "no keys" },
        { name: "bootstrap", reason: "none" },
      ],
    ),
  ]);
  assert.deepEqual(
    lines.map(({ name, level }) => [name, level]),
    [
      ["rotate", 8],
      ["rotate", 7],
      ["bootstrap", null],
    ],
  );
  for (const line of lines.slice(0, 2)) assert.deepEqual(line.by.tenseal, { reason: "no keys" });
  assert.equal(measuredBy(lines[2], "tenseal"), null);
});

test("lines are in groups: keys, what none has, then levels from the top", () => {
  const lines = operations([
    found(
      {},
      [primitive({ level: 7 }), primitive(), primitive({ name: "keys", level: null })],
      [{ name: "bootstrap", reason: "none" }],
    ),
  ]);
  const groups = levelGroups(lines).map(({ title, has }) => [
    title,
    lines.filter(has).map((line) => line.name),
  ]);
  assert.deepEqual(groups, [
    ["Keys, at no level", ["keys"]],
    ["Unsupported by every backend here", ["bootstrap"]],
    ["Level 8", ["rotate"]],
    ["Level 7", ["rotate"]],
  ]);
});

test("only primitives of one case, set, standing and conditions compare, measured ones first", () => {
  const timed = { "derived.timed_primitives": true };
  const within = made({ ...timed, place: 1 });
  const measured = made({ ...timed, place: 2, "derived.measured": true });
  const other = made({ ...timed, place: 3, "derived.measured": true, "derived.group": 2 });
  const insecure = made({ ...timed, place: 4, "derived.measured": true, "derived.standing": "insecure" });
  const groups = comparedPrimitives([made(), within, measured, other, insecure]);
  assert.deepEqual(
    groups.map((rows) => rows.map((row) => row.place)),
    [[2], [3], [1], [4]],
  );
  assert.equal(comparedTitle([within]), "toy / vit · n14 · C1 · within evaluations");
  assert.equal(comparedTitle([insecure]), "toy / vit · n14 · INSECURE · C1");
});

test("processes of an older key are not measured again", () => {
  const rows = [
    made({ key: "old" }),
    made({ key: "new" }),
    made({ key: "new" }),
    made({ backend: "pyfhel", key: "old" }),
  ];
  assert.deepEqual(newestProcesses(rows), [rows[1], rows[2], rows[3]]);
});

test("a curve goes from the lowest level up, over levels at which there is a time", () => {
  const lines = operations([
    found({}, [
      primitive(),
      primitive({ level: 3 }),
      primitive({ level: 5, s: null }),
      primitive({ level: null }),
    ]),
  ]);
  assert.deepEqual(
    points(lines, "tenseal").map(({ level }) => level),
    [3, 8],
  );
  assert.deepEqual(points(lines, "pyfhel"), []);
  assert.deepEqual(drawable({ title: "", rows: [], lines }), ["rotate"]);
});
