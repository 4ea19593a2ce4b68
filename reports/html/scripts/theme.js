// Colours: one a backend throughout, from the palette of Okabe and Ito that colour-blind readers tell apart;
// shades of it for the parts of a whole; cividis for amounts.

import { page } from "./data.js";
import { byId } from "./dom.js";

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

export const backendPlace = (/** @type {string} */ name) => page().backends.indexOf(name);

export const backendColour = (/** @type {string} */ name) => `var(--backend-${backendPlace(name) % 7})`;

/** The colour's value, for what is drawn by the plotting library. */
export const backendInk = (/** @type {string} */ name) => style(`--backend-${backendPlace(name) % 7}`);

export const backendSymbol = (/** @type {string} */ name) => SYMBOLS[backendPlace(name) % SYMBOLS.length];

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
  let chosen = "auto";
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
    show();
  });
  system.addEventListener("change", show);
  return show;
}
