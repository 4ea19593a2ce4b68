// The environments: what was measured where, in groups whose times compare.

/** @import { Column, Conditions } from "../types.js" */
import { chosenCase } from "../case_bar.js";
import { page } from "../data.js";
import { breakable, el } from "../dom.js";
import { ABSENT, bytes, grouped, significant } from "../format.js";
import { addTable } from "../table.js";

/** Signs of a commit that are shown. */
const COMMIT = 10;

/** What a group was measured on. */
const machine = (/** @type {Conditions} */ { cpu, cores, memory_bytes: memory, os }) =>
  `${cpu ?? "unknown CPU"}, ${cores ?? "?"} cores, ${bytes(memory)}; ${os ?? "unknown system"}`;

/** The least and the most of the calibration's times. */
const calibration = (/** @type {Conditions} */ group) =>
  group.calibration?.map((value) => significant(value)).join(" – ") ?? ABSENT;

/** Commits, by as many signs as tell them apart. */
const short = (/** @type {string[]} */ commits) => commits.map((one) => one.slice(0, COMMIT)).join(", ");

/** Lines of text, one under the other. */
const lines = (/** @type {string[]} */ texts) =>
  el(
    "ul",
    { class: "lines" },
    texts.map((text) => el("li", {}, text)),
  );

/** @type {Column<Conditions>[]} */
const COLUMNS = [
  { title: "Conditions", heading: true, value: (group) => group.number, cell: (group) => `C${group.number}` },
  { title: "Case", value: (group) => group.case, cell: (group) => breakable(group.case) },
  {
    title: "Sample set",
    source: "the digest in cell",
    value: (group) => group.samples,
    cell: (group) => breakable(group.samples),
  },
  {
    title: "Records",
    numeric: true,
    value: (group) => group.records,
    cell: (group) => grouped(group.records),
  },
  { title: "Threads", numeric: true, source: "environment.threads", value: (group) => group.threads },
  {
    title: "Machine",
    source: "environment.cpu, cores, memory_bytes, os",
    value: machine,
    cell: (group) => el("span", { class: "reason" }, machine(group)),
  },
  {
    title: "Software",
    source: "environment.libraries, build, python",
    value: (group) => group.software.join("; "),
    cell: (group) => lines(group.software),
  },
  {
    title: "Calibration",
    unit: "s, least to most",
    numeric: true,
    source: "environment.calibration_s",
    value: (group) => group.calibration?.[0],
    cell: calibration,
  },
  {
    title: "Commits",
    source: "environment.git",
    value: (group) => group.commits.join(", "),
    cell: (group) => el("span", { title: group.commits.join(", ") }, breakable(short(group.commits))),
  },
];

/** The table of the chosen case's conditions, or of all, whatever the filters. */
export function conditions(/** @type {HTMLElement} */ parent) {
  const chosen = chosenCase();
  addTable(parent, {
    caption: "Conditions of measuring. Times compare within a line, not between lines",
    rows: page().conditions.filter((group) => chosen === null || group.case === chosen),
    columns: COLUMNS,
  });
}
