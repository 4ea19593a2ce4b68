// Starts the page: filters, theme, then one section after another, so that the first can be used at once.

const SECTIONS = { overview, ladder, drift, time, primitives, memory, levels, front, sweeps, amortised, history, conditions, records };

/** Sections that show each process; the others show one row for all processes of a cell. */
const BY_PROCESS = ["primitives", "records"];

let generation = 0;

const breathe = () => new Promise((resolve) => setTimeout(resolve));

/** Draw every section; a newer drawing stops an older one. */
async function draw() {
  const mine = (generation += 1);
  const rows = filtered();
  const cells = together(rows);
  document.documentElement.dataset.drawn = "no";
  for (const [name, section] of Object.entries(SECTIONS)) {
    const old = document.querySelector(`#${name} > .content`);
    if (!old) continue; // a page without a history
    const made = el("div", { class: "content" });
    clearPlots(old);
    old.replaceWith(made);
    await section(made, BY_PROCESS.includes(name) ? rows : cells);
    document.documentElement.dataset.ready = "yes";
    await breathe();
    if (mine !== generation) return;
  }
  redrawFigures(false); // those that had no width when they were made
  document.documentElement.dataset.drawn = "yes";
}

/** On paper: light, with every row and warning that a reader could want, plots as wide as the paper. */
function startPrinting(theme) {
  let folded = [];
  const printing = (on) => {
    if (on) folded = [...document.querySelectorAll("details.notice:not([open])")];
    document.documentElement.toggleAttribute("data-printing", on);
    for (const notice of folded) notice.open = on;
    printTables(on);
    theme();
  };
  addEventListener("beforeprint", () => printing(true));
  addEventListener("afterprint", () => printing(false));
  document.getElementById("print").addEventListener("click", () => print());
}

const theme = startTheme(() => redrawFigures(true));
startFilters(draw);
startRecords();
startPrinting(theme);
new ResizeObserver(() => redrawFigures(false)).observe(document.body);
draw();
