// The course of levels: what the first batch was at as its computation went on, and where it was refreshed.
import { legend, valueAxis } from "./axes.js";
import { chooser } from "./controls.js";
import { whole } from "./data.js";
import { el } from "./dom.js";
import { grouped, significant } from "./format.js";
import { firstOf, naming } from "./labels.js";
import { addFigure, clearPlots } from "./plot.js";
import { stretchLines, timed, what } from "./stretches.js";
import { backendInk, shade, style } from "./theme.js";

const REFRESH_SYMBOLS = { bootstrap: "triangle", round_trip: "circle" };

/** A rectangle from its first second to its last, from its lowest level to its highest; at least a line of it. */
function drawStretch(_parameters, api) {
  const [begins, ends, lowest, highest] = [0, 1, 2, 3].map((place) => api.value(place));
  const [left, top] = api.coord([begins, highest]);
  const [right, bottom] = api.coord([ends, lowest]);
  const shape = { x: left, y: top - 2, width: Math.max(right - left, 1), height: bottom - top + 4 };
  return { type: "rect", shape, style: { fill: api.visual("color") } };
}

function courseOption(row, stretches) {
  const ink = backendInk(row.backend);
  const rectangle = (stretch) => ({
    value: [stretch.begins, stretch.ends, stretch.lowest, stretch.highest],
    place: row.place,
    lines: stretchLines(stretch),
    itemStyle: { color: stretch.refresh ? style("--neutral") : shade(ink, stretch.shaded ? 0.55 : 1) },
  });
  const marks = Object.entries(REFRESH_SYMBOLS)
    .map(([kind, symbol]) => ({
      type: "scatter",
      name: kind.replace("_", " "),
      symbol,
      symbolSize: 11,
      z: 3,
      color: style("--text"),
      itemStyle: { color: style("--text"), borderColor: style("--surface"), borderWidth: 1 },
      data: stretches
        .filter((stretch) => stretch.refresh === kind)
        .map((stretch) => ({
          value: [(stretch.begins + stretch.ends) / 2, stretch.highest],
          place: row.place,
          lines: stretchLines(stretch),
        })),
    }))
    .filter((series) => series.data.length);
  return {
    height: 300,
    grid: { left: 44, right: 20, top: 34, bottom: 44 },
    legend: legend({ data: marks.map((series) => series.name) }),
    xAxis: valueAxis("seconds of the first batch", { max: stretches.at(-1).ends }),
    yAxis: valueAxis("level", {
      nameGap: 26,
      min: 0,
      minInterval: 1,
      max: Math.max(...stretches.map((stretch) => stretch.highest)) + 1,
    }),
    series: [
      {
        type: "custom",
        renderItem: drawStretch,
        encode: { x: [0, 1], y: [2, 3] },
        data: stretches.map(rectangle),
      },
      ...marks,
    ],
  };
}

/** The table behind the course; a row each stretch. */
function courseTable(title, stretches) {
  const column = (heading, value, more = {}) => ({ title: heading, value, ...more });
  const number = (heading, value, show = grouped) =>
    column(heading, value, { numeric: true, cell: (stretch) => show(value(stretch)) });
  return {
    caption: `Course of levels: ${title}`,
    rows: stretches,
    columns: [
      column("In", what, { heading: true }),
      number("Highest level", (stretch) => stretch.highest),
      number("Lowest level", (stretch) => stretch.lowest),
      number("Instructions", (stretch) => stretch.count),
      { ...number("Takes", (stretch) => stretch.s, significant), unit: "s" },
      { ...number("Begins", (stretch) => stretch.begins, significant), unit: "s" },
    ],
  };
}

/** One record's course, chosen among those that have one. */
export function course(parent, rows) {
  const { shown, note } = firstOf(
    rows.filter((row) => row["derived.timed_course"]),
    200,
  );
  if (!shown.length) {
    addFigure(parent, { title: "The course of levels", empty: "No record has a course of levels." });
    return;
  }
  const names = shown.map(naming(shown));
  const place = el("div");
  let wanted = 0;
  const show = async (title, number) => {
    wanted = number;
    const stretches = timed((await whole(shown[number])).latency.course);
    if (wanted !== number) return; // another was chosen while this one was unpacked
    addFigure(clearPlots(place), {
      title: `The course of levels: ${title}`,
      note: [
        "From left to right as the first batch was computed; the shade changes with the layer, grey where it was refreshed.",
        note,
      ]
        .filter(Boolean)
        .join(" "),
      alt: `${stretches.length} stretches by time and level; ${stretches.filter((stretch) => stretch.refresh).length} of them are refreshes.`,
      option: () => courseOption(shown[number], stretches),
      table: () => courseTable(title, stretches),
    });
  };
  if (names.length > 1) parent.append(chooser("Record", names, names[0], show));
  parent.append(place);
  return show(names[0], 0);
}
