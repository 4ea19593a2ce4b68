// Latency against precision, with the Pareto front of each group of comparable secure records.
import { legend, logAxis, valueAxis } from "../axes.js";
import { conditionsColumn, nameColumns, precisionColumn, STANDINGS, seconds3 } from "../columns.js";
import { chooser } from "../controls.js";
import { el } from "../dom.js";
import { seconds } from "../format.js";
import { naming } from "../labels.js";
import { addFigure, clearPlots, MANY } from "../plot.js";
import { caseOf, distinct, endedOk, groupBy, precision, secureRow } from "../rows.js";
import { backendInk, backendSymbol, style } from "../theme.js";

function frontOption(rows) {
  const name = naming(rows);
  const point = (row) => ({
    value: [row["latency.per_sample_s"], row["ladder.precision_bits"]],
    place: row.place,
    lines: [
      name(row),
      `${seconds(row["latency.per_sample_s"])} per sample`,
      `${precision(row)} bits`,
      row["derived.front"] ? "on the Pareto front" : "",
    ],
  });
  const kinds = [
    [true, ""],
    [false, " (INSECURE)"],
  ];
  const dots = distinct(rows, "backend")
    .flatMap((backend) =>
      kinds.map(([secure, suffix]) => ({
        type: "scatter",
        name: backend + suffix,
        symbol: backendSymbol(backend),
        symbolSize: rows.length > MANY ? 6 : 13,
        itemStyle: {
          color: secure ? backendInk(backend) : "transparent",
          borderColor: backendInk(backend),
          borderWidth: 2,
          opacity: 0.9,
        },
        color: backendInk(backend),
        data: rows.filter((row) => row.backend === backend && secureRow(row) === secure).map(point),
      })),
    )
    .filter((series) => series.data.length);
  const fronts = [
    ...groupBy(
      rows.filter((row) => row["derived.front"]),
      (row) => row["derived.group"],
    ).values(),
  ].map((group) => ({
    type: "line",
    name: "Pareto front",
    step: "end",
    symbol: "none",
    silent: true,
    z: 1,
    color: style("--muted"),
    lineStyle: { type: "dashed", width: 1.5 },
    data: group
      .sort((one, other) => one["latency.per_sample_s"] - other["latency.per_sample_s"])
      .map((row) => [row["latency.per_sample_s"], row["ladder.precision_bits"]]),
  }));
  return {
    height: 420,
    grid: { left: 48, right: 20, top: 40, bottom: 48 },
    legend: legend(),
    xAxis: logAxis(
      "seconds per sample (log)",
      rows.map((row) => row["latency.per_sample_s"]),
    ),
    yAxis: valueAxis("precision, bits", { scale: true, nameGap: 32, boundaryGap: ["8%", "8%"] }),
    series: [...fronts, ...dots],
  };
}

export function front(parent, rows) {
  const placed = rows.filter(
    (row) => endedOk(row) && row["latency.per_sample_s"] && row["ladder.precision_bits"] !== null,
  );
  const cases = [...groupBy(placed, caseOf).keys()];
  if (!cases.length) {
    parent.append(el("p", { class: "empty" }, "No record has both a time and a precision."));
    return;
  }
  const place = el("div");
  const draw = (chosen) => {
    const points = placed.filter((row) => caseOf(row) === chosen);
    addFigure(clearPlots(place), {
      title: `${chosen}: seconds per sample against bits of precision`,
      note: "Up and to the left is better. Filled: secure. Hollow: INSECURE, and never on a front.",
      renderer: points.length > MANY ? "canvas" : "svg",
      alt: `${points.length} records as points.`,
      option: () => frontOption(points),
      table: () => ({
        caption: `${chosen}: latency and precision`,
        rows: points,
        groups: STANDINGS,
        columns: [
          ...nameColumns(),
          seconds3("Per sample", "latency.per_sample_s"),
          precisionColumn,
          { title: "On the front", value: (row) => (row["derived.front"] ? "yes" : "no") },
          conditionsColumn,
        ],
      }),
    });
  };
  if (cases.length > 1) parent.append(chooser("Case", cases, cases[0], draw));
  parent.append(place);
  draw(cases[0]);
}
