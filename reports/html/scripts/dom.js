// The page's elements. Text always goes in as text, so that no name or reason is ever read as HTML.

/** An element: attributes by name, `on…` listeners, children that are elements, text or null. */
function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

/** A long name that may break after its separators. */
function breakable(text) {
  const parts = String(text).split(/(?<=[_/.,])/);
  return el("span", { class: String(text).length > 24 ? "name long" : "name" }, parts.flatMap((part, place) => (place ? [el("wbr"), part] : [part])));
}

/** What says in words and colour that a record is not to be ranked, or why. */
function chip(kind, text, title) {
  return el("span", { class: `chip ${kind}`, title }, text);
}

function backendName(name) {
  return el("span", { class: "backend" }, el("span", { class: "dot", style: `--c: ${backendColour(name)}`, "aria-hidden": "true" }), name);
}

/** A link to a record, from wherever one of its numbers stands. */
function recordLink(row, ...children) {
  const content = children.length ? children : [row.key.slice(0, 8)];
  const others = processesOf(row).length > 1 ? `; numbers are medians of ${processCount(row.processes.length)}, this is the newest` : "";
  return el("a", { href: `#record-${row.place}`, title: `record ${row.key} of run ${row.run_id}${others}` }, ...content);
}

/** Under which conditions a record was measured. */
function conditionsLink(row) {
  return el("a", { href: "#conditions" }, `C${row["derived.group"]}`);
}

function securityChip(row) {
  if (row["security.secure"]) return chip("good", `${row["security.bits"]} bits`, row["security.secret"]);
  const judged = row["security.log_qp"] !== null;
  const title = judged ? "under 128 bits" : "not encrypted, or not judged";
  return chip("warn", "INSECURE", title);
}

function statusChip(row) {
  const kind = { ok: "plain", unsupported: "plain" }[row.status] ?? "bad";
  return chip(kind, STATUS[row.status], row.reason);
}

function clear(node) {
  node.replaceChildren();
  return node;
}
