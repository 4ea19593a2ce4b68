// One model, several polynomials: what each checkpoint of one original reaches on the same samples, and what it costs.

/** @import { Column, Family, Member, NumberName, Options, Row, TableSpec } from "../types.js" */
import { logAxis, valueAxis } from "../axes.js";
import { chooser } from "../controls.js";
import { page } from "../data.js";
import { breakable, el, emptyNote } from "../dom.js";
import { ABSENT, grouped, seconds } from "../format.js";
import { recordLink } from "../links.js";
import { setName } from "../names.js";
import { addFigure, clearPlots } from "../plot.js";
import { processesOf } from "../processes.js";
import { precision, secureRow } from "../rows.js";
import { addTable } from "../table.js";
import { backendInk, backendSymbol, style } from "../theme.js";
import { inUnit, metricNamed, scaleOf, score } from "../units.js";

const NOTHING = "No two models of one original have answered the same samples by one library under one set.";

/** A checkpoint with its row, medians where it has several processes. @typedef {{ member: Member, row: Row }} Entry */

/** A family of which two or more pass the filters. @typedef {{ family: Family, entries: Entry[] }} Shown */

/**
 * The families of which several checkpoints are among the rows.
 * @param {Family[]} families
 * @param {Row[]} rows
 * @returns {Shown[]}
 */
export function shownFamilies(families, rows) {
  const byPlace = new Map(rows.flatMap((row) => processesOf(row).map((one) => [one.place, row])));
  return families
    .map((family) => ({
      family,
      entries: family.members.flatMap((member) => {
        const row = byPlace.get(member.place);
        return row ? [{ member, row }] : [];
      }),
    }))
    .filter(({ entries }) => entries.length > 1);
}

/** What a family is called in the choice. */
function nameOf(/** @type {Shown} */ { family, entries: [{ row }] }) {
  const insecure = secureRow(row) ? [] : ["INSECURE"];
  const parts = [family.title, row.backend, setName(row), `C${row["derived.group"]}`, ...insecure];
  return parts.join(" · ");
}

/**
 * A column of numbers of the row.
 * @param {string} title
 * @param {NumberName} source
 * @returns {Column<Entry>}
 */
function figure(title, source) {
  const { unit, show } = scaleOf(source);
  const value = inUnit(source);
  return {
    title,
    unit,
    source,
    numeric: true,
    value: ({ row }) => value(row),
    cell: ({ row }) => show(value(row)),
  };
}

/**
 * A column of text that is known of the checkpoint.
 * @param {string} title
 * @param {"way" | "attention" | "mlp"} name
 * @returns {Column<Entry>}
 */
const known = (title, name) => ({
  title,
  value: ({ member }) => member[name],
  cell: ({ member }) => member[name] ?? ABSENT,
});

/**
 * A score on the whole held-out set.
 * @param {Family} family
 * @param {string} title
 * @param {"original" | "polynomial"} rung
 * @returns {Column<Entry>}
 */
const heldOut = ({ metric }, title, rung) => ({
  title,
  source: `ladder.held_out.${rung}`,
  numeric: true,
  value: ({ member }) => member[rung],
  cell: ({ member }) => score(metric, member[rung]),
});

/** What names a checkpoint, and how it came to its polynomials. @type {Column<Entry>[]} */
const CHECKPOINT_COLUMNS = [
  {
    title: "Case",
    heading: true,
    source: "case",
    value: ({ row }) => row.case,
    cell: ({ row }) => recordLink(row, breakable(row.case)),
  },
  known("Way", "way"),
  known("Degrees, attention", "attention"),
  known("Degrees, MLP", "mlp"),
];

/**
 * What a checkpoint reaches on all that is held out, and encrypted on the cell's samples.
 * @param {Family} family
 * @returns {Column<Entry>[]}
 */
const scoreColumns = (family) => [
  heldOut(family, "Original, held out", "original"),
  heldOut(family, "Polynomial, held out", "polynomial"),
  {
    title: "Lost",
    source: "ladder.held_out.drifts",
    numeric: true,
    value: ({ member }) => member.lost,
    cell: ({ member }) => member.lost_written ?? ABSENT,
  },
  {
    title: "Encrypted",
    source: "ladder.encrypted",
    numeric: true,
    value: ({ row }) => row["ladder.encrypted"],
    cell: ({ row }) => score(family.metric, row["ladder.encrypted"]),
  },
  {
    title: "Samples",
    source: "samples",
    numeric: true,
    value: ({ row }) => row.samples,
    cell: ({ row }) => grouped(row.samples),
  },
];

/** @type {Column<Entry>} */
const PRECISION_COLUMN = {
  title: "Precision",
  unit: "bits",
  source: "ladder.precision_bits",
  numeric: true,
  value: ({ row }) => row["ladder.precision_bits"],
  cell: ({ row }) => precision(row),
};

/**
 * The table of a family.
 * @param {string} caption
 * @param {Shown} shown
 * @returns {TableSpec<Entry>}
 */
const familyTable = (caption, { family, entries }) => ({
  caption,
  rows: entries,
  columns: [
    ...CHECKPOINT_COLUMNS,
    ...scoreColumns(family),
    figure("Levels", "counts.levels_used"),
    figure("Bootstraps", "counts.bootstraps"),
    figure("Round trips", "counts.round_trips"),
    figure("Per sample", "derived.sample_s"),
    PRECISION_COLUMN,
  ],
});

/**
 * A named point for each checkpoint.
 * @param {Shown} shown
 * @returns {Options & { height: number }}
 */
function familyOption({ family, entries }) {
  const metric = metricNamed(family.metric);
  const title = [`${metric?.title} of ${family.samples} held out`, metric?.format.unit]
    .filter(Boolean)
    .join(", ");
  const times = entries.map(({ row }) => Number(row["derived.sample_s"]));
  return {
    height: 360,
    grid: { left: 64, right: 64, top: 36, bottom: 48 },
    xAxis: logAxis("seconds per sample (log)", times),
    yAxis: valueAxis(title, { scale: true, nameGap: 46, boundaryGap: ["12%", "12%"] }),
    series: [
      {
        type: "scatter",
        symbolSize: 13,
        data: entries.map((entry, place) => point(entry, family, place)),
        label: { show: true, color: style("--text"), formatter: "{b}" },
      },
    ],
  };
}

/**
 * The point of a checkpoint.
 * @param {Entry} entry
 * @param {Family} family
 * @param {number} order its place among them by time: names of neighbours stand above and below
 */
function point({ member, row }, { metric }, order) {
  const scale = metricNamed(metric)?.format.scale ?? 1;
  const color = backendInk(row.backend);
  return {
    name: row.case,
    value: [Number(row["derived.sample_s"]), scale * Number(member.polynomial)],
    place: row.place,
    symbol: backendSymbol(row.backend),
    label: { position: order % 2 ? "bottom" : "top" },
    itemStyle: { color: secureRow(row) ? color : style("--surface"), borderColor: color, borderWidth: 2 },
    lines: [
      [row.case, member.way].filter(Boolean).join(": "),
      `${score(metric, member.polynomial)} held out, lost ${member.lost_written ?? ABSENT}`,
      `${seconds(row["derived.sample_s"])} per sample`,
      `${precision(row)} bits`,
    ],
  };
}

/**
 * The table and the plot of a family.
 * @param {HTMLElement} place
 * @param {Shown} shown
 */
function drawFamily(place, shown) {
  const [title, metric] = [nameOf(shown), metricNamed(shown.family.metric)];
  const timed = shown.entries.filter(
    ({ row, member }) => row["derived.sample_s"] && member.polynomial !== null,
  );
  addTable(clearPlots(place), familyTable(title, shown));
  addFigure(place, {
    title: `${title}: ${metric?.title} against seconds per sample`,
    note: `${metric?.better === "lower" ? "Down" : "Up"} and to the left is better. Held-out scores are of the polynomial model in the clear, on all samples that are held out.`,
    alt: `${timed.length} checkpoints as named points.`,
    empty: timed.length ? null : "No record of these has both.",
    option: () => familyOption({ ...shown, entries: timed }),
    table: () => familyTable(`${title}: as drawn`, { ...shown, entries: timed }),
  });
}

/**
 * One family, chosen among those that there are.
 * @param {HTMLElement} parent
 * @param {Row[]} rows
 */
export function polynomials(parent, rows) {
  const found = shownFamilies(page().families, rows);
  if (!found.length) {
    parent.append(emptyNote(NOTHING));
    return;
  }
  const place = el("div");
  const names = found.map(nameOf);
  if (found.length > 1)
    parent.append(chooser("Model", names, names[0], (_, at) => drawFamily(place, found[at])).node);
  parent.append(place);
  drawFamily(place, found[0]);
}
