// What a reader asks of cells that are to be ranked: a time, floors, and a network; kept in the page's address.

/** @import { Wanted } from "./divisions.js" */
import { page } from "./data.js";
import { el } from "./dom.js";
import { state, stated } from "./state.js";

/** A number that a reader enters: its name in the address, and how many of its units make one of `Wanted`. @typedef {{ name: "bits" | "agreement" | "rtt", label: string, unit: string, per: number, max: number | null, step: number, title: string }} Entry */

/** @type {Entry[]} */
const ENTRIES = [
  {
    ...{ name: "bits", label: "Precision at least", unit: "bits", per: 1, max: null, step: 1 },
    title: "Cells with fewer bits of precision are not ranked",
  },
  {
    ...{ name: "agreement", label: "Same label at least", unit: "%", per: 100, max: 100, step: 0.5 },
    title: "Cells of which fewer samples keep their label when encrypted are not ranked",
  },
  {
    ...{ name: "rtt", label: "Network, there and back", unit: "ms", per: 1000, max: null, step: 10 },
    title: "Added to each round trip; what is measured is without a network",
  },
];

/** What is asked for as the page opens. @returns {Wanted} */
const first = () => ({ time: "sample", rtt: 0, ...page().floors });

/** A number from the address, where it is one. */
function entered(/** @type {Entry} */ { name, per }) {
  const text = stated(name);
  const value = text === null || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) && value >= 0 ? value / per : first()[name];
}

/** What is asked for now. @returns {Wanted} */
export function asked() {
  const numbers = Object.fromEntries(ENTRIES.map((entry) => [entry.name, entered(entry)]));
  return { ...first(), ...numbers, time: stated("time") === "input" ? "input" : "sample" };
}

/**
 * The box of one number.
 * @param {Entry} entry
 * @param {() => void} changed
 */
function numberBox(entry, changed) {
  const { name, label, unit, per, max, step, title } = entry;
  const start = per * first()[name];
  const box = el("input", { type: "number", min: 0, max, step, value: per * entered(entry), name });
  box.addEventListener("input", () => {
    state(name, box.value === String(start) || box.value === "" ? null : box.value);
    changed();
  });
  return el("label", { class: "field", title }, el("span", {}, label), box, unit);
}

/** The choice between what a sample costs and what one input waits for. */
function timeBox(/** @type {() => void} */ changed) {
  const options = [
    ["sample", "seconds a sample"],
    ["input", "seconds for one input"],
  ].map(([value, text]) => el("option", { value, selected: value === asked().time }, text));
  const box = el("select", { name: "time" }, options);
  box.addEventListener("change", () => {
    state("time", box.value === "sample" ? null : box.value);
    changed();
  });
  return el("label", { class: "field" }, el("span", {}, "Rank by"), box);
}

/** All that can be asked for. */
export function askedBox(/** @type {() => void} */ changed) {
  const summary = el("summary", {}, "What is ranked: floors and network");
  const fields = [timeBox(changed), ...ENTRIES.map((entry) => numberBox(entry, changed))];
  const open = matchMedia("(min-width: 900px)").matches;
  return el("details", { class: "asked", open }, summary, el("div", { class: "asked-row" }, fields));
}
