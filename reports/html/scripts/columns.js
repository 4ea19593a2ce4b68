// Columns of records that several tables share, and the groups that no table ranks together.

/** @import { Column, Group, NumberName, Row } from "./types.js" */
import { breakable } from "./dom.js";
import { backendName, conditionsLink, recordLink } from "./links.js";
import { setLabel, setName } from "./names.js";
import { caseOf, exact, precision, STATUS } from "./rows.js";
import { inUnit, loss, lossUnits, scaleOf } from "./units.js";

const OR = new Intl.ListFormat("en-GB", { type: "disjunction" });

/** @type {Group<Row>[]} */
export const STANDINGS = [
  { title: "Secure: 128 bits or more", has: (row) => row["derived.standing"] === "secure" },
  {
    title: "INSECURE: under 128 bits, not encrypted or not judged; no figure here compares with those above",
    has: (row) => row["derived.standing"] === "insecure",
  },
  {
    title: `Not finished: ${OR.format(Object.values(STATUS).filter((word) => word !== STATUS.ok))}`,
    has: (row) => row["derived.standing"] === "unfinished",
  },
];

/**
 * A column of numbers in the unit that the page's data give it, or in gigabytes.
 * @param {string} title
 * @param {NumberName} source
 * @param {"GB"} [wanted]
 * @returns {Column<Row>}
 */
export function figureColumn(title, source, wanted) {
  const { unit, show } = scaleOf(source, wanted);
  const value = inUnit(source, wanted);
  return { title, unit, source, numeric: true, value, cell: (row) => show(value(row)) };
}

/**
 * A column of losses between two rungs; each is written as its record's metric writes it.
 * @param {string} title
 * @param {"derived.loss_model" | "derived.loss_encryption" | "derived.loss_total"} source
 * @param {Row[]} rows those of the table
 * @returns {Column<Row>}
 */
const lossColumn = (title, source, rows) => ({
  title,
  unit: lossUnits(rows),
  source,
  numeric: true,
  value: (row) => row[source],
  cell: (row) => loss(row["ladder.metric"], row[source]),
});

/** What is lost by conversion, and what by encryption. */
export const lossColumns = (/** @type {Row[]} */ rows) => [
  lossColumn("Lost by conversion", "derived.loss_model", rows),
  lossColumn("Lost by encryption", "derived.loss_encryption", rows),
];

/** What is lost by both. */
export const totalLossColumn = (/** @type {Row[]} */ rows) =>
  lossColumn("Lost in all", "derived.loss_total", rows);

/** @type {Column<Row>} */
export const precisionColumn = {
  title: "Precision",
  unit: "bits",
  source: "ladder.precision_bits",
  numeric: true,
  value: (row) => (exact(row) ? Infinity : row["ladder.precision_bits"]),
  cell: precision,
};

/** @type {Column<Row>} */
export const conditionsColumn = {
  title: "Conditions",
  source: "environment",
  value: (row) => row["derived.group"],
  cell: conditionsLink,
};

/**
 * The column of records by their names in a plot.
 * @param {(row: Row) => string} name
 * @returns {Column<Row>}
 */
export const recordColumn = (name) => ({
  title: "Record",
  heading: true,
  value: name,
  cell: (row) => recordLink(row, breakable(name(row))),
});

/** @type {Column<Row>[]} */
export const NAME_COLUMNS = [
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
    source: "parameter_set, by its alias",
    value: setName,
    cell: setLabel,
  },
];

/** What a parameter set is made of. */
export const setColumns = () => [
  figureColumn("log₂ N", "security.log_n"),
  figureColumn("log QP", "security.log_qp"),
  figureColumn("Depth", "derived.depth"),
  figureColumn("Scale", "derived.scale_bits"),
  figureColumn("Digits", "derived.digits"),
  REFRESH_COLUMN,
];

/** @type {Column<Row>} */
const REFRESH_COLUMN = {
  title: "Refresh",
  source: "counts.bootstraps, counts.round_trips",
  value: (row) => row["derived.refresh"],
};
