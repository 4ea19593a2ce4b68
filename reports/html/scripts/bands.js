// Horizontal plots of a record a row: its label stands in a line of its own above what is drawn of it, so that
// names of any length find room on a screen of any width.

const LINE = 14;
const BANDS = { left: 4, right: 24, top: 34, bottom: 46 };

/** The lines of each row's label at a width, and the height that a band needs for the tallest. */
function bandsOf(rows, width) {
  const name = naming(rows);
  const letters = Math.max(20, Math.floor((width - 50) / LETTER));
  const labels = rows.map((row) => wrap(name(row), letters));
  const band = Math.max(32, Math.max(0, ...labels.map((lines) => lines.length)) * LINE + 8);
  return { labels, band, height: rows.length * 2 * band };
}

/** Categories for the axis: for each row its label, then its place. */
function bandAxis(rows, width) {
  const { labels, band } = bandsOf(rows, width);
  const rich = Object.fromEntries(PAGE.backends.map((backend, place) => [`b${place}`, { color: backendInk(backend), fontSize: 13 }]));
  return {
    type: "category", inverse: true, data: rows.flatMap((row, place) => [`label-${place}`, `row-${place}`]),
    axisLine: { show: false }, axisTick: { show: false }, splitLine: { show: false }, z: 10,
    axisLabel: {
      inside: true, margin: 2, interval: 0, align: "left", verticalAlign: "bottom", lineHeight: LINE, color: style("--text"), rich,
      padding: [0, 0, -band / 2 + 4, 0],
      formatter: (category) => {
        const [kind, place] = category.split("-");
        return kind === "label" ? `{b${backendPlace(rows[place].backend)}|●} ${labels[place].join("\n")}` : "";
      },
    },
  };
}

/** A value at a row's place, nothing at its label. */
const onBands = (rows, item) => rows.flatMap((row) => [null, item(row)]);

/** Bars of parts: hue tells the backend, shade the part. `parts`: [{title, value: row → number or null}]. */
function barsOption(rows, parts, { unit, stacked, width, show }) {
  const name = naming(rows);
  const amount = (place) => 1 - (0.82 * place) / Math.max(1, parts.length - 1);
  return {
    height: bandsOf(rows, width).height + BANDS.top + BANDS.bottom, grid: BANDS, legend: legend(),
    xAxis: valueAxis(unit),
    yAxis: bandAxis(rows, width),
    series: parts.map((part, place) => ({
      type: "bar", name: part.title, stack: stacked ? "all" : undefined, barGap: "8%", barCategoryGap: stacked ? "25%" : "6%",
      color: shade(style("--neutral"), amount(place)),
      data: onBands(rows, (row) => {
        const value = part.value(row);
        return value === null || value === undefined ? null : {
          value, place: row.place, lines: [name(row), `${part.title}: ${show(value)}`],
          itemStyle: { color: shade(backendInk(row.backend), amount(place)), borderColor: style("--surface"), borderWidth: stacked ? 0.5 : 0 },
        };
      }),
    })),
  };
}

/** The table behind bars. */
function barsTable(caption, rows, parts, unit, scale = (value) => value) {
  const name = naming(rows);
  return {
    caption, rows, groups: STANDINGS,
    columns: [
      { title: "Record", heading: true, value: name, cell: (row) => recordLink(row, breakable(name(row))) },
      ...parts.map((part) => ({
        title: part.title, unit, numeric: true, source: part.source, value: part.value,
        cell: (row) => significant(scale(part.value(row))),
      })),
    ],
  };
}

/** A heat map of records by the names of their parts. `cells`: row → [{name, value, lines}]. */
function heatOption(rows, cells, { unit, width, order = undefined }) {
  const found = rows.map(cells);
  const names = partNames(found, order);
  const values = found.flat().map((cell) => cell.value).filter((value) => value !== null);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = (width - 12) / names.length;
  const upright = room > longest(names) * LETTER + 8;
  const bottom = 48 + (upright ? 16 : longest(names) * 6);
  return {
    height: bandsOf(rows, width).height + 6 + bottom, grid: { left: 4, right: 8, top: 6, bottom },
    xAxis: {
      type: "category", data: names, axisTick: { show: false }, axisLine: { show: false },
      axisLabel: { rotate: upright ? 0 : 90, interval: 0, color: style("--text"), fontSize: room < 14 ? 10 : 11 },
    },
    yAxis: bandAxis(rows, width),
    visualMap: amounts(low, high === low ? low + 1 : high, unit, 3),
    series: [{
      type: "heatmap", itemStyle: { borderColor: style("--surface"), borderWidth: 1 },
      label: { show: room >= 30, fontSize: 11, formatter: (event) => significant(event.value[2], room >= 44 ? 3 : 2) },
      data: rows.flatMap((row, place) => found[place].filter((cell) => cell.value !== null).map((cell) => ({
        value: [cell.name, `row-${place}`, cell.value], place: row.place, lines: cell.lines,
        label: { color: lettersOn((cell.value - low) / (high - low || 1)) },
      }))),
    }],
  };
}

/** Whether there is anything to draw: the heat map of records that have no value has no amounts. */
const hasHeat = (rows, cells) => rows.some((row) => cells(row).some((cell) => cell.value !== null));

/** The parts' names, in the order of the first record that has them, or in one that is given. */
function partNames(found, order) {
  const names = [...new Set(found.flat().map((cell) => cell.name))];
  return order ? names.sort(order) : names;
}

const longest = (names) => Math.max(0, ...names.map((name) => name.length));

/** The table behind a heat map: a column a part. */
function heatTable(caption, rows, cells, unit, order) {
  const name = naming(rows);
  const found = new Map(rows.map((row) => [row, new Map(cells(row).map((cell) => [cell.name, cell.value]))]));
  const names = partNames(rows.map(cells), order);
  return {
    caption, rows, groups: STANDINGS,
    columns: [
      { title: "Record", heading: true, value: name, cell: (row) => recordLink(row, breakable(name(row))) },
      ...names.map((part) => ({
        title: part, unit, numeric: true, value: (row) => found.get(row).get(part) ?? null,
        cell: (row) => significant(found.get(row).get(part)),
      })),
    ],
  };
}
