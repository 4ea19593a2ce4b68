// Where time goes: by stage of the protocol, by layer, by primitive.

/** @import { Heat, NumberName, Part, Row, WholeRecord } from "../types.js" */
import { barsOption, barsTable } from "../bands.js";
import { conditionsColumn, figureColumn, NAME_COLUMNS, STANDINGS } from "../columns.js";
import { wholes } from "../data.js";
import { seconds, significant } from "../format.js";
import { heatOption, heatTable, shares } from "../heat.js";
import { firstOf, naming } from "../labels.js";
import { addFigure } from "../plot.js";
import { spending } from "../spending.js";
import { addTable } from "../table.js";
import { firstParts, longestFirst, secondsBy } from "../timing.js";

/**
 * A stage of the protocol.
 * @param {string} title
 * @param {NumberName} source
 * @returns {Part}
 */
const stage = (title, source) => ({ title, source, value: (row) => row[source] });

/**
 * Two stages together, of a record from before they were told apart.
 * @param {string} title
 * @param {NumberName} source
 * @param {NumberName} part
 * @returns {Part}
 */
const together = (title, source, part) => ({
  title,
  source,
  value: (row) => (row[part] === null ? row[source] : null),
});

/** @type {Part[]} */
const STAGES = [
  {
    title: "evaluate",
    source: "latency.evaluate_s − latency.round_trips_s",
    value: (row) => Number(row["latency.evaluate_s"]) - Number(row["latency.round_trips_s"]),
  },
  stage("round trips", "latency.round_trips_s"),
  stage("make keys", "latency.make_keys_s"),
  stage("write keys", "latency.write_keys_s"),
  together("make and write keys", "latency.keygen_s", "latency.make_keys_s"),
  stage("load keys", "latency.load_keys_s"),
  stage("encode model", "latency.encode_model_s"),
  together("load keys and encode model", "latency.prepare_model_s", "latency.load_keys_s"),
  stage("encrypt", "latency.encrypt_s"),
  stage("decrypt", "latency.decrypt_s"),
  stage("other", "latency.other_s"),
  stage("plan", "latency.plan_s"),
];

/** How many primitives are told apart in bars. */
const PARTS = 7;

const evaluated = (/** @type {Row} */ row) => row["latency.evaluate_s"] !== null;

/**
 * How seconds are drawn as parts of a whole.
 * @param {number} width
 */
const stacked = (width) => ({ unit: "s", stacked: true, width, show: seconds });

/**
 * Seconds of the stages.
 * @param {HTMLElement} parent
 * @param {Row[]} rows
 */
function stages(parent, rows) {
  const { shown, note } = firstOf(rows.filter(evaluated));
  addFigure(parent, {
    title: "By stage, seconds",
    note,
    alt: `Stacked bars of the stages of ${shown.length} records.`,
    empty: shown.length ? null : "No record has times of evaluation; a run with probes has none.",
    option: (width) => barsOption(shown, STAGES, stacked(width)),
    table: () => barsTable("Seconds by stage; evaluate without its round trips", shown, STAGES, "s"),
  });
}

/**
 * The share of each layer in a record's evaluation.
 * @param {string} name
 * @param {WholeRecord | undefined} record
 * @returns {Heat[]}
 */
function layerCells(name, record) {
  const layers = record?.latency.layers ?? [];
  const times = layers.map((layer) => /** @type {[string, number]} */ ([layer.name, layer.s]));
  return shares(name, times, (layer, s, percent) => [
    `${layer}: ${seconds(s)}`,
    `${significant(percent)} % of all layers`,
  ]);
}

/**
 * Shares of the layers.
 * @param {HTMLElement} parent
 * @param {Row[]} rows
 */
async function layerTimes(parent, rows) {
  const { shown, note } = firstOf(
    rows.filter((row) => row["derived.timed_layers"]),
    16,
  );
  const found = new Map(await wholes(shown));
  const name = naming(shown);
  const cells = (/** @type {Row} */ row) => layerCells(name(row), found.get(row));
  addFigure(parent, {
    title: "By layer, percent of a record's evaluation",
    note,
    alt: "A heat map of records by layers; the brighter, the more of the time.",
    empty: shown.length ? null : "No record has times of layers.",
    option: (width) => heatOption(shown, cells, { unit: "%", width }),
    table: () => heatTable("Share of a record's evaluation by layer", shown, cells, "%"),
  });
}

/**
 * Seconds by primitive, summed over levels; what takes least is one part.
 * @param {HTMLElement} parent
 * @param {Row[]} rows
 */
async function primitiveTimes(parent, rows) {
  const timed = rows.filter((row) => row["derived.timed_primitives"] && evaluated(row));
  const { shown, note } = firstOf(timed, 16);
  const found = await wholes(shown);
  const sums = new Map(found.map(([row, record]) => [row, secondsBy(record, ({ name }) => name)]));
  const all = longestFirst(sums);
  addFigure(parent, {
    title: "By primitive, seconds of the first evaluation",
    note,
    alt: `Stacked bars of the primitives of ${shown.length} records.`,
    empty: shown.length ? null : "No record has times of primitives.",
    option: (width) => barsOption(shown, firstParts(all, PARTS), stacked(width)),
    table: () => barsTable("Seconds by primitive", shown, all, "s"),
  });
}

/**
 * What is not measured: over a network, and in money; and energy, where a processor tells it.
 * @param {HTMLElement} parent
 * @param {Row[]} rows
 */
function computed(parent, rows) {
  const found = rows.filter((row) => row["computed.lan_s"] !== null || row["computed.price"] !== null);
  if (!found.length) return;
  addTable(parent, {
    caption: "Computed, not measured: all samples over two networks, and the price of the evaluator",
    rows: found,
    groups: STANDINGS,
    columns: [
      ...NAME_COLUMNS,
      figureColumn("Evaluate, measured", "latency.evaluate_s"),
      figureColumn("LAN, computed", "computed.lan_s"),
      figureColumn("WAN, computed", "computed.wan_s"),
      figureColumn("Price in EUR, computed", "computed.price"),
      figureColumn("Joules, measured", "energy.evaluate_j"),
      conditionsColumn,
    ],
  });
}

/**
 * By stage, by layer, by primitive.
 * @param {HTMLElement} parent
 * @param {Row[]} rows
 */
export async function time(parent, rows) {
  stages(parent, rows);
  await spending(parent, rows.filter(evaluated));
  await layerTimes(parent, rows);
  await primitiveTimes(parent, rows);
  computed(parent, rows);
}
