// One set of filters for all sections below it but the held-out ladders, the history and the conditions.

const CHOICES = [
  { id: "filter-case", label: "Case", all: "all cases", value: caseOf },
  { id: "filter-set", label: "Parameter set", all: "all sets", value: (row) => row.parameter_set },
  { id: "filter-status", label: "Status", all: "any status", value: (row) => STATUS[row.status] },
  {
    id: "filter-security", label: "Security", all: "any security",
    value: (row) => (row["security.secure"] ? "128 bits or more" : "INSECURE"),
  },
];

const hidden = new Set();

function choiceBox(choice, changed) {
  const values = [...new Set(ROWS.map(choice.value))].sort();
  const select = el("select", { id: choice.id, onchange: changed }, el("option", { value: "" }, choice.all),
    values.map((value) => el("option", { value }, value)));
  return el("label", { class: "field" }, el("span", {}, choice.label), select);
}

function backendBox(name, changed) {
  const toggle = (event) => {
    if (event.target.checked) hidden.delete(name);
    else hidden.add(name);
    changed();
  };
  return el("label", { class: "toggle" }, el("input", { type: "checkbox", checked: true, onchange: toggle }), backendName(name));
}

function startFilters(changed) {
  let waiting = 0;
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(changed, 150);
  };
  document.getElementById("filter-backends").append(...PAGE.backends.map((name) => backendBox(name, changed)));
  document.getElementById("filter-fields").append(
    ...CHOICES.map((choice) => choiceBox(choice, changed)),
    el("label", { class: "field" }, el("span", {}, "Text"),
      el("input", { id: "filter-text", type: "search", placeholder: "name, key, reason", oninput: soon })),
    el("label", { class: "toggle", title: "Leaves out records that a newer key of their cell supersedes under the same conditions, and what failed where a later run did not" },
      el("input", { id: "filter-newest", type: "checkbox", checked: true, onchange: changed }), "newest of each cell"),
  );
  document.getElementById("filters").open = matchMedia("(min-width: 900px)").matches;
}

const searched = ["run_id", "suite", "case", "backend", "parameter_set", "cell", "key", "status", "reason"];

/** The rows that pass, and how many there are, told beside the filters. */
function filtered() {
  const value = (id) => document.getElementById(id).value;
  const words = value("filter-text").toLowerCase().split(/\s+/).filter(Boolean);
  const newest = document.getElementById("filter-newest").checked;
  const wanted = CHOICES.map((choice) => [choice, value(choice.id)]).filter(([, chosen]) => chosen);
  const rows = ORDERED.filter((row) => {
    if (hidden.has(row.backend) || (newest && !row["derived.newest"])) return false;
    if (!wanted.every(([choice, chosen]) => choice.value(row) === chosen)) return false;
    const text = words.length ? searched.map((name) => row[name] ?? "").join(" ").toLowerCase() : "";
    return words.every((word) => text.includes(word));
  });
  document.getElementById("filter-count").textContent = `${grouped(rows.length)} of ${grouped(ROWS.length)} records`;
  return rows;
}
