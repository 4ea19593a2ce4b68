// Drift per layer, in bits: how closely each layer's decrypted values agree with the polynomial model's.
import { wholes } from "../data.js";
import { fixed, significant } from "../format.js";
import { hasHeat, heatOption, heatTable } from "../heat.js";
import { firstOf, naming } from "../labels.js";
import { addFigure } from "../plot.js";

export async function drift(parent, rows) {
  const { shown, note } = firstOf(
    rows.filter((row) => row["derived.probed"]),
    16,
  );
  const found = new Map(await wholes(shown));
  const name = naming(shown);
  const cells = (row) =>
    found.get(row).ladder.layers.map((layer) => ({
      name: layer.name,
      value: layer.precision_bits,
      lines: [
        name(row),
        `${layer.name}: ${fixed(layer.precision_bits, 1)} bits`,
        `largest error ${significant(layer.error_max)}`,
      ],
    }));
  const equal = shown.length && !hasHeat(shown, cells) ? "Every layer is equal to the last bit." : null;
  addFigure(parent, {
    title: "Precision by layer, bits",
    note,
    alt: "A heat map of records by layers; the darker, the fewer bits. Blank where every value was equal.",
    empty: shown.length
      ? equal
      : "No record was probed. `bench run … --probes` decrypts every layer and fills this plot.",
    option: (width) => heatOption(shown, cells, { unit: "bits", width }),
    table: () => heatTable("Precision by layer", shown, cells, "bits"),
  });
}
