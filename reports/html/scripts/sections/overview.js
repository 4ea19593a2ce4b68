// The overview: a map of case and parameter set by backend, then every record with all that it cost.

const STANDINGS = [
  { title: "Secure: 128 bits or more", has: (row) => row["derived.standing"] === "secure" },
  { title: "INSECURE: under 128 bits, not encrypted or not judged; no figure here compares with those above", has: (row) => row["derived.standing"] === "insecure" },
  { title: "Not finished: unsupported, failed, timed out or out of memory", has: (row) => row["derived.standing"] === "unfinished" },
];

const figureColumn = (title, unit, source, show = significant, scale = (value) => value) => ({
  title, unit, source, numeric: true, value: (row) => scale(row[source]), cell: (row) => show(scale(row[source])),
});
const seconds3 = (title, source) => figureColumn(title, "s", source);
const gigabytes = (title, source) => figureColumn(title, "GB", source, significant, toGigabytes);
const megabytes = (title, source) => figureColumn(title, "MB", source, significant, toMegabytes);
const count = (title, source) => figureColumn(title, null, source, grouped);
const lossColumn = (title, source) => ({
  title, unit: "pt or %", source, numeric: true, value: (row) => row[source], cell: (row) => lost(row, row[source]),
});

const nameColumns = () => [
  { title: "Backend", heading: true, source: "backend", value: (row) => row.backend, cell: (row) => recordLink(row, backendName(row.backend)) },
  { title: "Case", source: "suite / case", value: caseOf, cell: (row) => breakable(caseOf(row)) },
  { title: "Parameter set", source: "parameter_set", value: (row) => row.parameter_set, cell: (row) => breakable(row.parameter_set) },
];

const metricColumn = {
  title: "Metric, encrypted", source: "ladder.encrypted", numeric: true, value: (row) => row["ladder.encrypted"],
  cell: (row) => (row.weights === "random" ? chip("warn", PAGE.timing_only) : metric(row, row["ladder.encrypted"])),
};

const overviewColumns = () => [
  ...nameColumns(),
  { title: "Status", source: "status, reason", value: (row) => `${row.status} ${row.reason ?? ""}`, cell: (row) => (row.reason ? el("span", { class: "reason" }, statusChip(row), " ", row.reason) : statusChip(row)) },
  { title: "Security", source: "security.bits", value: (row) => row["security.bits"], cell: securityChip },
  metricColumn,
  lossColumn("Lost by conversion", "derived.loss_model"),
  lossColumn("Lost by encryption", "derived.loss_encryption"),
  figureColumn("Precision", "bits", "ladder.precision_bits", (value) => fixed(value, 1)),
  seconds3("Evaluate", "latency.evaluate_s"),
  seconds3("One input", "derived.one_input_s"),
  seconds3("Per sample", "latency.per_sample_s"),
  seconds3("Key generation", "latency.keygen_s"),
  gigabytes("Evaluator peak", "memory.evaluator_peak_bytes"),
  gigabytes("Key owner peak", "memory.key_owner_peak_bytes"),
  count("Bootstraps", "counts.bootstraps"),
  count("Round trips", "counts.round_trips"),
  megabytes("To evaluator", "wire.to_evaluator_bytes"),
  megabytes("To key owner", "wire.to_key_owner_bytes"),
  count("Threads", "environment.threads"),
  { title: "Samples", unit: "(batch)", source: "samples, batch", numeric: true, value: (row) => row.samples, cell: (row) => `${grouped(row.samples)} (${row.batch ?? ABSENT})` },
];

/** What a backend reached at a case and a parameter set, in the map; the record is a click away. */
function mapCell(row) {
  const marks = [row["security.secure"] ? null : securityChip(row), row.weights === "random" ? chip("warn", "random weights", PAGE.timing_only) : null];
  if (!endedOk(row)) {
    return el("td", { class: "map off" }, recordLink(row, statusChip(row)), marks, el("div", { class: "why" }, row.reason));
  }
  const refreshes = [["counts.bootstraps", "bootstraps"], ["counts.round_trips", "round trips"]]
    .filter(([name]) => row[name]).map(([name, title]) => `${grouped(row[name])} ${title}`);
  return el("td", { class: "map" },
    row["latency.per_sample_s"] === null ? recordLink(row, "no times: probed") : recordLink(row, el("strong", {}, seconds(row["latency.per_sample_s"])), " per sample"),
    el("div", {}, `${fixed(row["ladder.precision_bits"], 1)} bits of precision`),
    el("div", { class: "why" }, [...refreshes, `${bytes(row["memory.evaluator_peak_bytes"])} peak`].join(" · ")),
    marks);
}

const MAP_ROWS = 12;

function mapOfCells(parent, rows) {
  const backends = distinct(rows, "backend");
  const all = [...groupBy(rows, (row) => `${caseOf(row)}\n${row.parameter_set}`).values()];
  const secureFirst = all.sort((one, other) => other.some(secureRow) - one.some(secureRow));
  const line = (group) => el("tr", {},
    el("th", { scope: "row" }, breakable(caseOf(group[0])), el("div", { class: "why" }, breakable(group[0].parameter_set))),
    backends.map((name) => {
      const found = group.filter((row) => row.backend === name);
      const timed = found.filter((row) => row["latency.per_sample_s"] !== null); // not a run with probes, which has no times
      const last = timed.at(-1) ?? found.at(-1);
      return last ? mapCell(last) : el("td", { class: "map none" }, "not run");
    }));
  const table = el("table", { class: "cells" },
    captionOf("Map of cells: the newest record of each case and parameter set, by backend"),
    el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Case and parameter set"), backends.map((name) => el("th", { scope: "col", style: `width: ${76 / backends.length}%` }, backendName(name))))),
    el("tbody", {}, secureFirst.slice(0, MAP_ROWS).map(line)));
  parent.append(el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Map of cells" }, table));
  if (all.length > MAP_ROWS) parent.append(el("p", { class: "note" }, `The first ${MAP_ROWS} of ${grouped(all.length)} rows; filter to see others. The table below has them all.`));
}

function overview(parent, rows) {
  mapOfCells(parent, rows);
  addTable(parent, {
    caption: "Every record. Sorting keeps secure, INSECURE and unfinished ones apart", rows, columns: overviewColumns(), groups: STANDINGS,
  });
}
