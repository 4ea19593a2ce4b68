// Axes, legends and scales of plots.

/** @import { Options } from "./types.js" */
import { grouped, significant } from "./format.js";
import { LETTER } from "./labels.js";
import { amountColours, style } from "./theme.js";

/** A number at an axis: no digits that say nothing. */
const tick = (/** @type {number} */ value) => grouped(Number(value.toPrecision(6)));

/**
 * The ends of a logarithmic axis over values, and its marks: at 1, 2 and 5 of each decade, or at decades where
 * there are many.
 * @param {number[]} values
 */
export function logMarks(values) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const steps = high / low > 1000 ? [1] : [1, 2, 5];
  const marks = decades(low, high).flatMap((decade) => steps.map((step) => step * decade));
  const min = marks.filter((mark) => mark <= low).at(-1) ?? low / 2;
  const max = marks.find((mark) => mark >= high) ?? high * 2;
  return { min, max, marks: marks.filter((mark) => mark >= min && mark <= max) };
}

/**
 * The powers of ten around two values.
 * @param {number} low
 * @param {number} high
 */
function decades(low, high) {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  return Array.from({ length: last - first + 1 }, (_, place) => 10 ** (first + place));
}

/**
 * A logarithmic axis over values.
 * @param {string} name
 * @param {number[]} values
 * @param {Options} more
 */
export function logAxis(name, values, more = {}) {
  const { min, max, marks: customValues } = logMarks(values);
  const axis = valueAxis(name, more);
  const axisLabel = { ...axis.axisLabel, customValues };
  return { ...axis, type: "log", min, max, axisTick: { customValues }, axisLabel };
}

/**
 * A linear axis.
 * @param {string} name
 * @param {Options} more
 * @returns {Options & { axisLabel: Options }}
 */
export function valueAxis(name, more = {}) {
  return {
    type: "value",
    name,
    nameLocation: "middle",
    nameGap: 30,
    nameTextStyle: { color: style("--muted") },
    axisLabel: { color: style("--muted"), hideOverlap: true, formatter: tick },
    axisLine: { show: true, lineStyle: { color: style("--line-strong") } },
    splitLine: { lineStyle: { color: style("--line") } },
    ...more,
  };
}

/**
 * An axis of names, upright where they fit, and how high their letters stand.
 * @param {string[]} names
 * @param {number} room the width of each
 * @returns {{ axis: Options, height: number }}
 */
export function namesAxis(names, room) {
  const longest = Math.max(0, ...names.map((name) => name.length));
  const upright = room > longest * LETTER + 8;
  const axis = {
    type: "category",
    data: names,
    axisTick: { show: false },
    axisLine: { show: false },
    axisLabel: {
      rotate: upright ? 0 : 90,
      interval: 0,
      color: style("--text"),
      fontSize: room < 14 ? 10 : 11,
    },
  };
  return { axis, height: upright ? 16 : longest * 6 };
}

/** @param {Options} more */
export const legend = (more = {}) => ({
  type: "scroll",
  top: 0,
  left: 0,
  itemWidth: 14,
  itemHeight: 12,
  textStyle: { color: style("--text"), lineHeight: 18 },
  pageTextStyle: { color: style("--muted") },
  pageIconColor: style("--accent"),
  pageIconInactiveColor: style("--line-strong"),
  ...more,
});

/**
 * Colour by amount, with its scale under the plot.
 * @param {number} low
 * @param {number} high
 * @param {string} unit
 */
export const amounts = (low, high, unit, digits = 2) => ({
  min: low,
  max: high,
  calculable: false,
  orient: "horizontal",
  left: 0,
  bottom: 0,
  itemWidth: 12,
  itemHeight: 150,
  inRange: { color: amountColours() },
  textStyle: { color: style("--muted") },
  text: [`${significant(high, digits)} ${unit}`, significant(low, digits)],
});
