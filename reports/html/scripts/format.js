// Numbers and names as readers see them. What was not measured is a dash, never 0.

const ABSENT = "–";

/** So many significant digits, whole ones never rounded away, as reports/figures.py has them: 0.00850, 26.1, 15 343. */
function significant(value, digits = 3) {
  if (value === null || value === undefined) return ABSENT;
  if (value === 0) return "0";
  if (Math.abs(value) < 1e-4) return value.toExponential(1);
  const exponent = Number(value.toExponential(digits - 1).split("e")[1]); // 999.7 has three digits as 1000
  return grouped(value.toFixed(Math.max(0, digits - 1 - exponent)));
}

/** A number with thin spaces between thousands. */
function grouped(value) {
  if (value === null || value === undefined) return ABSENT;
  const [whole, ...decimals] = String(value).split(".");
  return [whole.replace(/\B(?=(\d{3})+$)/g, "\u2009"), ...decimals].join(".");
}

/** So many of something. */
const several = (count, name, many = `${name}s`) => `${grouped(count)} ${count === 1 ? name : many}`;

function fixed(value, digits) {
  return value === null || value === undefined ? ABSENT : value.toFixed(digits).replace(/^-(0(?:\.0*)?)$/, "$1");
}

const scaled = (divisor) => (value) => (value === null || value === undefined ? null : value / divisor);
const toGigabytes = scaled(1e9);
const toMegabytes = scaled(1e6);

/** A rung's metric: accuracy in percent, perplexity as it is. */
function metric(row, value) {
  if (value === null || value === undefined) return ABSENT;
  return row["ladder.metric"] === "accuracy" ? `${fixed(100 * value, 2)} %` : significant(value, 4);
}

/** A loss: of accuracy in percentage points, of perplexity in percent; positive is worse. */
function lost(row, value) {
  if (value === null || value === undefined) return ABSENT;
  return `${fixed(100 * value, 2)} ${row["ladder.metric"] === "accuracy" ? "pt" : "%"}`;
}

/** Bits of precision; where no result is off by anything, there is no number of them. */
const exact = (row) => row["ladder.precision_bits"] === null && row["ladder.logit_error_max"] === 0;
const precision = (row) => (exact(row) ? "exact" : fixed(row["ladder.precision_bits"], 1));

/** A duration or a size with the unit that suits it, where no heading says one. */
function seconds(value) {
  if (value === null || value === undefined) return ABSENT;
  if (value >= 1 || value === 0) return `${significant(value)} s`;
  return value >= 1e-3 ? `${significant(value * 1e3)} ms` : `${significant(value * 1e6)} µs`;
}

function bytes(value) {
  if (value === null || value === undefined) return ABSENT;
  const units = ["B", "kB", "MB", "GB", "TB"];
  let place = 0;
  for (; value >= 1000 && place < units.length - 1; place += 1) value /= 1000;
  return `${significant(value)} ${units[place]}`;
}

const STATUS = {
  ok: "ok",
  unsupported: "unsupported",
  failed: "failed",
  timed_out: "timed out",
  out_of_memory: "out of memory",
};
