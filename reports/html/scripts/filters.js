// One set of filters for all sections below it but the held-out ladders, the history and the conditions.

/** @import { Choice } from "./passing.js" */
import { allRows, orderedRows, page } from "./data.js";
import { byId, el } from "./dom.js";
import { grouped } from "./format.js";
import { backendName } from "./links.js";
import { CHOICES, passes } from "./passing.js";

const NEWEST =
  "Leaves out records that a newer key of their cell supersedes under the same conditions, and what failed where a later run did not";

const inputOf = (/** @type {string} */ id) => /** @type {HTMLInputElement | HTMLSelectElement} */ (byId(id));

/**
 * A choice among the values that there are.
 * @param {Choice} choice
 * @param {() => void} changed
 */
function choiceBox(choice, changed) {
  const values = [...new Set(allRows().map(choice.value))].sort();
  const options = values.map((value) => el("option", { value }, value));
  const any = el("option", { value: "" }, choice.all);
  const select = el("select", { id: choice.id, onchange: changed }, any, options);
  return el("label", { class: "field" }, el("span", {}, choice.label), select);
}

/**
 * A box that is checked at first.
 * @param {HTMLElement | string} label
 * @param {Record<string, unknown>} attributes
 * @param {() => void} changed
 */
function checkbox(label, { title, ...attributes }, changed) {
  const box = el("input", { ...attributes, type: "checkbox", checked: true, onchange: changed });
  return el("label", { class: "toggle", title }, box, label);
}

/**
 * A box for each backend.
 * @param {() => void} changed
 */
const backendBoxes = (changed) =>
  page().backends.map((name) => checkbox(backendName(name), { "data-backend": name }, changed));

/**
 * Make the filters.
 * @param {() => void} changed
 */
export function startFilters(changed) {
  let waiting = 0;
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(changed, 150);
  };
  const text = { id: "filter-text", type: "search", placeholder: "name, key, reason", oninput: soon };
  byId("filter-backends").append(...backendBoxes(changed));
  byId("filter-fields").append(
    ...CHOICES.map((choice) => choiceBox(choice, changed)),
    el("label", { class: "field" }, el("span", {}, "Text"), el("input", text)),
    checkbox("newest of each cell", { id: "filter-newest", title: NEWEST }, changed),
  );
  byId("filters").toggleAttribute("open", matchMedia("(min-width: 900px)").matches);
}

/** The backends whose boxes are not checked. */
function hiddenBackends() {
  const boxes = byId("filter-backends").querySelectorAll("input");
  return new Set([...boxes].filter((box) => !box.checked).map((box) => box.dataset.backend ?? ""));
}

/** The rows that pass, and how many there are, told beside the filters. */
export function filtered() {
  const chosen = Object.fromEntries(CHOICES.map(({ id }) => [id, inputOf(id).value]));
  const newest = /** @type {HTMLInputElement} */ (byId("filter-newest")).checked;
  const wanted = { hidden: hiddenBackends(), newest, text: inputOf("filter-text").value, chosen };
  const rows = orderedRows().filter(passes(wanted));
  byId("filter-count").textContent = `${grouped(rows.length)} of ${grouped(allRows().length)} records`;
  return rows;
}
