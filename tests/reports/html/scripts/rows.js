// Rows as the page's data have them, every number of which was measured unless a test says otherwise.

/** @import { Row } from "../../../../reports/html/scripts/types.js" */

/** @type {Partial<Row>} */
const COMMON = {
  place: 0,
  run_id: "run",
  started_at: "2026-11-23T04:45:00+00:00",
  suite: "toy",
  case: "vit",
  backend: "tenseal",
  parameter_set: "n14",
  cell: "cell",
  key: "aa".repeat(32),
  status: "ok",
  reason: null,
  weights: "trained",
  samples: 2,
  "environment.threads": 1,
  "security.secure": true,
  "ladder.metric": "accuracy",
  "ladder.precision_bits": 18.25,
  "latency.per_sample_s": 3,
  "derived.standing": "secure",
  "derived.newest": true,
  "derived.group": 1,
  "derived.front": false,
  "derived.measured": false,
  "derived.interactive": false,
  "derived.unranked": null,
  "derived.sample_s": 3,
  "derived.distorted": null,
  "computed.lan_s": null,
  "computed.wan_s": null,
  "computed.price": null,
};

/**
 * A row that differs from the common one.
 * @param {Partial<Row>} changes
 */
export const made = (changes = {}) => /** @type {Row} */ ({ ...COMMON, ...changes });
