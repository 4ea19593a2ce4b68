// Before anything is drawn, so that a dark page does not flash.
document.documentElement.dataset.scheme = matchMedia("(prefers-color-scheme: dark)").matches
  ? "dark"
  : "light";
