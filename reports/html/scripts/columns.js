// Columns of records that several tables share, and the groups that no table ranks together.
import { breakable } from "./dom.js";
import { grouped, significant, toGigabytes, toMegabytes } from "./format.js";
import { backendName, conditionsLink, recordLink } from "./links.js";
import { caseOf, exact, lost, precision } from "./rows.js";

export const STANDINGS = [
  { title: "Secure: 128 bits or more", has: (row) => row["derived.standing"] === "secure" },
  {
    title: "INSECURE: under 128 bits, not encrypted or not judged; no figure here compares with those above",
    has: (row) => row["derived.standing"] === "insecure",
  },
  {
    title: "Not finished: unsupported, failed, timed out or out of memory",
    has: (row) => row["derived.standing"] === "unfinished",
  },
];

export const figureColumn = (title, unit, source, show = significant, scale = (value) => value) => ({
  title,
  unit,
  source,
  numeric: true,
  value: (row) => scale(row[source]),
  cell: (row) => show(scale(row[source])),
});

export const seconds3 = (title, source) => figureColumn(title, "s", source);

export const gigabytes = (title, source) => figureColumn(title, "GB", source, significant, toGigabytes);

export const megabytes = (title, source) => figureColumn(title, "MB", source, significant, toMegabytes);

export const count = (title, source) => figureColumn(title, null, source, grouped);

export const lossColumn = (title, source) => ({
  title,
  unit: "pt or %",
  source,
  numeric: true,
  value: (row) => row[source],
  cell: (row) => lost(row, row[source]),
});

export const precisionColumn = {
  title: "Precision",
  unit: "bits",
  source: "ladder.precision_bits",
  numeric: true,
  value: (row) => (exact(row) ? Infinity : row["ladder.precision_bits"]),
  cell: precision,
};

export const conditionsColumn = {
  title: "Conditions",
  source: "environment",
  value: (row) => row["derived.group"],
  cell: conditionsLink,
};

export const nameColumns = () => [
  {
    title: "Backend",
    heading: true,
    source: "backend",
    value: (row) => row.backend,
    cell: (row) => recordLink(row, backendName(row.backend)),
  },
  { title: "Case", source: "suite / case", value: caseOf, cell: (row) => breakable(caseOf(row)) },
  {
    title: "Parameter set",
    source: "parameter_set",
    value: (row) => row.parameter_set,
    cell: (row) => breakable(row.parameter_set),
  },
];
