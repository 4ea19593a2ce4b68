// What a reader keeps: text or a picture as a file.

import { el } from "./dom.js";

/** A file's name from a title. */
export const fileName = (/** @type {string} */ title, /** @type {string} */ ending) =>
  `${title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 50)}.${ending}`;

/** Keep what is at an address. */
export const keepAddress = (/** @type {string} */ name, /** @type {string} */ address) =>
  el("a", { href: address, download: name }).click();

/**
 * Keep text.
 * @param {string} name
 * @param {string} text
 * @param {string} kind
 */
export function keepText(name, text, kind) {
  const address = URL.createObjectURL(new Blob([text], { type: kind }));
  keepAddress(name, address);
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
