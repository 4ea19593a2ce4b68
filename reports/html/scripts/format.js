// Numbers as readers see them. What was not measured is a dash, never 0.

export const ABSENT = "–";

/** So many significant digits, whole ones never rounded away, as reports/figures.py has them: 0.00850, 26.1, 15 343. */
export function significant(value, digits = 3) {
  if (value === null || value === undefined) return ABSENT;
  if (value === 0) return "0";
  if (Math.abs(value) < 1e-4) return value.toExponential(1);
  const exponent = Number(value.toExponential(digits - 1).split("e")[1]); // 999.7 has three digits as 1000
  return grouped(value.toFixed(Math.max(0, digits - 1 - exponent)));
}

/** A number with thin spaces between thousands. */
export function grouped(value) {
  if (value === null || value === undefined) return ABSENT;
  const [whole, ...decimals] = String(value).split(".");
  return [whole.replace(/\B(?=(\d{3})+$)/g, "\u2009"), ...decimals].join(".");
}

/** So many of something. */
export const several = (count, name, many = `${name}s`) => `${grouped(count)} ${count === 1 ? name : many}`;

export function fixed(value, digits) {
  return value === null || value === undefined
    ? ABSENT
    : value.toFixed(digits).replace(/^-(0(?:\.0*)?)$/, "$1");
}

const scaled = (divisor) => (value) => (value === null || value === undefined ? null : value / divisor);

export const toGigabytes = scaled(1e9);

export const toMegabytes = scaled(1e6);

/** A duration or a size with the unit that suits it, where no heading says one. */
export function seconds(value) {
  if (value === null || value === undefined) return ABSENT;
  if (value >= 1 || value === 0) return `${significant(value)} s`;
  return value >= 1e-3 ? `${significant(value * 1e3)} ms` : `${significant(value * 1e6)} µs`;
}

export function bytes(value) {
  if (value === null || value === undefined) return ABSENT;
  const units = ["B", "kB", "MB", "GB", "TB"];
  let place = 0;
  for (; value >= 1000 && place < units.length - 1; place += 1) value /= 1000;
  return `${significant(value)} ${units[place]}`;
}
