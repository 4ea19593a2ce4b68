// Starts the page: filters, theme, then one section after another, so that the first can be used at once.

/** @import { Row } from "./types.js" */
import { chosenCase, startCases } from "./case_bar.js";
import { loadRows } from "./data.js";
import { byId, el } from "./dom.js";
import { filtered, startFilters } from "./filters.js";
import { clearPlots, redrawFigures } from "./plot.js";
import { together } from "./processes.js";
import { startRecords } from "./record.js";
import { amortised } from "./sections/amortised.js";
import { answer } from "./sections/answer.js";
import { conditions } from "./sections/conditions.js";
import { drift } from "./sections/drift.js";
import { front } from "./sections/front.js";
import { history } from "./sections/history.js";
import { ladder } from "./sections/ladder.js";
import { levels } from "./sections/levels.js";
import { memory } from "./sections/memory.js";
import { cells, overview } from "./sections/overview.js";
import { polynomials } from "./sections/polynomials.js";
import { primitives } from "./sections/primitives.js";
import { records } from "./sections/records.js";
import { sweeps } from "./sections/sweeps.js";
import { time } from "./sections/time.js";
import { printTables } from "./table.js";
import { startTheme } from "./theme.js";

/** What draws each section, by the id of its element. @type {Record<string, (parent: HTMLElement, rows: Row[]) => void | Promise<void>>} */
const SECTIONS = {
  answer,
  overview,
  front,
  ladder,
  polynomials,
  drift,
  time,
  memory,
  levels,
  amortised,
  primitives,
  sweeps,
  conditions,
  history,
  cells,
  records,
};

/** Warnings that a reader has not unfolded. */
const FOLDED = /** @type {"details"} */ ("details.notice:not([open])");

/** Sections that show each process; the others show one row for all processes of a cell. */
const BY_PROCESS = ["primitives", "records"];

/** The number of the newest drawing. */
let generation = 0;

const breathe = () => new Promise((resolve) => setTimeout(resolve));

/**
 * The place of a section, emptied; null where it is not shown.
 * @param {string} name
 * @param {string} view
 */
function emptied(name, view) {
  /** @type {HTMLElement | null} */
  const old = document.querySelector(`#${name} > .content`);
  if (!old) return null; // a page without a history
  const made = el("div", { class: "content" });
  clearPlots(old);
  old.replaceWith(made);
  return ["both", view].includes(made.parentElement?.dataset.in ?? "") ? made : null;
}

/** Draw every section; a newer drawing stops an older one. */
async function draw() {
  generation += 1;
  const mine = generation;
  const rows = filtered();
  const shown = together(rows);
  const view = chosenCase() === null ? "cases" : "case";
  document.documentElement.dataset.drawn = "no";
  for (const [name, section] of Object.entries(SECTIONS)) {
    const made = emptied(name, view);
    if (!made) continue;
    await section(made, BY_PROCESS.includes(name) ? rows : shown);
    document.documentElement.dataset.ready = "yes";
    await breathe();
    if (mine !== generation) return;
  }
  redrawFigures(false); // those that had no width when they were made
  document.documentElement.dataset.drawn = "yes";
}

/**
 * On paper: light, with every row and warning that a reader could want, plots as wide as the paper.
 * @param {() => void} theme
 */
function startPrinting(theme) {
  /** @type {HTMLDetailsElement[]} */
  let folded = [];
  const printing = (/** @type {boolean} */ on) => {
    if (on) folded = [...document.querySelectorAll(FOLDED)];
    document.documentElement.toggleAttribute("data-printing", on);
    for (const notice of folded) notice.open = on;
    printTables(on);
    theme();
  };
  addEventListener("beforeprint", () => printing(true));
  addEventListener("afterprint", () => printing(false));
  byId("print").addEventListener("click", () => print());
}

/** Tell the styles how high the bar of filters is, which what a reader goes to must lie below. */
function startBar() {
  const bar = byId("filters");
  const tell = () => document.documentElement.style.setProperty("--bar", `${bar.offsetHeight}px`);
  new ResizeObserver(tell).observe(bar);
}

/**
 * What goes to the section that the page's address names, for once everything has been drawn: what stands above it has
 * grown since the browser went there. It does not, if the reader has gone elsewhere by then.
 */
function startAddress() {
  let moved = false;
  const move = () => {
    moved = true;
  };
  for (const event of ["wheel", "touchmove", "pointerdown", "keydown"])
    addEventListener(event, move, { once: true, passive: true });
  return () => {
    const named = document.getElementById(location.hash.slice(1));
    if (named && !moved) named.scrollIntoView();
  };
}

/** Make the page's controls, then draw it. */
async function start() {
  await loadRows();
  startCases(draw);
  startFilters(draw);
  startRecords();
  startPrinting(startTheme(() => redrawFigures(true)));
  startBar();
  new ResizeObserver(() => redrawFigures(false)).observe(document.body);
  const goToAddress = startAddress();
  await draw();
  goToAddress();
}

start();
