// Axes, legends and scales of plots.
import { grouped, significant } from "./format.js";
import { amountColours, style } from "./theme.js";

/** A number at an axis: no digits that say nothing. */
const tick = (value) => grouped(Number(value.toPrecision(6)));

/** A logarithmic axis over values, marked at 1, 2 and 5 of each decade, or at decades where there are many. */
export function logAxis(name, values, more = {}) {
  const decades = (value, round) => 10 ** round(Math.log10(value));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const marks = [];
  const steps = high / low > 1000 ? [1] : [1, 2, 5];
  for (let decade = decades(low, Math.floor); decade <= decades(high, Math.ceil); decade *= 10)
    marks.push(...steps.map((step) => step * decade));
  const min = marks.filter((mark) => mark <= low).at(-1) ?? low / 2;
  const max = marks.find((mark) => mark >= high) ?? high * 2;
  const customValues = marks.filter((mark) => mark >= min && mark <= max);
  const axis = valueAxis(name, more);
  return {
    ...axis,
    type: "log",
    min,
    max,
    axisTick: { customValues },
    axisLabel: { ...axis.axisLabel, customValues },
  };
}

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

/** Colour by amount, with its scale under the plot. */
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
