// A map of case and parameter set by backend.
import { page } from "../data.js";
import { breakable, captionOf, chip, el } from "../dom.js";
import { bytes, grouped, seconds, several } from "../format.js";
import { backendName, conditionsLink, recordLink, securityChip, statusChip } from "../links.js";
import { processCount, processesOf } from "../processes.js";
import { caseOf, distinct, endedOk, exact, groupBy, precision, secureRow, untrained } from "../rows.js";

/** What a backend reached at a case and a parameter set, in the map; the record is a click away. */
function mapCell(row, others) {
  const marks = [
    row["security.secure"] ? null : securityChip(row),
    untrained(row) ? chip("warn", "random weights", page().timing_only) : null,
  ];
  if (!endedOk(row)) {
    return el(
      "td",
      { class: "map off" },
      recordLink(row, statusChip(row)),
      marks,
      el("div", { class: "why" }, row.reason),
      others,
    );
  }
  const refreshes = [
    ["counts.bootstraps", "bootstrap"],
    ["counts.round_trips", "round trip"],
  ]
    .filter(([name]) => row[name])
    .map(([name, title]) => several(row[name], title));
  const processes = processesOf(row).length > 1 ? [`median of ${processCount(row.processes.length)}`] : [];
  return el(
    "td",
    { class: "map" },
    mapTime(row),
    mapPrecision(row),
    el(
      "div",
      { class: "why" },
      [...refreshes, `${bytes(row["memory.evaluator_peak_bytes"])} peak`, ...processes].join(" · "),
    ),
    marks,
    others,
  );
}

function mapPrecision(row) {
  if (exact(row)) return el("div", {}, "exact");
  return row["ladder.precision_bits"] === null ? null : el("div", {}, `${precision(row)} bits of precision`);
}

/** Time per sample, or what kind of record has none. */
function mapTime(row) {
  if (row["latency.per_sample_s"] !== null)
    return recordLink(row, el("strong", {}, seconds(row["latency.per_sample_s"])), " per sample");
  if (row["derived.measured"])
    return [
      recordLink(row, "primitives, one by one"),
      el("div", {}, el("a", { href: "#primitives" }, "times by level")),
    ];
  return recordLink(row, row["derived.probed"] ? "no times: probed" : "no times");
}

const MAP_ROWS = 12;

/** A backend's cell of the map: its newest that has times, else its newest; beside it what did not end ok. */
function mapOfBackend(rows, mixed) {
  if (!rows.length) return el("td", { class: "map none" }, "not run");
  const times = (row) => row["latency.per_sample_s"] !== null || row["derived.measured"];
  const chosen = rows.findLast(times) ?? rows.findLast(endedOk) ?? rows.at(-1);
  const failed = rows
    .filter((row) => row !== chosen && !endedOk(row))
    .map((row) => recordLink(row, statusChip(row)));
  const conditions = mixed
    ? el(
        "div",
        { class: "why" },
        conditionsLink(chosen),
        `, ${several(chosen["environment.threads"], "thread")}`,
      )
    : null;
  return mapCell(chosen, [conditions, ...failed]);
}

export function mapOfCells(parent, rows) {
  const backends = distinct(rows, "backend");
  const all = [...groupBy(rows, (row) => `${caseOf(row)}\n${row.parameter_set}`).values()];
  const secureFirst = all.sort((one, other) => other.some(secureRow) - one.some(secureRow));
  const line = (group) => {
    const mixed = new Set(group.filter(endedOk).map((row) => row["derived.group"])).size > 1;
    return el(
      "tr",
      {},
      el(
        "th",
        { scope: "row" },
        breakable(caseOf(group[0])),
        el(
          "div",
          { class: "why" },
          breakable(group[0].parameter_set),
          mixed ? "; not all measured under the same conditions" : null,
        ),
      ),
      backends.map((name) =>
        mapOfBackend(
          group.filter((row) => row.backend === name),
          mixed,
        ),
      ),
    );
  };
  const table = el(
    "table",
    { class: "cells" },
    captionOf("Map of cells: the newest of each case and parameter set, by backend"),
    el(
      "thead",
      {},
      el(
        "tr",
        {},
        el("th", { scope: "col" }, "Case and parameter set"),
        backends.map((name) =>
          el("th", { scope: "col", style: `width: ${76 / backends.length}%` }, backendName(name)),
        ),
      ),
    ),
    el("tbody", {}, secureFirst.slice(0, MAP_ROWS).map(line)),
  );
  parent.append(
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Map of cells" }, table),
  );
  if (all.length > MAP_ROWS)
    parent.append(
      el(
        "p",
        { class: "note" },
        `The first ${MAP_ROWS} of ${grouped(all.length)} rows; filter to see others. The table below has them all.`,
      ),
    );
}
