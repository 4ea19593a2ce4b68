// Numbers as readers see them, written as reports/figures.py writes them. What was not measured is a dash, never 0.

/** @typedef {number | null | undefined} Maybe a number, where it was measured */

export const ABSENT = "–";

/**
 * Whether there is no value.
 * @param {unknown} value
 * @returns {value is null | undefined}
 */
export const absent = (value) => value === null || value === undefined;

/**
 * So many significant digits, whole ones never rounded away: 0.00850, 26.1, 15 343.
 * @param {Maybe} value
 */
export function significant(value, digits = 3) {
  if (absent(value)) return ABSENT;
  if (value === 0) return "0";
  if (Math.abs(value) < 1e-4) return value.toExponential(1);
  const exponent = Number(value.toExponential(digits - 1).split("e")[1]); // 999.7 has three digits as 1000
  return grouped(value.toFixed(Math.max(0, digits - 1 - exponent)));
}

/**
 * A number with thin spaces between thousands.
 * @param {Maybe | string} value
 */
export function grouped(value) {
  if (absent(value)) return ABSENT;
  const [whole, ...decimals] = String(value).split(".");
  return [whole.replace(/\B(?=(\d{3})+$)/g, "\u2009"), ...decimals].join(".");
}

/**
 * So many of something.
 * @param {Maybe} count
 * @param {string} name
 */
export const several = (count, name, many = `${name}s`) => `${grouped(count)} ${count === 1 ? name : many}`;

/**
 * So many decimals; a zero has no sign.
 * @param {Maybe} value
 * @param {number} digits
 */
export function fixed(value, digits) {
  return absent(value) ? ABSENT : value.toFixed(digits).replace(/^-(0(?:\.0*)?)$/, "$1");
}

/**
 * A duration with the unit that suits it, where no heading says one.
 * @param {Maybe} value
 */
export function seconds(value, digits = 3) {
  if (absent(value)) return ABSENT;
  if (value >= 1 || value === 0) return `${significant(value, digits)} s`;
  return value >= 1e-3 ? `${significant(value * 1e3, digits)} ms` : `${significant(value * 1e6, digits)} µs`;
}

const SIZES = ["B", "kB", "MB", "GB", "TB", "PB"];

/**
 * A size with the unit that suits it, in powers of 1000; bytes are whole.
 * @param {Maybe} value
 */
export function bytes(value, digits = 3) {
  if (absent(value)) return ABSENT;
  let [shown, power] = [value, 0];
  for (; shown >= 1000 && power < SIZES.length - 1; power += 1) shown /= 1000;
  return `${power ? significant(shown, digits) : fixed(shown, 0)} ${SIZES[power]}`;
}

/**
 * Seconds as milliseconds, under a heading that says so.
 * @param {Maybe} s
 */
export const milliseconds = (s) => significant(absent(s) ? null : 1e3 * s);
