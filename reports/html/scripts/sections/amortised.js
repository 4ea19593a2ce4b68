// One input against amortised: what one waits for, and what each costs in a full batch.
import { legend, logAxis } from "../axes.js";
import { BANDS, bandAxis, bandsOf } from "../bands.js";
import { conditionsColumn, count, nameColumns, STANDINGS, seconds3 } from "../columns.js";
import { seconds, several } from "../format.js";
import { firstOf, naming } from "../labels.js";
import { addFigure } from "../plot.js";
import { OWN_TYPES } from "../sweeping.js";
import { backendInk, style } from "../theme.js";

function amortisedOption(rows, width) {
  const name = naming(rows);
  const ends = [
    ["one input", "derived.one_input_s", "circle"],
    ["per sample, batch full", "derived.full_batch_s", "diamond"],
  ];
  const point = ([title, source], row) => ({
    value: [row[source], `row-${rows.indexOf(row)}`],
    place: row.place,
    lines: [name(row), `${title}: ${seconds(row[source])}`],
    itemStyle: {
      color: source === ends[0][1] ? backendInk(row.backend) : style("--surface"),
      borderColor: backendInk(row.backend),
      borderWidth: 2,
    },
  });
  return {
    height: bandsOf(rows, width).height + BANDS.top + BANDS.bottom,
    grid: BANDS,
    legend: legend(),
    xAxis: logAxis(
      "seconds (log)",
      rows.flatMap((row) => ends.map(([, source]) => row[source])),
    ),
    yAxis: bandAxis(rows, width),
    series: [
      ...ends.map((end) => ({
        type: "scatter",
        name: end[0],
        symbol: end[2],
        symbolSize: 13,
        color: style("--neutral"),
        z: 3,
        data: rows.map((row) => point(end, row)),
      })),
      ...rows.map((row, place) => ({
        type: "line",
        silent: true,
        symbol: "none",
        color: backendInk(row.backend),
        lineStyle: { width: 2 },
        data: ends.map(([, source]) => [row[source], `row-${place}`]),
      })),
    ],
  };
}

export function amortised(parent, rows) {
  const { shown, note } = firstOf(
    rows.filter((row) => row["derived.full_batch_s"]),
    16,
  );
  const left = rows.filter(
    (row) => row["latency.evaluate_s"] !== null && OWN_TYPES.test(row.parameter_set),
  ).length;
  const without = left
    ? `${several(left, "record is", "records are")} left out: in a library's own types there are no batches.`
    : null;
  addFigure(parent, {
    title: "One input and per sample, seconds",
    note: [note, without].filter(Boolean).join(" "),
    alt: `For each of ${shown.length} records the time that one input waits and the time per sample of a full batch.`,
    empty: shown.length ? null : "No record has times of batches.",
    option: (width) => amortisedOption(shown, width),
    table: () => ({
      caption: "One input against amortised",
      rows: shown,
      groups: STANDINGS,
      columns: [
        ...nameColumns(),
        count("Batch", "batch"),
        count("Batches", "derived.batches"),
        seconds3("One input", "derived.one_input_s"),
        seconds3("Per sample, batch full", "derived.full_batch_s"),
        seconds3("Per sample, as run", "latency.per_sample_s"),
        seconds3("In the clear, all samples", "latency.clear_model_s"),
        conditionsColumn,
      ],
    }),
  });
}
