// Labelled choices of what a plot shows.

import { clear, el } from "./dom.js";

/** A choice that is labelled. @typedef {{ node: HTMLElement, select: HTMLSelectElement }} Chooser */

/**
 * A choice among names.
 * @param {string} label
 * @param {string[]} names
 * @param {string} chosen
 * @param {(name: string, place: number) => void} changed
 * @returns {Chooser}
 */
export function chooser(label, names, chosen, changed) {
  const select = el("select", { onchange: () => changed(select.value, select.selectedIndex) });
  const made = { node: el("label", { class: "field inline" }, el("span", {}, label), select), select };
  rechoose(made, names, chosen);
  return made;
}

/**
 * Give a choice other names. The control itself stays, and whoever is at it with the keyboard stays there.
 * @param {Chooser} chooser
 * @param {string[]} names
 * @param {string} chosen
 */
export function rechoose({ select }, names, chosen) {
  const shown = [...select.options].map((option) => option.value);
  if (names.join("\n") !== shown.join("\n"))
    clear(select).append(...names.map((name) => el("option", { value: name }, name)));
  select.value = chosen;
}

/**
 * Choices in a line.
 * @param {(Chooser | null)[]} choosers
 */
export const choosers = (...choosers) =>
  el(
    "div",
    { class: "choosers" },
    choosers.map((one) => one?.node),
  );
