// The page's elements. Text always goes in as text, so that no name or reason is ever read as HTML.

/** @import { Content } from "./types.js" */

/**
 * An element: attributes by name, `on…` listeners, children that are elements, text or nothing.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, unknown>} attributes
 * @param {Content[]} children
 */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) set(made, name, value);
  made.append(...flat(children));
  return made;
}

/**
 * Set an attribute, or listen to an event.
 * @param {HTMLElement} element
 * @param {string} name
 * @param {unknown} value
 */
function set(element, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (typeof value === "function")
    element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
  else element.setAttribute(name, value === true ? "" : String(value));
}

/**
 * Content without lists in lists.
 * @param {Content} content
 * @returns {(Node | string)[]}
 */
function flat(content) {
  if (Array.isArray(content)) return content.flatMap(flat);
  if (content === null || content === undefined) return [];
  return [content instanceof Node ? content : String(content)];
}

/** A paragraph that says why there is nothing to see. */
export const emptyNote = (/** @type {string} */ text) => el("p", { class: "empty" }, text);

export const note = (/** @type {string} */ text) => el("p", { class: "note" }, text);

/** After what a name may break: separators, but never one between the digits of a number. */
const BREAKS = /(?<=[_/.,])(?<!\d[.,](?=\d))/;

/** A long name that may break after its separators. */
export function breakable(/** @type {string} */ text) {
  const parts = text.split(BREAKS);
  return el(
    "span",
    { class: text.length > 24 ? "name long" : "name" },
    parts.map((part, place) => (place ? [el("wbr"), part] : part)),
  );
}

/**
 * What says in words and colour that a record is not to be ranked, or why.
 * @param {"good" | "warn" | "bad" | "plain"} kind
 * @param {string} text
 * @param {string | null} [title]
 */
export const chip = (kind, text, title) => el("span", { class: `chip ${kind}`, title }, text);

/**
 * An element without its children.
 * @template {Element} T
 * @param {T} node
 */
export function clear(node) {
  node.replaceChildren();
  return node;
}

/** A caption stays in view, however far its table is scrolled. */
export const captionOf = (/** @type {string} */ text) => el("caption", {}, el("span", {}, text));

/**
 * An element that the page's template has.
 * @param {string} id
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element with the id ${id}; see templates/page.html.j2`);
  return found;
}
