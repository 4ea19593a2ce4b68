// Labelled choices of what a plot shows.
import { clear, el } from "./dom.js";

/** A choice among names. `changed`: (name, its place) → what follows from it. */
export function chooser(label, names, chosen, changed) {
  const select = el("select", { onchange: () => changed(select.value, select.selectedIndex) });
  const made = el("label", { class: "field inline" }, el("span", {}, label), select);
  rechoose(made, names, chosen);
  return made;
}

/** Give a choice other names. The control itself stays, and whoever is at it with the keyboard stays there. */
export function rechoose(made, names, chosen) {
  const select = made.querySelector("select");
  const shown = [...select.options].map((option) => option.value);
  if (names.join("\n") !== shown.join("\n"))
    clear(select).append(...names.map((name) => el("option", { value: name }, name)));
  select.value = chosen;
}
