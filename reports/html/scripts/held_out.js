// The clear stages of conversion (rungs) on whole held-out sets, whatever the filters.

/** @import { Column, HeldOut, TableSpec } from "./types.js" */
import { allRows, page } from "./data.js";
import { breakable, el } from "./dom.js";
import { ABSENT, grouped } from "./format.js";
import { addressOf } from "./rows.js";
import { addTable } from "./table.js";
import { scoreAndNats } from "./units.js";

const CAPTION =
  "The clear rungs on whole held-out sets, whatever the filters: a line for each model that newest records are of. What is lost from rung to rung has 95 % intervals; positive is worse";

/**
 * A rung of the held-out ladders.
 * @param {string} title
 * @param {"original" | "he_friendly" | "polynomial"} name
 * @returns {Column<HeldOut>}
 */
const heldOutRung = (title, name) => ({
  title,
  numeric: true,
  source: `ladder.held_out.${name}`,
  value: (item) => item[name],
  cell: (item) => scoreAndNats(item.metric, item[name], item.nats?.[name]),
});

/**
 * A loss of the held-out ladders.
 * @param {string} title
 * @param {number} place
 * @returns {Column<HeldOut>}
 */
const heldOutLoss = (title, place) => ({
  title,
  numeric: true,
  source: "ladder.held_out.drifts",
  value: (item) => item.means[place],
  cell: (item) => item.losses[place] ?? ABSENT,
});

/** The table of held-out ladders. @returns {TableSpec<HeldOut>} */
const heldOutTable = () => ({
  caption: CAPTION,
  rows: page().held_out,
  columns: [
    {
      title: "Case",
      heading: true,
      value: (item) => item.case,
      cell: (item) => el("a", { href: addressOf(allRows()[item.place]) }, breakable(item.case)),
    },
    { title: "Samples", numeric: true, value: (item) => item.samples, cell: (item) => grouped(item.samples) },
    heldOutRung("Original", "original"),
    heldOutRung("HE-friendly", "he_friendly"),
    heldOutRung("Polynomial", "polynomial"),
    ...page().drifts.map(heldOutLoss),
  ],
});

/** The table of held-out ladders, where there are any. */
export function heldOut(/** @type {HTMLElement} */ parent) {
  if (page().held_out.length) addTable(parent, heldOutTable());
}
