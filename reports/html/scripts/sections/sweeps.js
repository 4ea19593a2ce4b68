// Sweeps: how a measure changes with a parameter, a line for records that compare.
import { legend, valueAxis } from "../axes.js";
import { conditionsColumn, figureColumn, nameColumns, STANDINGS } from "../columns.js";
import { chooser } from "../controls.js";
import { el } from "../dom.js";
import { grouped, significant } from "../format.js";
import { firstOf, naming } from "../labels.js";
import { addFigure, clearPlots, MANY } from "../plot.js";
import { endedOk, secureRow } from "../rows.js";
import { PARAMETERS, SWEPT, sweepLines } from "../sweeping.js";
import { backendInk, backendSymbol, style } from "../theme.js";

function sweepOption(rows, [across, x], [measure, y, scale]) {
  const name = naming(rows);
  return {
    height: 400,
    grid: { left: 60, right: 20, top: 40, bottom: 48 },
    legend: legend(),
    xAxis: valueAxis(across, {
      scale: true,
      minInterval: rows.every((row) => Number.isInteger(row[x])) ? 1 : undefined,
      boundaryGap: ["6%", "6%"],
    }),
    yAxis: valueAxis(measure, { nameGap: 44 }),
    series: [...sweepLines(rows, x)].map(([title, group]) => ({
      type: "line",
      name: title,
      color: backendInk(group[0].backend),
      symbol: backendSymbol(group[0].backend),
      symbolSize: 10,
      itemStyle: secureRow(group[0])
        ? {}
        : { color: style("--surface"), borderColor: backendInk(group[0].backend), borderWidth: 2 },
      // Records that share a value of the parameter differ in something else: no line joins them.
      lineStyle: {
        type: secureRow(group[0]) ? "solid" : "dashed",
        width: new Set(group.map((row) => row[x])).size === group.length ? 2 : 0,
      },
      data: group
        .sort((one, other) => one[x] - other[x])
        .map((row) => ({
          value: [row[x], scale(row[y])],
          place: row.place,
          lines: [name(row), `${across}: ${row[x]}`, `${measure}: ${significant(scale(row[y]))}`],
        })),
    })),
  };
}

export function sweeps(parent, rows) {
  const ok = rows.filter(endedOk);
  const swept = PARAMETERS.filter(
    ([, source]) => new Set(ok.map((row) => row[source]).filter((value) => value !== null)).size > 1,
  );
  if (!swept.length) {
    parent.append(
      el(
        "p",
        { class: "empty" },
        "No parameter differs between the records; run a suite with several parameter sets, or with other --threads.",
      ),
    );
    return;
  }
  const chosen = { parameter: swept[0], measure: SWEPT[0] };
  const place = el("div");
  const draw = () => {
    const { parameter, measure } = chosen;
    const { shown: points, note } = firstOf(
      ok.filter((row) => row[parameter[1]] !== null && row[measure[1]] !== null),
      MANY,
    );
    addFigure(clearPlots(place), {
      title: `${measure[0]} by ${parameter[0]}`,
      note: ["Hollow and dashed: INSECURE.", note].filter(Boolean).join(" "),
      renderer: points.length > 200 ? "canvas" : "svg",
      alt: `${points.length} records, a line for those that compare.`,
      empty: points.length ? null : "No record has both.",
      option: () => sweepOption(points, parameter, measure),
      table: () => ({
        caption: `${measure[0]} by ${parameter[0]}`,
        rows: points,
        groups: STANDINGS,
        columns: [
          ...nameColumns(),
          figureColumn(parameter[0], null, parameter[1], grouped),
          figureColumn(measure[0], null, measure[1], significant, measure[2]),
          conditionsColumn,
        ],
      }),
    });
  };
  const choose = (label, key, options) =>
    chooser(
      label,
      options.map(([title]) => title),
      options[0][0],
      (title) => {
        chosen[key] = options.find((option) => option[0] === title);
        draw();
      },
    );
  parent.append(
    el(
      "div",
      { class: "choosers" },
      choose("Parameter", "parameter", swept),
      choose("Measure", "measure", SWEPT),
    ),
    place,
  );
  draw();
}
