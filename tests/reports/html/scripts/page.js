// A page for modules that read one: elements that hold data, and nothing that is drawn.

/** @import { PageData } from "../../../../reports/html/scripts/types.js" */

const PERCENT = { unit: "%", scale: 100, digits: 2, significant: false };

/** @type {Partial<PageData>} */
const DATA = {
  backends: ["openfhe", "pyfhel", "tenseal"],
  metrics: {
    share: {
      title: "share right",
      better: "higher",
      low: 0,
      high: 1,
      format: PERCENT,
      loss: { ...PERCENT, unit: "points" },
    },
    growth: {
      title: "growth",
      better: "lower",
      low: 1,
      high: null,
      format: { unit: "", scale: 1, digits: 4, significant: true },
      loss: PERCENT,
    },
  },
  units: {
    "latency.evaluate_s": "s",
    "memory.evaluator_peak_bytes": "bytes",
    "ladder.precision_bits": "bits",
    "counts.bootstraps": "count",
  },
  conditions: [1, 2].map((number) => ({
    ...{ number, case: "toy / vit", samples: "digest, 2 samples", records: 1, cpu: "a processor", cores: 2 },
    ...{ threads: 1, memory_bytes: 8e9, os: "an os", software: [], calibration: null, commits: [] },
  })),
};

/** Give the modules this page to read; they read it once. */
export function openPage() {
  const text = JSON.stringify(DATA);
  Object.assign(globalThis, { document: { getElementById: () => ({ textContent: text }) } });
}
