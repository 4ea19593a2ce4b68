// Where time goes: by stage of the protocol, by layer, by primitive.
import { barsOption, barsTable } from "../bands.js";
import { wholes } from "../data.js";
import { seconds, significant } from "../format.js";
import { heatOption, heatTable } from "../heat.js";
import { firstOf, naming } from "../labels.js";
import { addFigure } from "../plot.js";

const STAGES = [
  {
    title: "evaluate",
    source: "latency.evaluate_s − latency.round_trips_s",
    value: (row) => row["latency.evaluate_s"] - (row["latency.round_trips_s"] ?? 0),
  },
  { title: "round trips", source: "latency.round_trips_s", value: (row) => row["latency.round_trips_s"] },
  { title: "key generation", source: "latency.keygen_s", value: (row) => row["latency.keygen_s"] },
  {
    title: "model preparation",
    source: "latency.prepare_model_s",
    value: (row) => row["latency.prepare_model_s"],
  },
  { title: "encrypt", source: "latency.encrypt_s", value: (row) => row["latency.encrypt_s"] },
  { title: "decrypt", source: "latency.decrypt_s", value: (row) => row["latency.decrypt_s"] },
  { title: "plan", source: "latency.plan_s", value: (row) => row["latency.plan_s"] },
];

const PARTS = 7;

function stages(parent, rows) {
  const { shown, note } = firstOf(rows.filter((row) => row["latency.evaluate_s"] !== null));
  addFigure(parent, {
    title: "By stage, seconds",
    note,
    alt: `Stacked bars of the stages of ${shown.length} records.`,
    empty: shown.length ? null : "No record has times of evaluation; a run with probes has none.",
    option: (width) => barsOption(shown, STAGES, { unit: "s", stacked: true, width, show: seconds }),
    table: () => barsTable("Seconds by stage; evaluate without its round trips", shown, STAGES, "s"),
  });
}

async function layerTimes(parent, rows) {
  const { shown, note } = firstOf(
    rows.filter((row) => row["derived.timed_layers"]),
    16,
  );
  const found = new Map(await wholes(shown));
  const name = naming(shown);
  const cells = (row) => {
    const layers = found.get(row).latency.layers;
    const total = layers.reduce((sum, layer) => sum + layer.s, 0) || 1;
    return layers.map((layer) => ({
      name: layer.name,
      value: (100 * layer.s) / total,
      lines: [
        name(row),
        `${layer.name}: ${seconds(layer.s)}`,
        `${significant((100 * layer.s) / total)} % of all layers`,
      ],
    }));
  };
  addFigure(parent, {
    title: "By layer, percent of a record's evaluation",
    note,
    alt: "A heat map of records by layers; the brighter, the more of the time.",
    empty: shown.length ? null : "No record has times of layers.",
    option: (width) => heatOption(shown, cells, { unit: "%", width }),
    table: () => heatTable("Share of a record's evaluation by layer", shown, cells, "%"),
  });
}

/** Seconds by primitive, summed over levels; what takes least is one part. */
async function primitiveTimes(parent, rows) {
  const { shown, note } = firstOf(
    rows.filter((row) => row["derived.timed_primitives"] && row["latency.evaluate_s"] !== null),
    16,
  );
  const sums = new Map(
    (await wholes(shown)).map(([row, record]) => {
      const sum = new Map();
      for (const one of record.latency.primitives) sum.set(one.name, (sum.get(one.name) ?? 0) + (one.s ?? 0));
      return [row, sum];
    }),
  );
  const total = new Map();
  for (const sum of sums.values()) for (const [name, s] of sum) total.set(name, (total.get(name) ?? 0) + s);
  const names = [...total].sort((one, other) => other[1] - one[1]).map(([name]) => name);
  const part = (name) => ({
    title: name,
    source: "latency.primitives",
    value: (row) => sums.get(row).get(name) ?? null,
  });
  const rest = names.slice(PARTS - 1);
  const other = {
    title: "all others",
    value: (row) => rest.reduce((sum, name) => sum + (sums.get(row).get(name) ?? 0), 0),
  };
  const parts = names.length > PARTS ? [...names.slice(0, PARTS - 1).map(part), other] : names.map(part);
  addFigure(parent, {
    title: "By primitive, seconds of the first evaluation",
    note,
    alt: `Stacked bars of the primitives of ${shown.length} records.`,
    empty: shown.length ? null : "No record has times of primitives.",
    option: (width) => barsOption(shown, parts, { unit: "s", stacked: true, width, show: seconds }),
    table: () => barsTable("Seconds by primitive", shown, names.map(part), "s"),
  });
}

export async function time(parent, rows) {
  stages(parent, rows);
  await layerTimes(parent, rows);
  await primitiveTimes(parent, rows);
}
