// One input against amortised: what one waits for, and what each costs when a ciphertext is full.

function amortisedOption(rows, width) {
  const name = naming(rows);
  const ends = [["one input", "derived.one_input_s", "circle"], ["per sample, batch full", "latency.per_sample_s", "diamond"]];
  const point = ([title, source], row) => ({
    value: [row[source], `row-${rows.indexOf(row)}`], place: row.place, lines: [name(row), `${title}: ${seconds(row[source])}`],
    itemStyle: { color: source.startsWith("derived") ? backendInk(row.backend) : style("--surface"), borderColor: backendInk(row.backend), borderWidth: 2 },
  });
  return {
    height: bandsOf(rows, width).height + BANDS.top + BANDS.bottom, grid: BANDS, legend: legend(), xAxis: logAxis("seconds (log)", rows.flatMap((row) => ends.map(([, source]) => row[source]))), yAxis: bandAxis(rows, width),
    series: [
      ...ends.map((end) => ({ type: "scatter", name: end[0], symbol: end[2], symbolSize: 13, color: style("--neutral"), z: 3, data: rows.map((row) => point(end, row)) })),
      ...rows.map((row, place) => ({ type: "line", silent: true, symbol: "none", color: backendInk(row.backend), lineStyle: { width: 2 }, data: ends.map(([, source]) => [row[source], `row-${place}`]) })),
    ],
  };
}

function amortised(parent, rows) {
  const { shown, note } = firstOf(rows.filter((row) => row["derived.one_input_s"] && row["latency.per_sample_s"]), 16);
  addFigure(parent, {
    title: "One input and per sample, seconds", note, alt: `For each of ${shown.length} records the time that one input waits and the time per sample.`,
    empty: shown.length ? null : "No record has both times.", option: (width) => amortisedOption(shown, width),
    table: () => ({
      caption: "One input against amortised", rows: shown, groups: STANDINGS,
      columns: [...nameColumns(), count("Batch", "batch"), count("Batches", "derived.batches"), seconds3("One input", "derived.one_input_s"), seconds3("Per sample", "latency.per_sample_s"), seconds3("In the clear, all samples", "latency.clear_model_s")],
    }),
  });
}
