// Drift over the layers, in bits: how closely each layer's decrypted values agree with the polynomial model's.

/** @import { Options, Row, TableSpec, WholeRecord } from "../types.js" */
/** @import { Refreshed } from "../drifting.js" */
import { legend, namesAxis, valueAxis } from "../axes.js";
import { recordColumn, STANDINGS } from "../columns.js";
import { whole, wholes } from "../data.js";
import { el } from "../dom.js";
import { largestDrop, refreshed, spanOf, withBits } from "../drifting.js";
import { fixed, several, significant } from "../format.js";
import { firstOf, naming } from "../labels.js";
import { addFigure } from "../plot.js";
import { refreshName } from "../stretches.js";
import { backendInk, backendSymbol, style } from "../theme.js";

const UNPROBED = "No record was probed. `bench run … --probes` decrypts every layer and fills this plot.";

/** A probed record by its name, with the refreshes of its cell. @typedef {{ row: Row, name: string, record: WholeRecord, refreshes: Refreshed[] }} Drift */

const layersOf = (/** @type {Drift} */ { record }) => record.ladder.layers ?? [];

/** The names of all layers, in the order of the first record that has them. */
const layerNames = (/** @type {Drift[]} */ drifts) => [
  ...new Set(drifts.flatMap((one) => layersOf(one).map(({ name }) => name))),
];

/**
 * A line of each record over the layers, above what was refreshed.
 * @param {Drift[]} drifts
 * @param {number} width
 */
function driftOption(drifts, width) {
  const names = layerNames(drifts);
  const { axis, height } = namesAxis(names, (width - 60) / names.length);
  return {
    height: 330 + height,
    grid: { left: 48, right: 12, top: 62, bottom: height + 12 },
    legend: legend(),
    xAxis: { ...axis, boundaryGap: true },
    yAxis: valueAxis("precision, bits", { scale: true, nameGap: 32, boundaryGap: ["8%", "8%"] }),
    series: [refreshBands(drifts, names), ...drifts.map(driftLine)],
  };
}

/**
 * The layers in which ciphertexts were refreshed, shaded over their whole width.
 * @param {Drift[]} drifts
 * @param {string[]} names
 * @returns {Options}
 */
function refreshBands(drifts, names) {
  const kinds = new Map(
    drifts.flatMap((one) => one.refreshes).map((one) => [`${one.layer} ${one.refresh}`, one]),
  );
  const data = [...kinds.values()].flatMap(({ layer, refresh }) => {
    const span = spanOf(names, layer);
    return span ? [[{ name: refreshName(refresh), xAxis: span.first }, { xAxis: span.last }]] : [];
  });
  const label = { position: "top", color: style("--muted"), fontSize: 11 };
  const itemStyle = { color: style("--sunken"), borderColor: style("--line-strong"), borderWidth: 1 };
  return { type: "line", data: [], silent: true, markArea: { silent: true, label, itemStyle, data } };
}

/**
 * One record's line, with a large mark at the layer of the largest drop.
 * @param {Drift} drift
 * @returns {Options}
 */
function driftLine(drift) {
  const { row, name } = drift;
  const drop = largestDrop(layersOf(drift));
  const color = backendInk(row.backend);
  const data = layersOf(drift).map((layer) => ({
    value: [layer.name, layer.precision_bits ?? "-"],
    place: row.place,
    symbolSize: layer.name === drop?.name ? 15 : 6,
    lines: [
      name,
      `${layer.name}: ${fixed(layer.precision_bits, 1)} bits`,
      `largest error ${significant(layer.error_max)}`,
      layer.name === drop?.name ? "the largest drop of this line" : "",
    ],
  }));
  return { type: "line", name, color, symbol: backendSymbol(row.backend), lineStyle: { width: 2 }, data };
}

/** A record's largest drop, and where it was refreshed. */
function sentence(/** @type {Drift} */ drift) {
  const drop = largestDrop(layersOf(drift));
  const lost = drop
    ? [
        `most is lost at ${drop.name}, `,
        el("strong", {}, `${fixed(drop.from - drop.to, 1)} bits`),
        ` (${fixed(drop.from, 1)} to ${fixed(drop.to, 1)})`,
      ]
    : ["no layer loses any bits"];
  const ends = withBits(layersOf(drift));
  const whole = ends.length
    ? `; ${fixed(ends[0].bits, 1)} bits after the first layer, ${fixed(ends[ends.length - 1].bits, 1)} after the last`
    : "";
  const where = drift.refreshes.map(
    ({ layer, refresh, count }) => `${several(count, refreshName(refresh))} in ${layer}`,
  );
  return el("li", {}, `${drift.name}: `, lost, whole, where.length ? `; ${where.join(", ")}.` : ".");
}

/**
 * The table behind the lines: a row each record, a column each layer.
 * @param {Drift[]} drifts
 * @returns {TableSpec<Row>}
 */
function driftTable(drifts) {
  const bits = new Map(
    drifts.map((one) => [one.row, new Map(withBits(layersOf(one)).map((layer) => [layer.name, layer.bits]))]),
  );
  const rows = drifts.map(({ row }) => row);
  const columns = layerNames(drifts).map((title) => ({
    title,
    unit: "bits",
    numeric: true,
    value: (/** @type {Row} */ row) => bits.get(row)?.get(title) ?? null,
    cell: (/** @type {Row} */ row) => significant(bits.get(row)?.get(title)),
  }));
  return {
    caption: "Precision by layer",
    rows,
    groups: STANDINGS,
    columns: [recordColumn(naming(rows)), ...columns],
  };
}

/**
 * The refreshes of a probed record's cell: those of its newest run with times, for one with probes has none.
 * @param {Row} probed
 * @param {Row[]} rows
 */
async function refreshesOf(probed, rows) {
  const timed = rows.findLast((row) => row.cell === probed.cell && row["derived.timed_course"]);
  return timed ? refreshed((await whole(timed)).latency.course) : [];
}

/**
 * Lines of the records that were probed, and a sentence for each.
 * @param {HTMLElement} parent
 * @param {Row[]} rows
 */
export async function drift(parent, rows) {
  const probed = rows.filter((row) => row["derived.probed"]);
  const { shown, note } = firstOf(probed, 8);
  const name = naming(shown);
  /** @type {Drift[]} */
  const drifts = await Promise.all(
    (await wholes(shown)).map(async ([row, record]) => ({
      ...{ row, record, name: name(row) },
      refreshes: await refreshesOf(row, rows),
    })),
  );
  const any = drifts.some((one) => withBits(layersOf(one)).length);
  const equal = any ? null : "Every layer is equal to the last bit.";
  addFigure(parent, {
    title: "Precision over the layers, bits",
    note: ["Large: a line’s largest drop. Shaded: layers within which ciphertexts were refreshed.", note]
      .filter(Boolean)
      .join(" "),
    alt: `A line over the layers for each of ${shown.length} records.`,
    empty: shown.length ? equal : UNPROBED,
    option: (width) => driftOption(drifts, width),
    table: () => driftTable(drifts),
  });
  if (any) parent.append(el("ul", { class: "drops" }, drifts.map(sentence)));
}
