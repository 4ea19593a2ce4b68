// Plots: a figure with a title, a drawing, and the same numbers as a table for whoever cannot see it.
//
// A figure: {title, note, alt, option: width → the library's option with a height, table: () → a table, empty}.
import { clear, el } from "./dom.js";
import { addTable } from "./table.js";
import { style } from "./theme.js";

export function addFigure(parent, figure) {
  const box = el(
    "figure",
    {},
    el(
      "figcaption",
      {},
      el("h3", {}, figure.title),
      figure.note ? el("p", { class: "note" }, figure.note) : null,
    ),
  );
  parent.append(box);
  if (figure.empty) {
    box.append(el("p", { class: "empty" }, figure.empty));
    return;
  }
  figure.host = el("div", {
    class: "plot",
    role: "img",
    "aria-label": `${figure.title}. ${figure.alt} The same numbers are in the table below.`,
  });
  box.append(figure.host, numbers(figure));
  figure.host.figure = figure;
  drawFigure(figure);
}

/** Empty a place and let go of what was drawn there. */
export function clearPlots(place) {
  for (const host of place.querySelectorAll(".plot")) host.figure.chart?.dispose();
  return clear(place);
}

/** The table behind a plot, made when it is first opened. */
function numbers(figure) {
  const open = (event) => {
    if (event.target.open && event.target.children.length === 1) addTable(event.target, figure.table());
  };
  return el("details", { class: "numbers", ontoggle: open }, el("summary", {}, "Numbers as a table"));
}

function drawFigure(figure) {
  const width = figure.host.clientWidth;
  if (!width) return;
  const { height, ...option } = figure.option(width);
  figure.host.style.height = `${height}px`;
  figure.chart?.dispose();
  figure.chart = echarts.init(figure.host, null, { renderer: figure.renderer ?? "svg" });
  figure.chart.setOption({ ...common(), ...option });
  figure.chart.on("click", (event) => {
    if (event.data?.place !== undefined) location.hash = `record-${event.data.place}`;
  });
  figure.host.querySelector("svg")?.setAttribute("viewBox", `0 0 ${width} ${height}`); // so that paper can scale it
  figure.drawn = width;
}

export function redrawFigures(always) {
  for (const host of document.querySelectorAll(".plot")) {
    if (always || host.clientWidth !== host.figure.drawn) drawFigure(host.figure);
  }
}

function common() {
  return {
    animation: false,
    textStyle: { fontFamily: style("--font"), color: style("--text"), fontSize: 12 },
    tooltip: tooltip("item"),
  };
}

/** A tooltip whose content is given as lines of text, the first of them a title. */
function tooltip(trigger, lines = (event) => event.data?.lines ?? [event.name]) {
  return {
    trigger,
    confine: true,
    backgroundColor: style("--surface"),
    borderColor: style("--line-strong"),
    textStyle: { color: style("--text"), fontSize: 12 },
    extraCssText: "max-width: 340px; white-space: normal;",
    formatter: (event) =>
      el(
        "div",
        { class: "tip" },
        lines(event).map((line, place) => el(place ? "div" : "strong", {}, line)),
      ),
  };
}

export const MANY = 600; // points that are drawn as pixels, not as elements
