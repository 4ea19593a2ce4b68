// What each party spent in each stage: the clock, waiting, the processor, and switches of context.

/** @import { Column, Found, Row, StageCost } from "./types.js" */
import { wholes } from "./data.js";
import { breakable, el } from "./dom.js";
import { grouped, seconds } from "./format.js";
import { firstOf, naming } from "./labels.js";
import { recordLink } from "./links.js";
import { addTable } from "./table.js";

/** A stage of a record. @typedef {{ row: Row; cost: StageCost }} Spent */

/**
 * An entry for each stage and party of each record; older ones have none.
 * @param {Found[]} found
 * @returns {Spent[]}
 */
export const spentOf = (found) =>
  found.flatMap(([row, record]) => (record.latency.stages ?? []).map((cost) => ({ row, cost })));

/**
 * @param {string} title
 * @param {"wall_s" | "waited_s" | "user_s" | "system_s" | "idle_s"} name
 * @returns {Column<Spent>}
 */
const secondsColumn = (title, name) => ({
  title,
  unit: "s",
  source: `latency.stages.${name}`,
  numeric: true,
  value: ({ cost }) => cost[name],
  cell: ({ cost }) => seconds(cost[name]),
});

/**
 * @param {string} title
 * @param {"voluntary_switches" | "involuntary_switches"} name
 * @returns {Column<Spent>}
 */
const switchesColumn = (title, name) => ({
  title,
  source: `latency.stages.${name}`,
  numeric: true,
  value: ({ cost }) => cost[name],
  cell: ({ cost }) => grouped(cost[name]),
});

/**
 * The table of stages and parties, where a record tells of them.
 * @param {HTMLElement} parent
 * @param {Row[]} rows
 */
export async function spending(parent, rows) {
  const { shown, note } = firstOf(rows, 16);
  const name = naming(shown);
  const spent = spentOf(await wholes(shown));
  if (!spent.length) return;
  const box = el("div", { class: "spent" });
  parent.append(box);
  addTable(box, {
    caption: ["What each party spent in each stage", ...(note ? [note] : [])].join(". "),
    rows: spent,
    columns: [
      {
        title: "Record",
        heading: true,
        value: ({ row }) => name(row),
        cell: ({ row }) => recordLink(row, breakable(name(row))),
      },
      { title: "Stage", source: "latency.stages.stage", value: ({ cost }) => cost.stage },
      {
        title: "Party",
        source: "latency.stages.party",
        value: ({ cost }) => cost.party.replaceAll("_", " "),
      },
      secondsColumn("Clock", "wall_s"),
      secondsColumn("Waiting", "waited_s"),
      secondsColumn("User", "user_s"),
      secondsColumn("System", "system_s"),
      secondsColumn("Neither", "idle_s"),
      switchesColumn("Voluntary switches", "voluntary_switches"),
      switchesColumn("Involuntary switches", "involuntary_switches"),
    ],
  });
}
