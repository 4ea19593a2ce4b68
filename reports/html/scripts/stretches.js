// The stretches of a course of levels (a level profile) as plain data.

/** @import { Refresh, Stretch, TimedStretch } from "./types.js" */
import { seconds, several } from "./format.js";

/**
 * A record's stretches with the seconds at which each begins and ends, and a shade that changes with the layer.
 * @param {Stretch[]} course
 * @returns {TimedStretch[]}
 */
export function timed(course) {
  /** @type {TimedStretch[]} */
  const found = [];
  for (const stretch of course) {
    const last = found.at(-1);
    const begins = last?.ends ?? 0;
    const shaded = last?.layer === stretch.layer ? last.shaded : !(last?.shaded ?? true);
    found.push({ ...stretch, shaded, begins, ends: begins + stretch.s });
  }
  return found;
}

/** A refresh's name in sentences. */
export const refreshName = (/** @type {Refresh} */ refresh) => refresh.replace("_", " ");

const levelsOf = (/** @type {Stretch} */ { highest, lowest }) =>
  highest === lowest ? `level ${highest}` : `levels ${highest} to ${lowest}`;

/** What was computed: a layer, or refreshes in it. */
export const what = (/** @type {Stretch} */ { refresh, count, layer }) =>
  refresh ? `${several(count, refreshName(refresh))} in ${layer}` : layer;

/** What is told of a stretch that the pointer is at. */
export function stretchLines(/** @type {TimedStretch} */ stretch) {
  const lines = [what(stretch), levelsOf(stretch), `${seconds(stretch.s)}, from ${seconds(stretch.begins)}`];
  return stretch.refresh ? lines : [...lines, `${several(stretch.count, "instruction")} of the program`];
}
