// Which rows pass the filters.

/** @import { Row } from "./types.js" */
import { setName } from "./names.js";
import { STATUS } from "./rows.js";

/**
 * A choice among the values of a row.
 * @typedef {object} Choice
 * @property {string} id the name of its element
 * @property {string} label
 * @property {string} all what is chosen where nothing is
 * @property {(row: Row) => string} value
 */

/** @type {Choice[]} */
export const CHOICES = [
  { id: "filter-set", label: "Parameter set", all: "all sets", value: setName },
  { id: "filter-status", label: "Status", all: "any status", value: (row) => STATUS[row.status] },
  {
    id: "filter-security",
    label: "Security",
    all: "any security",
    value: (row) => (row["security.secure"] ? "128 bits or more" : "INSECURE"),
  },
];

/** Columns whose text is searched. @type {(keyof Row)[]} */
const SEARCHED = ["run_id", "suite", "case", "backend", "parameter_set", "cell", "key", "status", "reason"];

/**
 * What a reader wants to see.
 * @typedef {object} Wanted
 * @property {Set<string>} hidden backends
 * @property {boolean} newest whether what is superseded is left out
 * @property {string} text words, all of which must be found
 * @property {Record<string, string>} chosen id of a choice → its value, empty where any will do
 */

/**
 * Whether a row passes.
 * @param {Wanted} wanted
 * @returns {(row: Row) => boolean}
 */
export function passes({ hidden, newest, text, chosen }) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const choices = CHOICES.filter((choice) => chosen[choice.id]);
  return (row) =>
    !hidden.has(row.backend) &&
    (!newest || row["derived.newest"]) &&
    choices.every((choice) => choice.value(row) === chosen[choice.id]) &&
    hasWords(row, words);
}

/**
 * Whether every word is in a row's text.
 * @param {Row} row
 * @param {string[]} words
 */
function hasWords(row, words) {
  if (!words.length) return true;
  const text = SEARCHED.map((name) => row[name] ?? "")
    .join(" ")
    .toLowerCase();
  return words.every((word) => text.includes(word));
}
