// The bar of cases: a tab for each of those with trained weights, a list of all others, and all of them together.

/** @import { Row } from "./types.js" */
import { ALL, caseAddress, casesOf } from "./cases.js";
import { allRows } from "./data.js";
import { byId, clear, el } from "./dom.js";
import { several } from "./format.js";
import { state, stated } from "./state.js";

/** How many cases have a tab. */
const TABS = 6;

const cases = () => casesOf(allRows());

/** The case that the page is about, or null where all are compared. */
export function chosenCase() {
  const found = cases();
  const wanted = stated("case");
  if (wanted === ALL || !found.length) return null;
  return (found.find(({ name }) => caseAddress(name) === wanted) ?? found[0]).name;
}

/** Whether a row is of the case that was chosen. */
export function ofChosenCase() {
  const chosen = chosenCase();
  return (/** @type {Row} */ row) => chosen === null || `${row.suite} / ${row.case}` === chosen;
}

/** Show one case, or all. */
function choose(/** @type {string | null} */ name) {
  if (name === null) state("case", ALL);
  else state("case", name === cases()[0].name ? null : caseAddress(name));
}

/**
 * Make the bar; a choice draws the page anew.
 * @param {() => void} changed
 */
export function startCases(changed) {
  const bar = byId("cases");
  const found = cases();
  const tabs = found.slice(0, TABS).filter(({ trained }, place) => trained || !place);
  const others = found.filter((one) => !tabs.includes(one));
  const show = (/** @type {string | null} */ name) => {
    choose(name);
    changed();
    mark();
  };
  const tab = (/** @type {string | null} */ name, /** @type {string} */ text) =>
    el("button", { type: "button", class: "tab", "data-case": name ?? ALL, onclick: () => show(name) }, text);
  const options = others.map(({ name }) => el("option", { value: name }, name));
  const first = el("option", { value: "" }, several(others.length, "other case"));
  const select = el("select", { "aria-label": "Other cases" }, first, options);
  select.addEventListener("change", () => select.value && show(select.value));
  const mark = () => {
    const chosen = chosenCase();
    document.documentElement.dataset.view = chosen === null ? "cases" : "case";
    for (const one of bar.querySelectorAll("button"))
      one.setAttribute("aria-pressed", String(one.dataset.case === (chosen ?? ALL)));
    select.value = others.some(({ name }) => name === chosen) ? String(chosen) : "";
  };
  clear(bar).append(
    ...tabs.map(({ name }) => tab(name, name)),
    ...(others.length ? [select] : []),
    tab(null, "Compare all cases"),
  );
  mark();
}
