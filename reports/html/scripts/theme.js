// Colours: one a backend on every page, from the palette of Okabe and Ito that colour-blind readers tell apart and
// more beside it; shades of it for the parts of a whole; cividis for amounts.

import { byId } from "./dom.js";
import { state, stated } from "./state.js";

const SYMBOLS = ["circle", "rect", "triangle", "diamond", "roundRect", "arrow"];

const CIVIDIS = [
  "#00224e",
  "#123570",
  "#3b496c",
  "#575d6d",
  "#707173",
  "#8a8678",
  "#a59c74",
  "#c3b369",
  "#e1cc55",
  "#fee838",
];

/** The colours of amounts, the least first; in the dark without the one that the page's would swallow. */
export const amountColours = () => CIVIDIS.slice(document.documentElement.dataset.scheme === "dark" ? 1 : 0);

/** Up to this place in cividis white letters have a contrast of 4.5 and more, and from it on black ones. */
const WHITE_UP_TO = 4.2;

/** The colour of letters on that of an amount, from 0 (the least) to 1 (the most). */
export function lettersOn(/** @type {number} */ share) {
  const steps = amountColours().length - 1;
  return CIVIDIS.length - 1 - steps * (1 - share) > WHITE_UP_TO ? "#000" : "#fff";
}

/** The value of one of the page's style properties. */
export const style = (/** @type {string} */ name) =>
  getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** How many colours there are for backends; see styles/1-colours.css. */
export const COLOURS = 11;

/**
 * The digest of a name (FNV-1a, 32 bits), so that what a backend looks like depends on its name alone: not on which
 * others a page shows, and not on a list that would have to know a library of another package.
 * @param {string} name
 */
function digest(name) {
  let found = 0x811c9dc5;
  for (const letter of name)
    found = Math.imul(found ^ /** @type {number} */ (letter.codePointAt(0)), 0x01000193);
  return found >>> 0;
}

/** The number of a backend's colour. */
export const backendPlace = (/** @type {string} */ name) => digest(name) % COLOURS;

export const backendColour = (/** @type {string} */ name) => `var(--backend-${backendPlace(name)})`;

/** The colour's value, for what is drawn by the plotting library. */
export const backendInk = (/** @type {string} */ name) => style(`--backend-${backendPlace(name)}`);

/** Two backends that share a colour seldom share this too. */
export const backendSymbol = (/** @type {string} */ name) =>
  SYMBOLS[Math.floor(digest(name) / COLOURS) % SYMBOLS.length];

/** Red, green and blue of `#rrggbb`. */
const channels = (/** @type {string} */ hex) =>
  [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16));

/**
 * A colour mixed with the page's.
 * @param {string} colour
 * @param {number} amount from 0 (the page's) to 1 (itself)
 */
export function shade(colour, amount) {
  const surface = channels(style("--surface"));
  const mixed = channels(colour).map((value, place) =>
    Math.round(value * amount + surface[place] * (1 - amount)),
  );
  return `rgb(${mixed.join(",")})`;
}

/**
 * The switch: as the system has it, light or dark. On paper it is always light.
 * @param {() => void} redraw
 * @returns {() => void} what shows the colours that are wanted now
 */
export function startTheme(redraw) {
  const button = byId("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const choices = ["auto", "light", "dark"];
  let chosen = stated("theme") ?? "auto";
  const show = () => {
    const wanted = chosen === "auto" ? (system.matches ? "dark" : "light") : chosen;
    document.documentElement.dataset.scheme = document.documentElement.hasAttribute("data-printing")
      ? "light"
      : wanted;
    button.textContent = `Theme: ${chosen}`;
    redraw();
  };
  button.addEventListener("click", () => {
    chosen = choices[(choices.indexOf(chosen) + 1) % choices.length];
    state("theme", chosen === "auto" ? null : chosen);
    show();
  });
  system.addEventListener("change", show);
  button.textContent = `Theme: ${chosen}`;
  return show;
}
