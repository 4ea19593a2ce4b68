// One set of filters for all sections below it but the held-out ladders, the history and the conditions.

/** @import { Choice } from "./passing.js" */
import { ofChosenCase } from "./case_bar.js";
import { allRows, orderedRows, page } from "./data.js";
import { byId, el } from "./dom.js";
import { grouped } from "./format.js";
import { backendName } from "./links.js";
import { CHOICES, passes } from "./passing.js";
import { state, stated } from "./state.js";

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
  const chosen = stated(choice.id.replace("filter-", ""));
  const options = values.map((value) => el("option", { value, selected: value === chosen }, value));
  const any = el("option", { value: "" }, choice.all);
  const select = el("select", { id: choice.id, onchange: changed }, any, options);
  return el("label", { class: "field" }, el("span", {}, choice.label), select);
}

/**
 * A box to check.
 * @param {HTMLElement | string} label
 * @param {Record<string, unknown>} attributes
 * @param {() => void} changed
 */
function checkbox(label, { title, checked, ...attributes }, changed) {
  const box = el("input", { ...attributes, type: "checkbox", checked, onchange: changed });
  return el("label", { class: "toggle", title }, box, label);
}

/**
 * A box for each backend.
 * @param {() => void} changed
 */
function backendBoxes(changed) {
  const hidden = stated("hide")?.split(",") ?? [];
  return page().backends.map((name) =>
    checkbox(backendName(name), { "data-backend": name, checked: !hidden.includes(name) }, changed),
  );
}

/**
 * Make the filters.
 * @param {() => void} changed
 */
export function startFilters(changed) {
  let waiting = 0;
  const text = stated("text");
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(changed, 150);
  };
  const search = { id: "filter-text", type: "search", placeholder: "name, key, reason", oninput: soon };
  byId("filter-backends").append(...backendBoxes(changed));
  byId("filter-fields").append(
    ...CHOICES.map((choice) => choiceBox(choice, changed)),
    el("label", { class: "field" }, el("span", {}, "Text"), el("input", { ...search, value: text })),
    checkbox(
      "newest of each cell",
      { id: "filter-newest", title: NEWEST, checked: stated("newest") !== "no" },
      changed,
    ),
  );
  byId("filters").toggleAttribute("open", matchMedia("(min-width: 900px)").matches);
}

/** The backends whose boxes are not checked. */
function hiddenBackends() {
  const boxes = byId("filter-backends").querySelectorAll("input");
  return new Set([...boxes].filter((box) => !box.checked).map((box) => box.dataset.backend ?? ""));
}

/** Write what is chosen into the page's address. */
function tell(/** @type {import("./passing.js").Wanted} */ { hidden, newest, text, chosen }) {
  state("hide", [...hidden].join(",") || null);
  state("newest", newest ? null : "no");
  state("text", text || null);
  for (const [id, value] of Object.entries(chosen)) state(id.replace("filter-", ""), value || null);
}

/** The rows that pass, and how many there are, told beside the filters. */
export function filtered() {
  const chosen = Object.fromEntries(CHOICES.map(({ id }) => [id, inputOf(id).value]));
  const newest = /** @type {HTMLInputElement} */ (byId("filter-newest")).checked;
  const wanted = { hidden: hiddenBackends(), newest, text: inputOf("filter-text").value, chosen };
  const all = orderedRows().filter(ofChosenCase());
  const rows = all.filter(passes(wanted));
  tell(wanted);
  byId("filter-count").textContent = `${grouped(rows.length)} of ${grouped(all.length)} records`;
  return rows;
}
