// The answer of one case: what was found, who is fastest in each division, and ten questions answered.

/** @import { Content, Row } from "../types.js" */
/** @import { Division, Left, Race, Ranked, Wanted } from "../divisions.js" */
import { answers } from "../answers.js";
import { asked, askedBox } from "../asked.js";
import { page, whole } from "../data.js";
import { rank } from "../divisions.js";
import { breakable, clear, el } from "../dom.js";
import { seconds, several } from "../format.js";
import { bitsOf, found, times } from "../found.js";
import { threadsOf } from "../labels.js";
import { backendName, conditionsLink, recordLink } from "../links.js";
import { setLabel } from "../names.js";
import { processesOf } from "../processes.js";
import { caseOf } from "../rows.js";
import { backendColour } from "../theme.js";

/** How many cells of a race are shown, and how many races of a division. */
const [CELLS, RACES] = [8, 3];

/** What was found, in a sentence. */
const sentence = (/** @type {Division[]} */ divisions, /** @type {Wanted} */ wanted) =>
  el(
    "p",
    { class: "finding" },
    found(divisions, wanted).map(({ text, strong }) => (strong ? el("strong", {}, text) : text)),
  );

/** What is told of a cell beside its bar. */
function facts(/** @type {Ranked} */ { row, least, most }) {
  const [bootstraps, trips] = [row["counts.bootstraps"], row["counts.round_trips"]];
  const count = processesOf(row).length;
  return [
    bitsOf(row),
    bootstraps && several(bootstraps, "bootstrap"),
    trips && several(trips, "round trip"),
    count > 1 ? `n = ${count}, ${seconds(least)}–${seconds(most)}` : "n = 1",
  ]
    .filter(Boolean)
    .join(" · ");
}

/** A cell's bar, as long as its time. */
function bar(/** @type {Ranked} */ cell, /** @type {number} */ longest) {
  const { row, s, ratio } = cell;
  const width = `--c: ${backendColour(row.backend)}; width: ${((100 * s) / longest).toFixed(2)}%`;
  return el(
    "li",
    {},
    el("span", { class: "who" }, recordLink(row, backendName(row.backend)), " ", setLabel(row)),
    el("span", { class: "much" }, el("strong", {}, seconds(s)), " ", el("span", {}, times(ratio))),
    el("span", { class: "bar", "aria-hidden": "true" }, el("span", { style: width })),
    el("span", { class: "why" }, facts(cell)),
  );
}

/** Cells that compare, under a line that says where. */
function raceList(/** @type {Race} */ { cells }) {
  const [{ row }] = cells;
  const longest = cells[cells.length - 1].s || 1;
  const more =
    cells.length > CELLS ? el("p", { class: "note" }, `And ${cells.length - CELLS} slower ones.`) : null;
  return [
    el(
      "p",
      { class: "race-title" },
      threadsOf(row),
      ", ",
      several(row.samples, "sample"),
      ", ",
      conditionsLink(row),
    ),
    el(
      "ol",
      { class: "race" },
      cells.slice(0, CELLS).map((cell) => bar(cell, longest)),
    ),
    more,
  ];
}

/** A division with its races. */
const divisionBox = (/** @type {Division} */ { title, what, races }) =>
  el(
    "div",
    { class: "division" },
    el("h3", {}, title, " ", el("span", { class: "why" }, what)),
    races.length
      ? races.slice(0, RACES).map(raceList)
      : el("p", { class: "empty" }, "No cell of this case is ranked here."),
    races.length > RACES
      ? el("p", { class: "note" }, `Under ${races.length - RACES} other conditions, too; filter to see them.`)
      : null,
  );

/** What is not ranked, and why. */
function leftOut(/** @type {Left[]} */ left) {
  if (!left.length) return null;
  const line = (/** @type {Left} */ { row, why }) =>
    el("li", {}, recordLink(row, row.backend, " ", setLabel(row)), `: ${why}`);
  const shown = left.slice(0, 12).map(line);
  const rest = left.length > 12 ? el("li", {}, `and ${left.length - 12} more`) : null;
  return el(
    "details",
    { class: "left" },
    el("summary", {}, `Not ranked: ${several(left.length, "cell")}`),
    el("ul", {}, shown, rest),
  );
}

/** The newest record that was probed. */
async function probedOf(/** @type {Row[]} */ rows) {
  const row = rows.findLast((one) => one["derived.probed"]);
  return row ? { row, record: await whole(row) } : null;
}

/** What is known of the case of some rows. */
async function knownOf(/** @type {Row[]} */ rows) {
  const { held_out: ladders, drifts, steps, gates, conditions, refused } = page();
  const name = caseOf(rows[0]);
  const groups = new Set(rows.map((row) => row["derived.group"]));
  const commits = conditions.filter(({ number }) => groups.has(number)).flatMap((one) => one.commits);
  return {
    rows,
    probed: await probedOf(rows),
    heldOut: ladders.find((one) => one.case === name),
    drifts,
    steps: steps.filter(({ cell }) => cell.startsWith(`${name.replace(" / ", "/")}/`)),
    gates,
    commits: [...new Set(commits)],
    refused,
  };
}

/** Questions and answers. */
const answerList = (/** @type {import("../answers.js").Answer[]} */ list) =>
  el(
    "dl",
    { class: "answers" },
    list.map(({ question, section, lines }) =>
      el(
        "div",
        {},
        el("dt", {}, el("a", { href: `#${section}` }, question)),
        lines.map((line) => el("dd", {}, breakable(line))),
      ),
    ),
  );

/**
 * The case's answer, drawn again whenever something else is asked for.
 * @param {HTMLElement} parent
 * @param {Row[]} rows
 */
export async function answer(parent, rows) {
  if (!rows.length) {
    parent.append(el("p", { class: "empty" }, "No record passes the filters."));
    return;
  }
  const known = await knownOf(rows);
  const [top, below] = [el("div", { "aria-live": "polite" }), el("div", {})];
  const draw = () => {
    const wanted = asked();
    const { divisions, left } = rank(rows, wanted);
    clear(top).append(sentence(divisions, wanted));
    const boxes = el("div", { class: "divisions" }, divisions.map(divisionBox));
    /** @type {Content[]} */
    const drawn = [boxes, leftOut(left), answerList(answers({ ...known, divisions, wanted }))];
    clear(below).append(...drawn.filter((one) => one instanceof Node));
  };
  parent.append(top, askedBox(draw), below);
  draw();
}
