// Tables that sort, filter and turn pages; a few rows are in the document, however many there are.
//
// Controls are made once and changed, never made anew, so that whoever is at one with the keyboard stays there.
// Groups keep their order whatever is sorted by, so that nothing is ranked beside what it must not be.

/** @import { Column, Group, TableSpec } from "./types.js" */
import { captionOf, clear, el } from "./dom.js";
import { ABSENT, grouped } from "./format.js";
import { arranged } from "./order.js";
import { state, stated } from "./state.js";
import { tableTools } from "./table_tools.js";

const PAGE_ROWS = 25;
const PRINTED_ROWS = 40;
/** So many columns fit across paper; those of a wider table stand below, each part beside the names of its rows. */
const PRINTED_COLUMNS = 18;
/** The columns that name a row of such a table. */
const NAMING_COLUMNS = 3;
/** A table of fewer rows has no filter of its own. */
const FILTERED_ROWS = 9;

/** What a table is sorted by: the place of a column, and 1 or -1. @typedef {{ column: number | null, direction: number }} Sorting */

/**
 * How a column says whether the table is sorted by it.
 * @param {Sorting} sorting
 * @param {number} place
 */
function orderOf(sorting, place) {
  if (sorting.column !== place) return "none";
  return sorting.direction > 0 ? "ascending" : "descending";
}

/**
 * A heading that sorts.
 * @template T
 * @param {Column<T>} column
 * @param {string} order
 * @param {() => void} sort
 */
function headingCell(column, order, sort) {
  const unit = column.unit ? el("span", { class: "unit" }, ` ${column.unit}`) : null;
  const button = el("button", { type: "button", onclick: sort }, el("span", {}, column.title), unit);
  const attributes = {
    scope: "col",
    class: column.numeric ? "numeric" : null,
    "aria-sort": order,
    title: column.source,
    style: column.width ? `width: ${column.width}` : null,
  };
  return el("th", attributes, button);
}

/**
 * A cell of a row.
 * @template T
 * @param {Column<T>} column
 * @param {T} row
 */
function bodyCell(column, row) {
  const shown = column.cell ? column.cell(row) : String(column.value(row) ?? ABSENT);
  const attributes = { class: column.numeric ? "numeric" : null };
  return column.heading ? el("th", { scope: "row", ...attributes }, shown) : el("td", attributes, shown);
}

/**
 * What the page's address says of an order: a column's title and a direction.
 * @param {string | null} text
 * @param {{ title: string }[]} columns
 * @returns {Sorting}
 */
function sortingFrom(text, columns) {
  const [, title, order] = text?.match(/^(.*) (up|down)$/) ?? [];
  const column = columns.findIndex((one) => one.title === title);
  return column < 0 ? { column: null, direction: 1 } : { column, direction: order === "down" ? -1 : 1 };
}

/** @template T */
class Table {
  /** @type {Sorting} */
  sorting = { column: null, direction: 1 };
  /** The words that rows are filtered by. */
  words = "";
  /** The place of the first row that is shown. */
  start = 0;
  /** Titles of columns that are left out. @type {Set<string>} */
  hidden = new Set();
  /** Whether all rows are shown, on paper. */
  everything = false;
  head = el("thead");
  shown = el("span", { role: "status" });
  previous = this.turner("Previous", -1);
  next = this.turner("Next", 1);
  pager = el("div", { class: "pager" }, this.shown, this.previous, this.next);
  cut = el("p", { class: "note cut" });
  /** On paper, the columns for which the table has no room. */
  below = el("div", { class: "below" });

  /** @param {TableSpec<T>} spec */
  constructor(spec) {
    this.spec = spec;
    this.table = el("table", {}, captionOf(spec.caption), this.head);
    const region = { class: "scroll", tabindex: "0", role: "region", "aria-label": spec.caption };
    this.sorting = sortingFrom(stated(this.address), spec.columns);
    const filter = spec.rows.length < FILTERED_ROWS ? null : this.filter();
    const tools = spec.rows.length < 2 ? null : el("div", { class: "table-tools" }, tableTools(this), filter);
    this.node = el(
      "div",
      { class: "table" },
      tools,
      el("div", region, this.table, this.below),
      this.pager,
      this.cut,
    );
    Object.assign(this.node, { table: this });
    this.draw();
  }

  get rows() {
    return this.spec.rows;
  }

  get groups() {
    return this.spec.groups;
  }

  get caption() {
    return this.spec.caption;
  }

  get titles() {
    return this.spec.columns.map((column) => column.title);
  }

  /** The columns that are shown. */
  get columns() {
    return this.spec.columns.filter((column) => !this.hidden.has(column.title));
  }

  /** The columns in parts that fit on paper; all of them on a screen. */
  get parts() {
    const { columns } = this;
    if (!this.everything || columns.length <= PRINTED_COLUMNS) return [columns];
    const [names, rest] = [columns.slice(0, NAMING_COLUMNS), columns.slice(NAMING_COLUMNS)];
    const room = PRINTED_COLUMNS - NAMING_COLUMNS;
    const count = Math.ceil(rest.length / room);
    const each = Math.ceil(rest.length / count);
    return Array.from({ length: count }, (_, part) => [
      ...names,
      ...rest.slice(part * each, (part + 1) * each),
    ]);
  }

  /** The name under which its order stands in the page's address. */
  get address() {
    return `sort-${this.caption
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .slice(0, 30)}`;
  }

  /** Headings and all rows that pass the filter, as text. */
  cells() {
    const head = this.columns.map(({ title, unit }) => (unit ? `${title}, ${unit}` : title));
    const rows = arranged(this.spec, this.words, this.sorting).map(([, row]) =>
      this.columns.map((column) => (bodyCell(column, row).textContent ?? "").trim()),
    );
    return [head, ...rows];
  }

  /** The box that filters this table. */
  filter() {
    const label = `filter the table: ${this.spec.caption}`;
    const box = el("input", { type: "search", "aria-label": label, placeholder: "filter this table" });
    box.addEventListener("input", () => {
      this.words = box.value.toLowerCase();
      this.start = 0;
      this.draw();
    });
    return box;
  }

  /**
   * Sort by a column; once more, the other way.
   * @param {number} place
   */
  sort(place) {
    const same = this.sorting.column === place;
    this.sorting = { column: place, direction: same ? -this.sorting.direction : 1 };
    this.start = 0;
    const order = this.sorting.direction > 0 ? "up" : "down";
    state(this.address, `${this.spec.columns[place].title} ${order}`);
    this.draw();
    const shown = this.columns.indexOf(this.spec.columns[place]);
    this.head.querySelectorAll("button")[shown].focus();
  }

  /** Show the rows that are wanted now. */
  draw() {
    const ordered = arranged(this.spec, this.words, this.sorting);
    const shown = this.everything
      ? ordered.slice(0, PRINTED_ROWS)
      : ordered.slice(this.start, this.start + PAGE_ROWS);
    const [first, ...others] = this.parts;
    clear(this.head).append(this.headings(first));
    for (const body of [...this.table.tBodies]) body.remove();
    this.table.append(...this.bodies(shown, first));
    clear(this.below).append(
      ...others.map((part) =>
        el("table", {}, el("thead", {}, this.headings(part)), ...this.bodies(shown, part)),
      ),
    );
    this.tell(ordered.length);
  }

  /** @param {Column<T>[]} columns */
  headings(columns) {
    const cells = columns.map((column) => {
      const place = this.spec.columns.indexOf(column);
      return headingCell(column, orderOf(this.sorting, place), () => this.sort(place));
    });
    return el("tr", {}, cells);
  }

  /**
   * Rows under the titles of their groups.
   * @param {[Group<T> | null, T][]} shown
   * @param {Column<T>[]} columns
   */
  bodies(shown, columns) {
    /** @type {HTMLTableSectionElement[]} */
    const bodies = [];
    shown.forEach(([group, row], place) => {
      if (!place || group !== shown[place - 1][0]) bodies.push(this.body(group, columns.length));
      const cells = columns.map((column) => bodyCell(column, row));
      bodies[bodies.length - 1].append(el("tr", {}, cells));
    });
    return bodies;
  }

  /**
   * @param {Group<T> | null} group
   * @param {number} across how many columns it has
   */
  body(group, across) {
    if (!group) return el("tbody");
    const span = { scope: "rowgroup", colspan: across };
    return el("tbody", {}, el("tr", { class: "group" }, el("th", span, el("span", {}, group.title))));
  }

  /**
   * A button that turns pages; at an end it stays where it is and does nothing.
   * @param {string} text
   * @param {number} direction
   */
  turner(text, direction) {
    const button = el("button", { type: "button" }, text);
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-disabled") === "true") return;
      this.start = Math.max(0, this.start + direction * PAGE_ROWS);
      this.draw();
    });
    return button;
  }

  /**
   * Say which rows are shown, on screen and on paper, where it is not all of them.
   * @param {number} total
   */
  tell(total) {
    const last = Math.min(this.start + PAGE_ROWS, total);
    const range = `${grouped(this.start + 1)}–${grouped(last)} of ${grouped(total)}`;
    const cut = `The first ${grouped(PRINTED_ROWS)} of ${grouped(total)} rows.`;
    this.pager.hidden = total <= PAGE_ROWS && !this.words;
    this.shown.textContent = total ? range : "nothing fits the filter";
    this.previous.setAttribute("aria-disabled", String(this.start === 0));
    this.next.setAttribute("aria-disabled", String(last >= total));
    this.cut.textContent = this.everything && total > PRINTED_ROWS ? cut : "";
  }
}

/**
 * Add a table to a place.
 * @template T
 * @param {HTMLElement} parent
 * @param {TableSpec<T>} spec
 */
export function addTable(parent, spec) {
  parent.append(new Table(spec).node);
}

/** Show all rows of every table, for paper, and wide ones in parts; or a page of them. */
export function printTables(/** @type {boolean} */ everything) {
  const nodes = /** @type {NodeListOf<HTMLElement & { table: Table<unknown> }>} */ (
    document.querySelectorAll(".table")
  );
  for (const { table } of nodes) {
    if (table.rows.length <= PAGE_ROWS && table.columns.length <= PRINTED_COLUMNS) continue;
    table.everything = everything;
    table.draw();
  }
}
