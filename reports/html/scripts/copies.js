// A table's cells as text that other programs take: Markdown, CSV and LaTeX.

/** Headings, then a line of cells for each row. @typedef {string[][]} Cells */

/** Text that a spreadsheet could take for a formula. */
const FORMULA = /^\s*[=+\-@]/;
const NUMBER = /^-?\d[\d.e+-]*$/;
/** What LaTeX reads as more than itself. @type {Record<string, string>} */
const LATEX = {
  ...{ "\\": "\\textbackslash{}", "{": "\\{", "}": "\\}", $: "\\$", "&": "\\&", "%": "\\%", "#": "\\#" },
  ...{ _: "\\_", "^": "\\textasciicircum{}", "~": "\\textasciitilde{}", "–": "--", "→": "$\\to$" },
};

/** A table in Markdown. */
export function asMarkdown(/** @type {Cells} */ [head, ...rows]) {
  const line = (/** @type {string[]} */ cells) =>
    `| ${cells.map((cell) => cell.replace(/([\\|])/g, "\\$1")).join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** A table in CSV; no cell of it is taken for a formula. */
export function asCsv(/** @type {Cells} */ cells) {
  const safe = (/** @type {string} */ text) => (FORMULA.test(text) && !NUMBER.test(text) ? `'${text}` : text);
  const quoted = (/** @type {string} */ text) =>
    /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  return cells.map((line) => line.map((text) => quoted(safe(text))).join(",")).join("\r\n");
}

/** A table in LaTeX. */
export function asLatex(/** @type {Cells} */ [head, ...rows]) {
  const text = (/** @type {string} */ cell) => cell.replace(/[\\{}$&%#_^~–→]/g, (sign) => LATEX[sign]);
  const line = (/** @type {string[]} */ cells) => `${cells.map(text).join(" & ")} \\\\`;
  const columns = "l".repeat(head.length);
  return [
    `\\begin{tabular}{${columns}}`,
    ...[line(head), "\\hline", ...rows.map(line)],
    "\\end{tabular}",
  ].join("\n");
}

/** The forms that a table is copied in. @type {[string, (cells: Cells) => string][]} */
export const FORMS = [
  ["Markdown", asMarkdown],
  ["CSV", asCsv],
  ["LaTeX", asLatex],
];
