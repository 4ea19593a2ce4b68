// Plots: a figure with a title, a drawing, and the same numbers as a table for whoever cannot see it.
//
// A figure: {title, note, alt, option: width → the library's option with a height, table: () → a table, empty}.

const LETTER = 6.4; // pixels that a letter of a label takes at 12 px

function addFigure(parent, figure) {
  const box = el("figure", {}, el("figcaption", {}, el("h3", {}, figure.title), figure.note ? el("p", { class: "note" }, figure.note) : null));
  parent.append(box);
  if (figure.empty) {
    box.append(el("p", { class: "empty" }, figure.empty));
    return;
  }
  figure.host = el("div", { class: "plot", role: "img", "aria-label": `${figure.title}. ${figure.alt} The same numbers are in the table below.` });
  box.append(figure.host, numbers(figure));
  figure.host.figure = figure;
  drawFigure(figure);
}

/** Empty a place and let go of what was drawn there. */
function clearPlots(place) {
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

function redrawFigures(always) {
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
    trigger, confine: true, backgroundColor: style("--surface"), borderColor: style("--line-strong"),
    textStyle: { color: style("--text"), fontSize: 12 }, extraCssText: "max-width: 340px; white-space: normal;",
    formatter: (event) => el("div", { class: "tip" }, lines(event).map((line, place) => el(place ? "div" : "strong", {}, line))),
  };
}

/** A number at an axis: no digits that say nothing. */
const tick = (value) => grouped(Number(value.toPrecision(6)));

/** A logarithmic axis over values, marked at 1, 2 and 5 of each decade, or at decades where there are many. */
function logAxis(name, values, more = {}) {
  const decades = (value, round) => 10 ** round(Math.log10(value));
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const marks = [];
  const steps = high / low > 1000 ? [1] : [1, 2, 5];
  for (let decade = decades(low, Math.floor); decade <= decades(high, Math.ceil); decade *= 10) marks.push(...steps.map((step) => step * decade));
  const min = marks.filter((mark) => mark <= low).at(-1) ?? low / 2;
  const max = marks.find((mark) => mark >= high) ?? high * 2;
  const customValues = marks.filter((mark) => mark >= min && mark <= max);
  const axis = valueAxis(name, more);
  return { ...axis, type: "log", min, max, axisTick: { customValues }, axisLabel: { ...axis.axisLabel, customValues } };
}

function valueAxis(name, more = {}) {
  return {
    type: "value", name, nameLocation: "middle", nameGap: 30, nameTextStyle: { color: style("--muted") },
    axisLabel: { color: style("--muted"), hideOverlap: true, formatter: tick },
    axisLine: { show: true, lineStyle: { color: style("--line-strong") } },
    splitLine: { lineStyle: { color: style("--line") } }, ...more,
  };
}

const legend = (more = {}) => ({
  type: "scroll", top: 0, left: 0, itemWidth: 14, itemHeight: 12, textStyle: { color: style("--text"), lineHeight: 18 },
  pageTextStyle: { color: style("--muted") }, pageIconColor: style("--accent"), pageIconInactiveColor: style("--line-strong"), ...more,
});

/** Colour by amount, with its scale under the plot. */
const amounts = (low, high, unit, digits = 2) => ({
  min: low, max: high, calculable: false, orient: "horizontal", left: 0, bottom: 0, itemWidth: 12, itemHeight: 150,
  inRange: { color: amountColours() }, textStyle: { color: style("--muted") },
  text: [`${significant(high, digits)} ${unit}`, significant(low, digits)],
});
