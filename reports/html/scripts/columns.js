// Columns of records that several tables share, and the groups that no table ranks together.

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

const precisionColumn = {
  title: "Precision", unit: "bits", source: "ladder.precision_bits", numeric: true,
  value: (row) => (exact(row) ? Infinity : row["ladder.precision_bits"]), cell: precision,
};
const conditionsColumn = { title: "Conditions", source: "environment", value: (row) => row["derived.group"], cell: conditionsLink };

const nameColumns = () => [
  { title: "Backend", heading: true, source: "backend", value: (row) => row.backend, cell: (row) => recordLink(row, backendName(row.backend)) },
  { title: "Case", source: "suite / case", value: caseOf, cell: (row) => breakable(caseOf(row)) },
  { title: "Parameter set", source: "parameter_set", value: (row) => row.parameter_set, cell: (row) => breakable(row.parameter_set) },
];
