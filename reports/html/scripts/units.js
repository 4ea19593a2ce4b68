// How a number is written by what it is: the unit of its column comes with the page, that of a score with its metric.

/** @import { Metric, NumberFormat, NumberName, Row, Unit } from "./types.js" */
/** @import { Maybe } from "./format.js" */
import { page } from "./data.js";
import { ABSENT, absent, bytes, fixed, grouped, seconds, significant } from "./format.js";

/**
 * How a column of numbers is headed and written.
 * @typedef {object} Scale
 * @property {string | null} unit as the heading has it
 * @property {number} per how many of the number's own unit make one of these
 * @property {(value: Maybe) => string} show the number in this unit
 */

/**
 * A number under a heading that says its unit.
 * @param {string | null} unit
 * @param {(value: Maybe) => string} show
 * @returns {Scale}
 */
const scale = (unit, show, per = 1) => ({ unit, per, show });

/**
 * The unit of a column → how it is written; bytes are written in megabytes where the column does not say gigabytes.
 * @type {Record<string, Scale>}
 */
const SCALES = {
  s: scale("s", significant),
  bytes: scale("MB", significant, 1e6),
  GB: scale("GB", significant, 1e9),
  bits: scale("bits", (value) => fixed(value, 1)),
  count: scale(null, grouped),
  fraction: scale("fraction", (value) => fixed(value, 4)),
  number: scale(null, significant),
};

/**
 * How a column is written: in the unit that the page's data give it, or in gigabytes.
 * @param {NumberName} name
 * @param {"GB"} [wanted]
 */
export const scaleOf = (name, wanted) => SCALES[wanted ?? page().units[name]];

/**
 * A row's number in the unit of its column.
 * @param {NumberName} name
 * @param {"GB"} [wanted]
 * @returns {(row: Row) => number | null}
 */
export function inUnit(name, wanted) {
  return (row) => {
    const value = row[name];
    return absent(value) ? null : value / scaleOf(name, wanted).per;
  };
}

/**
 * A number with its unit, where no heading says one.
 * @param {Maybe} value
 * @param {Unit} unit
 */
export function written(value, unit, digits = 3) {
  if (unit === "s") return seconds(value, digits);
  if (unit === "bytes") return bytes(value, digits);
  return [significant(value, digits), unit === "bits" && !absent(value) ? "bits" : ""]
    .filter(Boolean)
    .join(" ");
}

/** @type {NumberFormat} */
const PLAIN = { unit: "", scale: 1, digits: 4, significant: true };

/**
 * A number in a format that a metric declares, with its unit: 97.50 %, 4.123.
 * @param {NumberFormat} how
 * @param {Maybe} value
 */
export function inFormat(how, value) {
  if (absent(value)) return ABSENT;
  const write = how.significant ? significant : fixed;
  return [write(how.scale * value, how.digits), how.unit].filter(Boolean).join(" ");
}

/**
 * The metric that a model is judged by, by its name.
 * @param {string | null} name
 * @returns {Metric | undefined}
 */
export const metricNamed = (name) => (name === null ? undefined : page().metrics[name]);

/**
 * A rung's score, as its metric is written.
 * @param {string | null} name
 * @param {Maybe} value
 */
export const score = (name, value) => inFormat(metricNamed(name)?.format ?? PLAIN, value);

/**
 * A rung's score, and beside it the nats where the record tells them.
 * @param {string | null} name
 * @param {Maybe} value
 * @param {Maybe} nats
 */
export const scoreAndNats = (name, value, nats) =>
  absent(nats) ? score(name, value) : `${score(name, value)} (${fixed(nats, 4)} nats)`;

/**
 * What is lost between two rungs, as its metric writes losses; positive is worse.
 * @param {string | null} name
 * @param {Maybe} value
 */
export const loss = (name, value) => inFormat(metricNamed(name)?.loss ?? PLAIN, value);

/** The units of losses of all metrics that records are judged by. */
export function lossUnits(/** @type {Row[]} */ rows) {
  const names = new Set(rows.map((row) => row["ladder.metric"]));
  return [...new Set([...names].map((name) => metricNamed(name)?.loss.unit).filter(Boolean))].join(" or ");
}
