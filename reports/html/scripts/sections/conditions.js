// The environments: what was measured where, in groups whose times compare.
import { page } from "../data.js";
import { breakable, el } from "../dom.js";
import { ABSENT, bytes, grouped, significant } from "../format.js";
import { addTable } from "../table.js";

const machine = (group) =>
  `${group.cpu ?? "unknown CPU"}, ${group.cores ?? "?"} cores, ${bytes(group.memory_bytes)}; ${group.os ?? "unknown system"}`;

export function conditions(parent) {
  addTable(parent, {
    caption: "Conditions of measuring. Times compare within a line, not between lines",
    rows: page().conditions,
    columns: [
      {
        title: "Conditions",
        heading: true,
        value: (group) => group.number,
        cell: (group) => `C${group.number}`,
      },
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
        cell: (group) =>
          el(
            "ul",
            { class: "lines" },
            group.software.map((line) => el("li", {}, line)),
          ),
      },
      {
        title: "Calibration",
        unit: "s, least to most",
        numeric: true,
        source: "environment.calibration_s",
        value: (group) => group.calibration?.[0] ?? null,
        cell: (group) =>
          group.calibration ? group.calibration.map((value) => significant(value)).join(" – ") : ABSENT,
      },
      {
        title: "Commits",
        source: "environment.git",
        value: (group) => group.commits.join(", "),
        cell: (group) => breakable(group.commits.join(", ")),
      },
    ],
  });
}
