// Heat maps of records by the names of their parts.
import { amounts } from "./axes.js";
import { bandAxis, bandsOf } from "./bands.js";
import { STANDINGS } from "./columns.js";
import { breakable } from "./dom.js";
import { significant } from "./format.js";
import { LETTER, naming } from "./labels.js";
import { recordLink } from "./links.js";
import { lettersOn, style } from "./theme.js";

/** A heat map of records by the names of their parts. `cells`: row → [{name, value, lines}]. */
export function heatOption(rows, cells, { unit, width, order = undefined }) {
  const found = rows.map(cells);
  const names = partNames(found, order);
  const values = found
    .flat()
    .map((cell) => cell.value)
    .filter((value) => value !== null);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = (width - 12) / names.length;
  const upright = room > longest(names) * LETTER + 8;
  const bottom = 48 + (upright ? 16 : longest(names) * 6);
  return {
    height: bandsOf(rows, width).height + 6 + bottom,
    grid: { left: 4, right: 8, top: 6, bottom },
    xAxis: {
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
    },
    yAxis: bandAxis(rows, width),
    visualMap: amounts(low, high === low ? low + 1 : high, unit, 3),
    series: [
      {
        type: "heatmap",
        itemStyle: { borderColor: style("--surface"), borderWidth: 1 },
        label: {
          show: room >= 30,
          fontSize: 11,
          formatter: (event) => significant(event.value[2], room >= 44 ? 3 : 2),
        },
        data: rows.flatMap((row, place) =>
          found[place]
            .filter((cell) => cell.value !== null)
            .map((cell) => ({
              value: [cell.name, `row-${place}`, cell.value],
              place: row.place,
              lines: cell.lines,
              label: { color: lettersOn((cell.value - low) / (high - low || 1)) },
            })),
        ),
      },
    ],
  };
}

/** Whether there is anything to draw: the heat map of records that have no value has no amounts. */
export const hasHeat = (rows, cells) => rows.some((row) => cells(row).some((cell) => cell.value !== null));

/** The parts' names, in the order of the first record that has them, or in one that is given. */
function partNames(found, order) {
  const names = [...new Set(found.flat().map((cell) => cell.name))];
  return order ? names.sort(order) : names;
}

const longest = (names) => Math.max(0, ...names.map((name) => name.length));

/** The table behind a heat map: a column a part. */
export function heatTable(caption, rows, cells, unit, order) {
  const name = naming(rows);
  const found = new Map(rows.map((row) => [row, new Map(cells(row).map((cell) => [cell.name, cell.value]))]));
  const names = partNames(rows.map(cells), order);
  return {
    caption,
    rows,
    groups: STANDINGS,
    columns: [
      { title: "Record", heading: true, value: name, cell: (row) => recordLink(row, breakable(name(row))) },
      ...names.map((part) => ({
        title: part,
        unit,
        numeric: true,
        value: (row) => found.get(row).get(part) ?? null,
        cell: (row) => significant(found.get(row).get(part)),
      })),
    ],
  };
}
