// Drift per layer, in bits: how closely each layer's decrypted values agree with the polynomial model's.

/** @import { Heat, Row, WholeRecord } from "../types.js" */
import { wholes } from "../data.js";
import { fixed, significant } from "../format.js";
import { hasHeat, heatOption, heatTable } from "../heat.js";
import { firstOf, naming } from "../labels.js";
import { addFigure } from "../plot.js";

const UNPROBED = "No record was probed. `bench run … --probes` decrypts every layer and fills this plot.";

/**
 * A cell for each layer.
 * @param {string} name
 * @param {WholeRecord | undefined} record
 * @returns {Heat[]}
 */
const layerCells = (name, record) =>
  (record?.ladder.layers ?? []).map((layer) => ({
    name: layer.name,
    value: layer.precision_bits,
    lines: [
      name,
      `${layer.name}: ${fixed(layer.precision_bits, 1)} bits`,
      `largest error ${significant(layer.error_max)}`,
    ],
  }));

/**
 * The heat map of records that were probed.
 * @param {HTMLElement} parent
 * @param {Row[]} rows
 */
export async function drift(parent, rows) {
  const { shown, note } = firstOf(
    rows.filter((row) => row["derived.probed"]),
    16,
  );
  const found = new Map(await wholes(shown));
  const name = naming(shown);
  const cells = (/** @type {Row} */ row) => layerCells(name(row), found.get(row));
  const equal = hasHeat(shown, cells) ? null : "Every layer is equal to the last bit.";
  addFigure(parent, {
    title: "Precision by layer, bits",
    note,
    alt: "A heat map of records by layers; the darker, the fewer bits. Blank where every value was equal.",
    empty: shown.length ? equal : UNPROBED,
    option: (width) => heatOption(shown, cells, { unit: "bits", width }),
    table: () => heatTable("Precision by layer", shown, cells, "bits"),
  });
}
