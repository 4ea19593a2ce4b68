// Where precision is lost on the way through the layers, and where it was refreshed.

/** @import { LayerPrecision, Refresh, Stretch } from "./types.js" */

/** A refresh between layers: how often, and in which of those that have times. @typedef {{ layer: string, refresh: Refresh, count: number }} Refreshed */

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

/**
 * The refreshes of a course of levels, added up by layer and kind.
 * @param {Stretch[]} course
 */
export function refreshed(course) {
  /** @type {Map<string, Refreshed>} */
  const found = new Map();
  for (const { layer, refresh, count } of course) {
    if (!refresh) continue;
    const key = `${layer}\n${refresh}`;
    found.set(key, { layer, refresh, count: count + (found.get(key)?.count ?? 0) });
  }
  return [...found.values()];
}

/**
 * The first and the last of the probed layers of which a layer with a time is made; null where it has none.
 * @param {string[]} names those of the probed layers, in order
 * @param {string} layer
 */
export function spanOf(names, layer) {
  const own = names.filter((name) => name === layer || name.startsWith(`${layer}.`));
  return own.length ? { first: own[0], last: own[own.length - 1] } : null;
}
