// What a reader has chosen, in the page's address: a link leads to the same case, filters, order and theme.

const chosen = () => new URLSearchParams(location.search);

/** What was chosen under a name, or null. */
export const stated = (/** @type {string} */ name) => chosen().get(name);

/**
 * Write a choice into the address; what is chosen when a page opens is left out of it.
 * @param {string} name
 * @param {string | null} value
 */
export function state(name, value) {
  const all = chosen();
  if (value === null) all.delete(name);
  else all.set(name, value);
  const text = all.toString().replaceAll("%2F", "/");
  try {
    history.replaceState(null, "", `${location.pathname}${text && `?${text}`}${location.hash}`);
  } catch {
    // Some browsers let a file's address be; the page shows what was chosen all the same.
  }
}
