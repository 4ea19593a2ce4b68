// Memory by party and stage, and what was written and sent.
import { barsOption, barsTable } from "../bands.js";
import { el } from "../dom.js";
import { significant, toGigabytes, toMegabytes } from "../format.js";
import { firstOf } from "../labels.js";
import { addFigure } from "../plot.js";

const bytesPart = (title, source, scale) => ({ title, source, value: (row) => scale(row[source]) });

const PEAKS = [
  bytesPart("evaluator", "memory.evaluator_peak_bytes", toGigabytes),
  bytesPart("key owner", "memory.key_owner_peak_bytes", toGigabytes),
  bytesPart("key generation", "memory.keygen_peak_bytes", toGigabytes),
  bytesPart("all processes together", "memory.together_peak_bytes", toGigabytes),
];

const SIZES = [
  bytesPart("rotation keys", "memory.rotation_keys_bytes", toMegabytes),
  bytesPart("bootstrap keys", "memory.bootstrap_keys_bytes", toMegabytes),
  bytesPart("relinearisation key", "memory.relinearisation_key_bytes", toMegabytes),
  bytesPart("public key", "memory.public_key_bytes", toMegabytes),
  bytesPart("ciphertexts in", "memory.ciphertexts_in_bytes", toMegabytes),
  bytesPart("ciphertexts out", "memory.ciphertexts_out_bytes", toMegabytes),
];

function memoryFigure(parent, rows, { title, alt, parts, unit, stacked }) {
  const { shown, note } = firstOf(rows.filter((row) => parts.some((part) => part.value(row) !== null)));
  addFigure(parent, {
    title,
    note,
    alt,
    empty: shown.length ? null : "No record has these sizes.",
    option: (width) =>
      barsOption(shown, parts, { unit, stacked, width, show: (value) => `${significant(value)} ${unit}` }),
    table: () => barsTable(title, shown, parts, unit),
  });
}

export function memory(parent, rows) {
  const grid = el("div", { class: "pair" });
  parent.append(grid);
  memoryFigure(grid, rows, {
    title: "Peak resident memory, GB",
    alt: "Bars of each party's peak.",
    parts: PEAKS,
    unit: "GB",
    stacked: false,
  });
  memoryFigure(grid, rows, {
    title: "Keys and ciphertexts, MB",
    alt: "Stacked bars of what crossed between the parties.",
    parts: SIZES,
    unit: "MB",
    stacked: true,
  });
}
