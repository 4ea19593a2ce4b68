// The page's elements. Text always goes in as text, so that no name or reason is ever read as HTML.

/** An element: attributes by name, `on…` listeners, children that are elements, text or null. */
export function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

/** A long name that may break after its separators. */
export function breakable(text) {
  const parts = String(text).split(/(?<=[_/.,])/);
  return el(
    "span",
    { class: String(text).length > 24 ? "name long" : "name" },
    parts.flatMap((part, place) => (place ? [el("wbr"), part] : [part])),
  );
}

/** What says in words and colour that a record is not to be ranked, or why. */
export function chip(kind, text, title) {
  return el("span", { class: `chip ${kind}`, title }, text);
}

export function clear(node) {
  node.replaceChildren();
  return node;
}

/** A caption stays in view, however far its table is scrolled. */
export const captionOf = (text) => el("caption", {}, el("span", {}, text));

/** An element of the page that the template has. */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element with the id ${id}; see templates/page.html.j2`);
  return found;
}
