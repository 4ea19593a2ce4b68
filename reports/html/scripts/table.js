// Tables that sort, filter and turn pages; a few rows stand in the document, however many there are.
//
// A column: {title, unit, source, value: row → what is sorted by, cell: row → what is shown, numeric, heading, width}.
// Controls are made once and changed, never made anew, so that whoever is at one with the keyboard stays there.
// Groups ({title, has}) keep their order whatever is sorted by, so that nothing is ranked beside what it must not be.
import { captionOf, clear, el } from "./dom.js";
import { ABSENT, grouped } from "./format.js";
import { compare } from "./order.js";

const PAGE_ROWS = 25;

const PRINTED_ROWS = 500;

function headingCell(column, state, place, sort) {
  const sorted = state.column === place;
  const order = sorted ? (state.direction > 0 ? "ascending" : "descending") : "none";
  return el(
    "th",
    {
      scope: "col",
      class: column.numeric ? "numeric" : null,
      "aria-sort": order,
      title: column.source,
      style: column.width ? `width: ${column.width}` : null,
    },
    el(
      "button",
      { type: "button", onclick: () => sort(place) },
      el("span", {}, column.title),
      column.unit ? el("span", { class: "unit" }, ` ${column.unit}`) : null,
    ),
  );
}

function bodyCell(column, row) {
  const shown = column.cell ? column.cell(row) : (column.value(row) ?? ABSENT);
  const attributes = { class: column.numeric ? "numeric" : null };
  return column.heading ? el("th", { scope: "row", ...attributes }, shown) : el("td", attributes, shown);
}

class Table {
  constructor({ caption, columns, rows, groups = null, search = true, page = PAGE_ROWS }) {
    Object.assign(this, { columns, rows, groups, page, start: 0, words: "", everything: false });
    this.state = { column: null, direction: 1 };
    this.head = el("thead");
    this.bodies = el("tbody");
    this.table = el("table", {}, captionOf(caption), this.head, this.bodies);
    this.shown = el("span", { role: "status" });
    this.previous = this.turner("Previous", -1);
    this.next = this.turner("Next", 1);
    this.pager = el("div", { class: "pager" }, this.shown, this.previous, this.next);
    this.cut = el("p", { class: "note cut" });
    const box = el("input", {
      type: "search",
      "aria-label": `filter the table: ${caption}`,
      placeholder: "filter this table",
      oninput: (event) => {
        this.words = event.target.value.toLowerCase();
        this.start = 0;
        this.draw();
      },
    });
    const scroller = el(
      "div",
      { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
      this.table,
    );
    this.node = el(
      "div",
      { class: "table" },
      search && rows.length > 8 ? el("div", { class: "table-tools" }, box) : null,
      scroller,
      this.pager,
      this.cut,
    );
    this.node.table = this;
    this.draw();
  }

  sort(place) {
    const same = this.state.column === place;
    this.state = { column: place, direction: same ? -this.state.direction : 1 };
    this.start = 0;
    this.draw();
    this.head.querySelectorAll("button")[place].focus();
  }

  /** The rows that pass the table's own filter, group after group. */
  ordered() {
    const text = (row) =>
      this.columns
        .map((column) => column.value(row) ?? "")
        .join(" ")
        .toLowerCase();
    const passing = this.words ? this.rows.filter((row) => text(row).includes(this.words)) : [...this.rows];
    const column = this.columns[this.state.column];
    if (column)
      passing.sort((one, other) => compare(column.value(one), column.value(other), this.state.direction));
    if (!this.groups) return passing.map((row) => [null, row]);
    return this.groups.flatMap((group) => passing.filter(group.has).map((row) => [group, row]));
  }

  draw() {
    const ordered = this.ordered();
    const count = this.everything ? PRINTED_ROWS : this.page;
    const shown = ordered.slice(this.everything ? 0 : this.start, (this.everything ? 0 : this.start) + count);
    clear(this.head).append(
      el(
        "tr",
        {},
        this.columns.map((column, place) => headingCell(column, this.state, place, (at) => this.sort(at))),
      ),
    );
    const bodies = [];
    let last = null;
    for (const [group, row] of shown) {
      if (group !== last || !bodies.length) bodies.push(this.body(group));
      last = group;
      bodies.at(-1).append(
        el(
          "tr",
          {},
          this.columns.map((column) => bodyCell(column, row)),
        ),
      );
    }
    this.table.querySelectorAll("tbody").forEach((body) => body.remove());
    this.table.append(...bodies);
    this.tell(ordered.length);
  }

  body(group) {
    if (!group) return el("tbody");
    return el(
      "tbody",
      {},
      el(
        "tr",
        { class: "group" },
        el("th", { scope: "rowgroup", colspan: this.columns.length }, el("span", {}, group.title)),
      ),
    );
  }

  /** A button that turns pages; at an end it stays where it is and does nothing. */
  turner(text, direction) {
    const turn = (event) => {
      if (event.currentTarget.getAttribute("aria-disabled") === "true") return;
      this.start = Math.max(0, this.start + direction * this.page);
      this.draw();
    };
    return el("button", { type: "button", onclick: turn }, text);
  }

  /** Say which rows are shown, on screen and on paper, where it is not all of them. */
  tell(total) {
    const last = Math.min(this.start + this.page, total);
    this.pager.hidden = total <= this.page && !this.words;
    this.shown.textContent = total
      ? `${grouped(this.start + 1)}–${grouped(last)} of ${grouped(total)}`
      : "nothing fits the filter";
    this.previous.setAttribute("aria-disabled", this.start === 0);
    this.next.setAttribute("aria-disabled", last >= total);
    this.cut.textContent =
      this.everything && total > PRINTED_ROWS
        ? `The first ${grouped(PRINTED_ROWS)} of ${grouped(total)} rows.`
        : "";
  }
}

export function addTable(parent, spec) {
  const made = new Table(spec);
  parent.append(made.node);
  return made;
}

export function printTables(everything) {
  for (const { table } of document.querySelectorAll(".table")) {
    if (table.rows.length > table.page) Object.assign(table, { everything }).draw();
  }
}
