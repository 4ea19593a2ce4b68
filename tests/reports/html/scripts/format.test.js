import assert from "node:assert/strict";
import { test } from "node:test";
import {
  absent,
  bytes,
  fixed,
  grouped,
  milliseconds,
  seconds,
  several,
  significant,
} from "../../../../reports/html/scripts/format.js";

test("significant digits are in full, and whole ones are never rounded away", () => {
  const shown = [0, 0.00003, 0.0085, 26.14, 99.95, 999.7, 15342.6].map((value) => significant(value));
  assert.deepEqual(shown, ["0", "3.0e-5", "0.00850", "26.1", "100", "1\u2009000", "15\u2009343"]);
  assert.equal(significant(99.7, 2), "100");
});

test("what was not measured is a dash, and 0 is a number", () => {
  for (const write of [significant, grouped, seconds, bytes, milliseconds])
    for (const nothing of [null, undefined]) assert.equal(write(nothing), "–");
  assert.equal(fixed(null, 2), "–");
  assert.deepEqual([absent(0), absent(""), absent(null), absent(undefined)], [false, false, true, true]);
});

test("thousands are apart, decimals are not", () => {
  assert.deepEqual([999, 1000, 1234567.8912].map(grouped), ["999", "1\u2009000", "1\u2009234\u2009567.8912"]);
});

test("a zero that was rounded has no sign", () => {
  assert.deepEqual([fixed(-0.001, 2), fixed(-0.01, 2), fixed(-0, 0)], ["0.00", "-0.01", "0"]);
});

test("durations and sizes are in the unit that suits them", () => {
  assert.deepEqual(
    [0, 1, 0.0085, 0.000012, 1234].map((value) => seconds(value)),
    ["0 s", "1.00 s", "8.50 ms", "12.0 µs", "1\u2009234 s"],
  );
  assert.deepEqual(
    [9, 512, 1000, 26.14e9, 4e15].map((value) => bytes(value)),
    ["9 B", "512 B", "1.00 kB", "26.1 GB", "4.00 PB"],
  );
  assert.equal(milliseconds(0.0212), "21.2");
});

test("one of something is not several", () => {
  assert.deepEqual(
    [several(1, "thread"), several(0, "thread"), several(2, "process", "processes"), several(null, "thread")],
    ["1 thread", "0 threads", "2 processes", "– threads"],
  );
});
