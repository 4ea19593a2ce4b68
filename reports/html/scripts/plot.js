// Plots: a figure with a title, a drawing, and the same numbers as a table for whoever cannot see it.

/** @import { Chart, Figure, Options, PlotEvent } from "./types.js" */
import { allRows } from "./data.js";
import { clear, el, emptyNote, note } from "./dom.js";
import { fileName, keepAddress, keepText } from "./files.js";
import { addressOf } from "./rows.js";
import { addTable } from "./table.js";
import { style } from "./theme.js";

/** From so many points on they are drawn as pixels, not as elements. */
export const MANY = 600;

/**
 * A figure that is drawn: where, by what, and at which width.
 * @typedef {{ figure: Figure, host: HTMLElement, chart?: Chart, width?: number }} Drawing
 */

/** An element that a figure is drawn in. @typedef {HTMLElement & { figure: Drawing }} Host */

const hosts = (/** @type {ParentNode} */ place) =>
  /** @type {NodeListOf<Host>} */ (place.querySelectorAll(".plot"));

/**
 * Add a figure to a place, and draw it.
 * @param {HTMLElement} parent
 * @param {Figure} figure
 */
export function addFigure(parent, figure) {
  const caption = el("figcaption", {}, el("h3", {}, figure.title), figure.note ? note(figure.note) : null);
  const box = el("figure", {}, caption);
  parent.append(box);
  if (figure.empty) {
    box.append(emptyNote(figure.empty));
    return;
  }
  const label = `${figure.title}. ${figure.alt} The same numbers are in the table below.`;
  const host = el("div", { class: "plot", role: "img", "aria-label": label });
  const drawing = { figure, host };
  box.append(host, el("div", { class: "plot-tools" }, numbers(figure), keeper(drawing)));
  Object.assign(host, { figure: drawing });
  draw(drawing);
}

/** Empty a place and let go of what was drawn there. */
export function clearPlots(/** @type {HTMLElement} */ place) {
  for (const host of hosts(place)) host.figure.chart?.dispose();
  return clear(place);
}

/** The table behind a plot, made when it is first opened. */
function numbers(/** @type {Figure} */ figure) {
  const details = el("details", { class: "numbers" }, el("summary", {}, "Numbers as a table"));
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length === 1 && figure.table) addTable(details, figure.table());
  });
  return details;
}

/** The button that keeps a plot as a picture: points as pixels where they are many, else lines that scale. */
function keeper(/** @type {Drawing} */ drawing) {
  const { title, renderer } = drawing.figure;
  const ending = renderer === "canvas" ? "png" : "svg";
  const button = el("button", { type: "button", class: "keep" }, `Keep the plot as ${ending.toUpperCase()}`);
  button.addEventListener("click", () => {
    const { chart } = drawing;
    if (chart && ending === "svg")
      keepText(fileName(title, ending), chart.renderToSVGString(), "image/svg+xml");
    else if (chart) keepAddress(fileName(title, ending), chart.getDataURL({ type: ending, pixelRatio: 2 }));
  });
  return button;
}

/** Pixels of a figure across a page of paper, and of one of two side by side. */
const [PAPER, HALF_PAPER] = [1035, 500];

/** How wide a figure is drawn: as its place on the screen, or as on paper, where it has one on the screen. */
function widthOf(/** @type {HTMLElement} */ host) {
  if (!host.clientWidth || !document.documentElement.hasAttribute("data-printing")) return host.clientWidth;
  return host.closest(".pair") ? HALF_PAPER : PAPER;
}

/** Draw a figure as wide as its place; nothing where that has no width. */
function draw(/** @type {Drawing} */ drawing) {
  const { figure, host } = drawing;
  const width = widthOf(host);
  if (!width || !figure.option) return;
  const { height, ...option } = figure.option(width);
  host.style.height = `${height}px`;
  drawing.chart?.dispose();
  drawing.chart = echarts.init(host, null, { renderer: figure.renderer ?? "svg", width, height });
  drawing.chart.setOption({ ...common(), ...option });
  drawing.chart.on("click", openRecord);
  host.querySelector("svg")?.setAttribute("viewBox", `0 0 ${width} ${height}`); // so that paper can scale it
  drawing.width = width;
}

/** Go to the record of a mark. */
function openRecord(/** @type {PlotEvent} */ { data }) {
  if (data?.place !== undefined) location.hash = addressOf(allRows()[data.place]);
}

/** Draw all figures anew, or those whose width has changed. */
export function redrawFigures(/** @type {boolean} */ always) {
  for (const { figure, clientWidth } of hosts(document)) {
    if (always || clientWidth !== figure.width) draw(figure);
  }
}

/** @returns {Options} */
const common = () => ({
  animation: false,
  backgroundColor: style("--surface"), // of a picture that is kept, too
  textStyle: { fontFamily: style("--font"), color: style("--text"), fontSize: 12 },
  tooltip: {
    trigger: "item",
    confine: true,
    backgroundColor: style("--surface"),
    borderColor: style("--line-strong"),
    textStyle: { color: style("--text"), fontSize: 12 },
    extraCssText: "max-width: 340px; white-space: normal;",
    formatter: tip,
  },
});

/** What is told of a mark: lines of text, the first of them a title. */
function tip(/** @type {PlotEvent} */ event) {
  const lines = event.data?.lines ?? [event.name];
  return el(
    "div",
    { class: "tip" },
    lines.map((line, place) => el(place ? "div" : "strong", {}, line)),
  );
}
