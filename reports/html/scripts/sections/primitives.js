// What one operation costs at each level, backend beside backend.

const PRIMITIVE_RECORDS = 60;

const middle = (values) => {
  const sorted = [...values].sort((one, other) => one - other);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};

/** Seconds of one operation: the median of single samples where they were taken, else the mean. */
function oneOperation(primitive) {
  if (primitive.samples_s?.length) return middle(primitive.samples_s);
  return primitive.s !== null && primitive.count ? primitive.s / primitive.count : null;
}

/** A line for each case, parameter set, primitive and level, with what each backend took. */
function operations(found) {
  const lines = new Map();
  for (const [row, record] of found) {
    for (const primitive of record.latency.primitives) {
      const id = [caseOf(row), row.parameter_set, primitive.name, primitive.level].join("\n");
      if (!lines.has(id)) lines.set(id, { case: caseOf(row), set: row.parameter_set, secure: row["security.secure"], name: primitive.name, level: primitive.level, by: {} });
      lines.get(id).by[row.backend] = { row, primitive, s: oneOperation(primitive) };
    }
  }
  return [...lines.values()];
}

const backendColumns = (name) => [
  {
    title: name, unit: "ms", numeric: true, source: "latency.primitives: median of samples_s, else s / count", value: (line) => line.by[name]?.s ?? null,
    cell: (line) => (line.by[name] ? recordLink(line.by[name].row, significant(line.by[name].s === null ? null : 1e3 * line.by[name].s)) : ABSENT),
  },
];

const extra = (title, unit, field, scale = (value) => value) => (name) => ({
  title: `${name}: ${title}`, unit, numeric: true, source: `latency.primitives.${field}`,
  value: (line) => scale(line.by[name]?.primitive[field] ?? null), cell: (line) => significant(scale(line.by[name]?.primitive[field] ?? null)),
});

function operationsTable(parent, lines) {
  const backends = [...new Set(lines.flatMap((line) => Object.keys(line.by)))].sort();
  const has = (field) => backends.filter((name) => lines.some((line) => (line.by[name]?.primitive[field] ?? null) !== null));
  addTable(parent, {
    caption: "One operation by level: median time where single samples were taken, else the mean", rows: lines,
    columns: [
      { title: "Primitive", heading: true, value: (line) => line.name, cell: (line) => breakable(line.name) },
      { title: "Level", numeric: true, value: (line) => line.level },
      ...backends.flatMap(backendColumns),
      ...has("precision_bits").map(extra("precision", "bits", "precision_bits")),
      ...has("bytes").map(extra("size", "kB", "bytes", scaled(1e3))),
      { title: "Parameter set", value: (line) => line.set, cell: (line) => breakable(line.set) },
      { title: "Case", value: (line) => line.case, cell: (line) => breakable(line.case) },
    ],
    groups: [{ title: STANDINGS[0].title, has: (line) => line.secure }, { title: STANDINGS[1].title, has: (line) => !line.secure }],
  });
}

function curveOption(lines) {
  const sets = new Set(lines.map((line) => line.set));
  const series = groupBy(lines.flatMap((line) => Object.entries(line.by).map(([backend, one]) => ({ ...one, backend, line }))), (one) => (sets.size > 1 ? `${one.backend} · ${one.line.set}` : one.backend));
  return {
    height: 340, grid: { left: 56, right: 16, top: 34, bottom: 44 }, legend: legend(),
    xAxis: valueAxis("level", { minInterval: 1 }), yAxis: logAxis("ms (log)", [...series.values()].flat().filter((one) => one.s).map((one) => 1e3 * one.s), { nameGap: 42 }),
    series: [...series].map(([title, points]) => ({
      type: "line", name: title, color: backendInk(points[0].backend), symbol: backendSymbol(points[0].backend), symbolSize: 8,
      lineStyle: { type: points[0].line.secure ? "solid" : "dashed" },
      data: points.filter((one) => one.s).sort((one, other) => one.line.level - other.line.level).map((one) => ({
        value: [one.line.level, 1e3 * one.s], place: one.row.place, lines: [title, `level ${one.line.level}: ${seconds(one.s)}`],
      })),
    })),
  };
}

function curves(parent, lines) {
  const names = [...new Set(lines.filter((line) => line.level !== null && Object.values(line.by).some((one) => one.s)).map((line) => line.name))].sort();
  if (!names.length) return;
  const place = el("div");
  const draw = (name) => {
    const chosen = lines.filter((line) => line.name === name && line.level !== null);
    addFigure(clearPlots(place), {
      title: `${name} by level, milliseconds`, note: "Dashed: INSECURE.", alt: `A line for each backend and parameter set over levels.`, option: () => curveOption(chosen),
      table: () => ({ caption: name, rows: chosen, columns: [{ title: "Level", heading: true, numeric: true, value: (line) => line.level }, { title: "Parameter set", value: (line) => line.set, cell: (line) => breakable(line.set) }, ...distinctBackends(chosen).flatMap(backendColumns)] }),
    });
  };
  parent.append(chooser("Primitive", names, names.includes("rotate") ? "rotate" : names[0], draw), place);
  draw(names.includes("rotate") ? "rotate" : names[0]);
}

const distinctBackends = (lines) => [...new Set(lines.flatMap((line) => Object.keys(line.by)))].sort();

/** A labelled choice of what a plot shows. */
function chooser(label, names, chosen, changed) {
  return el("label", { class: "field inline" }, el("span", {}, label),
    el("select", { onchange: (event) => changed(event.target.value) }, names.map((name) => el("option", { value: name, selected: name === chosen }, name))));
}

async function primitives(parent, rows) {
  const { shown, note } = firstOf(rows.filter((row) => row["derived.timed_primitives"]), PRIMITIVE_RECORDS);
  if (!shown.length) {
    parent.append(el("p", { class: "empty" }, "No record has times of primitives."));
    return;
  }
  const lines = operations(await wholes(shown));
  if (note) parent.append(el("p", { class: "note" }, note));
  curves(parent, lines);
  operationsTable(parent, lines);
}
