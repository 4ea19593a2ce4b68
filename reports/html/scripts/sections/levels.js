// Levels: their course over the computation, and at which of them time is spent.
import { conditionsColumn, count, nameColumns, STANDINGS } from "../columns.js";
import { course } from "../course.js";
import { wholes } from "../data.js";
import { seconds, significant } from "../format.js";
import { hasHeat, heatOption, heatTable } from "../heat.js";
import { firstOf, naming } from "../labels.js";
import { addFigure } from "../plot.js";
import { addTable } from "../table.js";

const highestFirst = (one, other) => other.localeCompare(one, "en", { numeric: true });

export async function levels(parent, rows) {
  await course(parent, rows);
  const { shown, note } = firstOf(
    rows.filter((row) => row["derived.timed_primitives"] && row["latency.evaluate_s"] !== null),
    12,
  );
  const found = new Map(await wholes(shown));
  const name = naming(shown);
  const cells = (row) => {
    const sums = new Map();
    for (const one of found.get(row).latency.primitives)
      if (one.level !== null) sums.set(one.level, (sums.get(one.level) ?? 0) + (one.s ?? 0));
    const total = [...sums.values()].reduce((sum, s) => sum + s, 0) || 1;
    return [...sums].map(([level, s]) => ({
      name: `level ${level}`,
      value: (100 * s) / total,
      lines: [
        name(row),
        `level ${level}: ${seconds(s)}`,
        `${significant((100 * s) / total)} % of all primitives`,
      ],
    }));
  };
  addFigure(parent, {
    title: "Time by level, percent of all primitives",
    note,
    alt: "A heat map of records by levels; the brighter, the more of the time.",
    empty: hasHeat(shown, cells) ? null : "No record has times by level.",
    option: (width) => heatOption(shown, cells, { unit: "%", width, order: highestFirst }),
    table: () => heatTable("Share of time by level", shown, cells, "%", highestFirst),
  });
  addTable(parent, {
    caption: "Levels and refreshes",
    rows: rows.filter((row) => row["counts.levels_used"] !== null),
    columns: [
      ...nameColumns(),
      count("Levels used", "counts.levels_used"),
      count("Left after a refresh", "counts.levels_after_refresh"),
      count("Bootstraps", "counts.bootstraps"),
      count("Round trips", "counts.round_trips"),
      count("Rescales", "counts.rescales"),
      conditionsColumn,
    ],
    groups: STANDINGS,
  });
}
