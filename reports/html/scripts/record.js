// A record in full: every name and every number as it stands in the store, but for the last digits of single times.
import { allRows, page, whole } from "./data.js";
import { breakable, byId, chip, clear, el } from "./dom.js";
import { backendName, securityChip, statusChip } from "./links.js";
import { untrained } from "./rows.js";
import { addTable } from "./table.js";

const IDENTITY = [
  "run_id",
  "started_at",
  "suite",
  "case",
  "backend",
  "parameter_set",
  "cell",
  "key",
  "status",
  "reason",
];

function plainValue(value) {
  if (value === null) return el("span", { class: "absent" }, "null");
  if (typeof value === "number") return el("span", { class: "figure" }, String(value));
  return breakable(typeof value === "string" ? value : JSON.stringify(value));
}

/** Names and values of a block; blocks in it and lists follow under headings of their own. */
function blockView(title, block, level) {
  const entries = Object.entries(block);
  const nested = (value) => value !== null && typeof value === "object";
  const list = (name, value) =>
    Array.isArray(value)
      ? listView(`${title}.${name}`, value, level + 1)
      : blockView(`${title}.${name}`, value, level + 1);
  const plain = entries.filter(([, value]) => !nested(value));
  return el(
    "section",
    {},
    el(`h${level}`, {}, title),
    plain.length
      ? el(
          "dl",
          {},
          plain.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, plainValue(value)))),
        )
      : null,
    entries.filter(([, value]) => nested(value)).map(([name, value]) => list(name, value)),
  );
}

function listView(title, items, level) {
  if (!items.length) return el("p", { class: "note" }, `${title}: none`);
  const columns = Object.keys(items[0]).map((name) => ({
    title: name,
    numeric: typeof items[0][name] === "number",
    value: (item) =>
      item[name] !== null && typeof item[name] === "object" ? JSON.stringify(item[name]) : item[name],
    cell: (item) => plainValue(item[name]),
  }));
  const section = el("section", {}, el(`h${level}`, {}, title));
  addTable(section, { caption: title, columns, rows: items });
  return section;
}

function recordView(record) {
  const blocks = Object.entries(record).filter(([, value]) => value !== null && typeof value === "object");
  const rest = Object.entries(record).filter(
    ([name, value]) => !IDENTITY.includes(name) && (value === null || typeof value !== "object"),
  );
  const identity = Object.fromEntries([...IDENTITY.map((name) => [name, record[name]]), ...rest]);
  return [
    el(
      "p",
      { class: "note" },
      `Single times (s, samples_s) to ${page().digits} digits here; the store has them all.`,
    ),
    blockView("Identity", identity, 3),
    ...blocks.map(([name, block]) => blockView(name, block, 3)),
    el("details", {}, el("summary", {}, "As JSON"), el("pre", {}, JSON.stringify(record, null, 1))),
  ];
}

async function openRecord(place) {
  const dialog = byId("record");
  const row = allRows()[place];
  if (!row) return;
  const record = await whole(row);
  clear(byId("record-title")).append(backendName(row.backend), " ", breakable(row.parameter_set));
  clear(byId("record-marks")).append(
    statusChip(row),
    securityChip(row),
    untrained(row) ? chip("warn", page().timing_only) : "",
  );
  clear(byId("record-body")).append(...recordView(record));
  if (!dialog.open) dialog.showModal();
  byId("record-body").scrollTop = 0;
}

/** A record's address is the page's: #record-<place>; closing it leaves the address as it was. */
export function startRecords() {
  const dialog = byId("record");
  const follow = () => {
    const found = /^#record-(\d+)$/.exec(location.hash);
    if (found) openRecord(Number(found[1]));
    else if (dialog.open) dialog.close();
  };
  dialog.addEventListener("close", () => {
    if (location.hash.startsWith("#record-")) window.history.replaceState(null, "", "#");
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  byId("record-close").addEventListener("click", () => dialog.close());
  addEventListener("hashchange", follow);
  follow();
}
