// One set of filters for all sections below it but the held-out ladders, the history and the conditions.
import { allRows, orderedRows, page } from "./data.js";
import { byId, el } from "./dom.js";
import { grouped } from "./format.js";
import { backendName } from "./links.js";
import { CHOICES, searched } from "./passing.js";

const hidden = new Set();

function choiceBox(choice, changed) {
  const values = [...new Set(allRows().map(choice.value))].sort();
  const select = el(
    "select",
    { id: choice.id, onchange: changed },
    el("option", { value: "" }, choice.all),
    values.map((value) => el("option", { value }, value)),
  );
  return el("label", { class: "field" }, el("span", {}, choice.label), select);
}

function backendBox(name, changed) {
  const toggle = (event) => {
    if (event.target.checked) hidden.delete(name);
    else hidden.add(name);
    changed();
  };
  return el(
    "label",
    { class: "toggle" },
    el("input", { type: "checkbox", checked: true, onchange: toggle }),
    backendName(name),
  );
}

export function startFilters(changed) {
  let waiting = 0;
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(changed, 150);
  };
  document
    .getElementById("filter-backends")
    .append(...page().backends.map((name) => backendBox(name, changed)));
  document.getElementById("filter-fields").append(
    ...CHOICES.map((choice) => choiceBox(choice, changed)),
    el(
      "label",
      { class: "field" },
      el("span", {}, "Text"),
      el("input", { id: "filter-text", type: "search", placeholder: "name, key, reason", oninput: soon }),
    ),
    el(
      "label",
      {
        class: "toggle",
        title:
          "Leaves out records that a newer key of their cell supersedes under the same conditions, and what failed where a later run did not",
      },
      el("input", { id: "filter-newest", type: "checkbox", checked: true, onchange: changed }),
      "newest of each cell",
    ),
  );
  byId("filters").open = matchMedia("(min-width: 900px)").matches;
}

/** The rows that pass, and how many there are, told beside the filters. */
export function filtered() {
  const value = (id) => byId(id).value;
  const words = value("filter-text").toLowerCase().split(/\s+/).filter(Boolean);
  const newest = byId("filter-newest").checked;
  const wanted = CHOICES.map((choice) => [choice, value(choice.id)]).filter(([, chosen]) => chosen);
  const rows = orderedRows().filter((row) => {
    if (hidden.has(row.backend) || (newest && !row["derived.newest"])) return false;
    if (!wanted.every(([choice, chosen]) => choice.value(row) === chosen)) return false;
    const text = words.length
      ? searched
          .map((name) => row[name] ?? "")
          .join(" ")
          .toLowerCase()
      : "";
    return words.every((word) => text.includes(word));
  });
  byId("filter-count").textContent = `${grouped(rows.length)} of ${grouped(allRows().length)} records`;
  return rows;
}
