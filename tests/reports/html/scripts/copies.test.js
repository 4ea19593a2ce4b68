import assert from "node:assert/strict";
import { test } from "node:test";
import { asCsv, asLatex, asMarkdown } from "../../../../reports/html/scripts/copies.js";

const CELLS = [
  ["Set", "Per sample, s"],
  ["a|b_1", "0.451"],
  ['=1, "x"', "–"],
];

test("Markdown has a line of dashes, and bars in cells are escaped", () => {
  assert.equal(
    asMarkdown(CELLS),
    '| Set | Per sample, s |\n| --- | --- |\n| a\\|b_1 | 0.451 |\n| =1, "x" | – |',
  );
});

test("CSV quotes what needs it, and takes no cell for a formula", () => {
  assert.equal(asCsv(CELLS), 'Set,"Per sample, s"\r\na|b_1,0.451\r\n"\'=1, ""x""",–');
  assert.equal(asCsv([["-1.5", "-x"]]), "-1.5,'-x");
});

test("LaTeX escapes what it would read", () => {
  assert.equal(
    asLatex(CELLS),
    '\\begin{tabular}{ll}\nSet & Per sample, s \\\\\n\\hline\na|b\\_1 & 0.451 \\\\\n=1, "x" & -- \\\\\n\\end{tabular}',
  );
});
