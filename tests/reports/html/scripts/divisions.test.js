import assert from "node:assert/strict";
import { test } from "node:test";
import { rank, secondsOf, unranked } from "../../../../reports/html/scripts/divisions.js";
import { found } from "../../../../reports/html/scripts/found.js";
import { made } from "./rows.js";

/** @import { Row } from "../../../../reports/html/scripts/types.js" */

const ASKED = { time: /** @type {const} */ ("sample"), bits: 8, agreement: 0.99, rtt: 0 };

const asks = (/** @type {Partial<Row>} */ changes) =>
  made({
    ...{ "counts.round_trips": 12, "counts.bootstraps": 0, "ladder.label_agreement": 1 },
    ...{ "derived.interactive": true, ...changes },
  });
const alone = (/** @type {Partial<Row>} */ changes) =>
  made({ "counts.round_trips": 0, "counts.bootstraps": 3, "ladder.label_agreement": 1, ...changes });

test("who asks the key owner and who does not are never ranked together", () => {
  const rows = [
    asks({ "derived.sample_s": 4 }),
    alone({ "derived.sample_s": 9 }),
    asks({ "derived.sample_s": 2, backend: "pyfhel" }),
  ];
  const { divisions, left } = rank(rows, ASKED);
  assert.deepEqual(
    divisions.map(({ id, races }) => [id, races.map(({ cells }) => cells.map(({ s, ratio }) => [s, ratio]))]),
    [
      [
        "interactive",
        [
          [
            [2, 1],
            [4, 2],
          ],
        ],
      ],
      ["alone", [[[9, 1]]]],
    ],
  );
  assert.deepEqual(left, []);
});

test("other conditions are a race of their own, the one with most cells first", () => {
  const rows = [asks({ "derived.group": 2 }), asks({}), asks({ backend: "pyfhel" })];
  const [{ races }] = rank(rows, ASKED).divisions;
  assert.deepEqual(
    races.map(({ group, cells }) => [group, cells.length]),
    [
      [1, 2],
      [2, 1],
    ],
  );
});

test("a floor is a condition of being ranked, and says what is under it", () => {
  const coarse = asks({ "ladder.precision_bits": 7.5 });
  assert.equal(unranked(coarse, ASKED), "7.5 bits, under the floor");
  assert.equal(unranked(coarse, { ...ASKED, bits: 7 }), null);
  const unlike = asks({ "ladder.label_agreement": 0.95 });
  assert.equal(unranked(unlike, ASKED), "95.0 % the same label, under the floor");
  assert.equal(unranked(unlike, { ...ASKED, agreement: 0.9 }), null);
  const exact = asks({ "ladder.precision_bits": null, "ladder.logit_error_max": 0 });
  assert.equal(unranked(exact, { ...ASKED, bits: 40 }), null);
  assert.equal(unranked(asks({ "ladder.precision_bits": null }), ASKED), "precision unknown");
});

test("what is ranked with none whatever a reader asks, or has no times, says why", () => {
  const reasons = [
    asks({ "derived.unranked": "INSECURE", "derived.sample_s": null }),
    asks({ "derived.sample_s": null, "derived.distorted": "its times hold a stall" }),
    asks({ "derived.sample_s": null, "derived.probed": true }),
    asks({ "derived.sample_s": null }),
  ].map((row) => unranked(row, ASKED));
  assert.deepEqual(reasons, ["INSECURE", "its times hold a stall", "probed, so without times", "no times"]);
});

test("a network is added to each round trip, shared by the samples or by the batches", () => {
  const row = asks({
    ...{ samples: 64, "derived.sample_s": 0.5 },
    ...{ "derived.one_input_s": 8, "derived.batches": 4 },
  });
  assert.equal(secondsOf(row, { ...ASKED, rtt: 0.16 }), 0.5 + (12 * 0.16) / 64);
  assert.equal(secondsOf(row, { ...ASKED, rtt: 0.16, time: "input" }), 8 + 3 * 0.16);
  assert.equal(secondsOf(alone({ "derived.sample_s": 2 }), { ...ASKED, rtt: 1 }), 2);
});

test("a network may change who is fastest", () => {
  const few = asks({ "counts.round_trips": 1, samples: 1, "derived.sample_s": 3, backend: "few" });
  const many = asks({ samples: 1, "derived.sample_s": 2, backend: "many" });
  const first = (/** @type {number} */ rtt) =>
    rank([few, many], { ...ASKED, rtt }).divisions[0].races[0].cells[0].row.backend;
  assert.deepEqual([first(0), first(0.5)], ["many", "few"]);
});

test("several processes have their least and most beside their median", () => {
  const processes = [1, 5, 3].map((s) => asks({ "derived.sample_s": s }));
  const [{ races }] = rank([asks({ processes, "derived.sample_s": 3 })], ASKED).divisions;
  const [{ s, least, most }] = races[0].cells;
  assert.deepEqual([s, least, most], [3, 1, 5]);
});

test("the sentence tells both divisions apart, with times, bits and the next", () => {
  const rows = [
    asks({ "derived.sample_s": 0.45 }),
    asks({ "derived.sample_s": 0.54, backend: "pyfhel" }),
    alone({ "derived.sample_s": 1.2, backend: "openfhe", "environment.threads": 2, "derived.group": 2 }),
  ];
  const text = found(rank(rows, ASKED).divisions, ASKED)
    .map((part) => part.text)
    .join("");
  assert.equal(
    text,
    "tenseal with n14 is the fastest of 2 that ask the key owner (12 times): 450 ms a sample at 18.3 bits, 1.20 times " +
      "as fast as the next (one process: no verdict), on 1 thread. openfhe with n14 needs nobody (3 bootstraps): 1.20 s a sample at 18.3 bits, on 2 threads. ",
  );
});

test("where nothing is ranked the sentence says so", () => {
  const text = found(rank([asks({ "derived.unranked": "failed" })], ASKED).divisions, ASKED);
  assert.ok(/Nothing is ranked/.test(text[0].text));
});
