// The course of levels: what the first batch was at as its computation went on, and where it was refreshed.

const REFRESH_SYMBOLS = { bootstrap: "triangle", round_trip: "circle" };

/** A record's stretches with the seconds at which each begins and ends. */
function timed(course) {
  let ends = 0;
  return course.map((stretch) => ({ ...stretch, begins: ends, ends: (ends += stretch.s) }));
}

const levelsOf = (stretch) => (stretch.highest === stretch.lowest ? `level ${stretch.highest}` : `levels ${stretch.highest} to ${stretch.lowest}`);
const what = (stretch) => (stretch.refresh ? `${grouped(stretch.count)} ${stretch.refresh.replace("_", " ")}${stretch.count === 1 ? "" : "s"} in ${stretch.layer}` : stretch.layer);

/** A rectangle from its first second to its last, from its lowest level to its highest; at least a line of it. */
function drawStretch(parameters, api) {
  const [begins, ends, lowest, highest] = [0, 1, 2, 3].map((place) => api.value(place));
  const [left, top] = api.coord([begins, highest]);
  const [right, bottom] = api.coord([ends, lowest]);
  const shape = { x: left, y: top - 2, width: Math.max(right - left, 1), height: bottom - top + 4 };
  return { type: "rect", shape, style: { fill: api.visual("color") } };
}

function courseOption(row, stretches) {
  const ink = backendInk(row.backend);
  const layers = [...new Set(stretches.map((stretch) => stretch.layer))];
  const lines = (stretch) => [what(stretch), levelsOf(stretch), `${seconds(stretch.s)}, from ${seconds(stretch.begins)}`, `${grouped(stretch.count)} primitive${stretch.count === 1 ? "" : "s"} in a row`];
  const rectangle = (stretch) => ({
    value: [stretch.begins, stretch.ends, stretch.lowest, stretch.highest], place: row.place, lines: lines(stretch),
    itemStyle: { color: stretch.refresh ? style("--neutral") : shade(ink, layers.indexOf(stretch.layer) % 2 ? 0.55 : 1) },
  });
  const marks = Object.entries(REFRESH_SYMBOLS).map(([kind, symbol]) => ({
    type: "scatter", name: kind.replace("_", " "), symbol, symbolSize: 11, z: 3, color: style("--text"), itemStyle: { color: style("--text"), borderColor: style("--surface"), borderWidth: 1 },
    data: stretches.filter((stretch) => stretch.refresh === kind).map((stretch) => ({ value: [(stretch.begins + stretch.ends) / 2, stretch.highest], place: row.place, lines: lines(stretch) })),
  })).filter((series) => series.data.length);
  return {
    height: 300, grid: { left: 44, right: 20, top: 34, bottom: 44 }, legend: legend({ data: marks.map((series) => series.name) }),
    xAxis: valueAxis("seconds of the first batch", { max: stretches.at(-1).ends }), yAxis: valueAxis("level", { nameGap: 26, min: 0, minInterval: 1, max: Math.max(...stretches.map((stretch) => stretch.highest)) + 1 }),
    series: [{ type: "custom", renderItem: drawStretch, encode: { x: [0, 1], y: [2, 3] }, data: stretches.map(rectangle) }, ...marks],
  };
}

/** The table behind the course; a row each stretch. */
function courseTable(row, stretches) {
  const column = (title, value, more = {}) => ({ title, value, ...more });
  const number = (title, value, show = grouped) => column(title, value, { numeric: true, cell: (stretch) => show(value(stretch)) });
  return {
    caption: `Course of levels: ${naming([row])(row)}`, rows: stretches,
    columns: [
      column("In", what, { heading: true }), number("Highest level", (stretch) => stretch.highest), number("Lowest level", (stretch) => stretch.lowest),
      number("Primitives", (stretch) => stretch.count), { ...number("Takes", (stretch) => stretch.s, significant), unit: "s" }, { ...number("Begins", (stretch) => stretch.begins, significant), unit: "s" },
    ],
  };
}

/** One record's course, chosen among those that have one. */
function course(parent, rows) {
  const { shown, note } = firstOf(rows.filter((row) => row["derived.timed_course"]), 200);
  if (!shown.length) {
    addFigure(parent, { title: "The course of levels", empty: "No record has a course of levels." });
    return;
  }
  const name = naming(shown);
  const byName = new Map(shown.map((row) => [name(row), row]));
  const place = el("div");
  const show = async (chosen) => {
    const row = byName.get(chosen);
    const stretches = timed((await whole(row)).latency.course);
    addFigure(clearPlots(place), {
      title: `The course of levels: ${chosen}`, note: `From left to right as the first batch was computed; a shade a layer, grey where it was refreshed. ${note ?? ""}`,
      alt: `${stretches.length} stretches by time and level; ${stretches.filter((stretch) => stretch.refresh).length} of them are refreshes.`,
      option: () => courseOption(row, stretches), table: () => courseTable(row, stretches),
    });
  };
  if (byName.size > 1) parent.append(chooser("Record", [...byName.keys()], [...byName.keys()][0], show));
  parent.append(place);
  return show([...byName.keys()][0]);
}
