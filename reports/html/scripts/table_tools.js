// What can be done with a table: columns left out, its rows copied, or kept as a file.

import { asCsv, FORMS } from "./copies.js";
import { el } from "./dom.js";
import { fileName, keepText } from "./files.js";

/**
 * What the tools need of their table.
 * @typedef {object} Tooled
 * @property {string[]} titles of all columns
 * @property {Set<string>} hidden titles of those that are left out
 * @property {() => string[][]} cells headings and all rows that pass the table's filter, as text
 * @property {() => void} draw
 * @property {string} caption
 */

/**
 * Copy text, and say so on the button.
 * @param {HTMLElement} button
 * @param {string} text
 */
function copy(button, text) {
  const said = button.textContent;
  const tell = (/** @type {string} */ word) => {
    button.textContent = word;
    setTimeout(() => {
      button.textContent = said;
    }, 1500);
  };
  navigator.clipboard.writeText(text).then(
    () => tell("copied"),
    () => tell("not allowed"),
  );
}

/** A box for each column but the first, which tells rows apart. */
function columnBoxes(/** @type {Tooled} */ table) {
  return table.titles.slice(1).map((title) => {
    const box = el("input", { type: "checkbox", checked: true });
    box.addEventListener("change", () => {
      if (box.checked) table.hidden.delete(title);
      else table.hidden.add(title);
      table.draw();
    });
    return el("label", { class: "toggle" }, box, title);
  });
}

/** The tools of a table, folded. */
export function tableTools(/** @type {Tooled} */ table) {
  const copies = FORMS.map(([name, form]) => {
    const button = el("button", { type: "button", "data-form": name }, `Copy as ${name}`);
    button.addEventListener("click", () => copy(button, form(table.cells())));
    return button;
  });
  const file = el("button", { type: "button" }, "Keep as a file");
  file.addEventListener("click", () =>
    keepText(fileName(table.caption, "csv"), asCsv(table.cells()), "text/csv"),
  );
  const boxes = el("div", { class: "columns" });
  const details = el(
    "details",
    { class: "more" },
    el("summary", {}, "Columns and copies"),
    el("div", { class: "copies" }, copies, file),
    boxes,
  );
  details.addEventListener("toggle", () => boxes.children.length || boxes.append(...columnBoxes(table)));
  return details;
}
