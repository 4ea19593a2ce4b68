// Memory by party and stage, and what was written and sent.

/** @import { NumberName, Part, Row } from "../types.js" */
import { barsOption, barsTable } from "../bands.js";
import { el } from "../dom.js";
import { significant } from "../format.js";
import { firstOf } from "../labels.js";
import { addFigure } from "../plot.js";
import { unprobed } from "../rows.js";
import { inUnit, scaleOf } from "../units.js";

/** @type {[string, NumberName][]} */
const PEAKS = [
  ["evaluator", "memory.evaluator_peak_bytes"],
  ["key owner", "memory.key_owner_peak_bytes"],
  ["key generation", "memory.keygen_peak_bytes"],
  ["all processes together", "memory.together_peak_bytes"],
];

/** @type {[string, NumberName][]} */
const SIZES = [
  ["rotation keys", "memory.rotation_keys_bytes"],
  ["conjugation key", "memory.conjugation_key_bytes"],
  ["bootstrap keys", "memory.bootstrap_keys_bytes"],
  ["relinearisation key", "memory.relinearisation_key_bytes"],
  ["public key", "memory.public_key_bytes"],
  ["ciphertexts in", "memory.ciphertexts_in_bytes"],
  ["ciphertexts out", "memory.ciphertexts_out_bytes"],
];

/**
 * Bars of sizes.
 * @typedef {object} Bars
 * @property {string} title
 * @property {string} alt
 * @property {[string, NumberName][]} sizes
 * @property {"GB"} [wanted] gigabytes
 * @property {boolean} stacked
 */

/**
 * The figure of records that have any of some sizes.
 * @param {HTMLElement} parent
 * @param {Row[]} rows
 * @param {Bars} bars
 */
function memoryFigure(parent, rows, { title, alt, sizes, wanted, stacked }) {
  const unit = String(scaleOf(sizes[0][1], wanted).unit);
  /** @type {Part[]} */
  const parts = sizes.map(([part, source]) => ({ title: part, source, value: inUnit(source, wanted) }));
  const { shown, note } = firstOf(rows.filter((row) => parts.some((part) => part.value(row) !== null)));
  const show = (/** @type {number} */ value) => `${significant(value)} ${unit}`;
  addFigure(parent, {
    title: `${title}, ${unit}`,
    note,
    alt,
    empty: shown.length ? null : "No record has these sizes.",
    option: (width) => barsOption(shown, parts, { unit, stacked, width, show }),
    table: () => barsTable(`${title}, ${unit}`, shown, parts, unit),
  });
}

/**
 * Each party's memory, and the sizes of keys and ciphertexts.
 * @param {HTMLElement} parent
 * @param {Row[]} all
 */
export function memory(parent, all) {
  const rows = unprobed(all);
  const grid = el("div", { class: "pair" });
  parent.append(grid);
  memoryFigure(grid, rows, {
    title: "Peak resident memory",
    alt: "Bars of each party's peak.",
    sizes: PEAKS,
    wanted: "GB",
    stacked: false,
  });
  memoryFigure(grid, rows, {
    title: "Keys and ciphertexts",
    alt: "Stacked bars of what crossed between the parties.",
    sizes: SIZES,
    stacked: true,
  });
}
