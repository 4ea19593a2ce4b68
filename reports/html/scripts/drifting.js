// Where precision is lost on the way through the layers.

/** @import { LayerPrecision } from "./types.js" */

/**
 * Layers that have bits, in order; what is equal to the last bit has none.
 * @param {LayerPrecision[]} layers
 */
export const withBits = (layers) =>
  layers.flatMap(({ name, precision_bits: bits }) => (bits === null ? [] : [{ name, bits }]));

/**
 * The layer after which most bits are gone that the layer before it still had; null where none loses any.
 * @param {LayerPrecision[]} layers
 */
export function largestDrop(layers) {
  const found = withBits(layers);
  const drops = found.slice(1).map(({ name, bits }, place) => ({ name, from: found[place].bits, to: bits }));
  const largest = drops.sort((one, other) => one.to - one.from - (other.to - other.from))[0];
  return largest && largest.to < largest.from ? largest : null;
}
