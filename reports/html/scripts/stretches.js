// The stretches of a course of levels as plain data.
import { seconds, several } from "./format.js";

/** A record's stretches with the seconds at which each begins and ends, and a shade that changes with the layer. */
export function timed(course) {
  let [ends, shaded, layer] = [0, true, null];
  return course.map((stretch) => {
    if (stretch.layer !== layer) [shaded, layer] = [!shaded, stretch.layer];
    return { ...stretch, shaded, begins: ends, ends: (ends += stretch.s) };
  });
}

const levelsOf = (stretch) =>
  stretch.highest === stretch.lowest
    ? `level ${stretch.highest}`
    : `levels ${stretch.highest} to ${stretch.lowest}`;

export const what = (stretch) =>
  stretch.refresh
    ? `${several(stretch.count, stretch.refresh.replace("_", " "))} in ${stretch.layer}`
    : stretch.layer;

export function stretchLines(stretch) {
  const lines = [what(stretch), levelsOf(stretch), `${seconds(stretch.s)}, from ${seconds(stretch.begins)}`];
  return stretch.refresh ? lines : [...lines, `${several(stretch.count, "instruction")} of the program`];
}
