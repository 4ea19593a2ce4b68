// Before anything is drawn, so that a dark page does not flash.
document.documentElement.dataset.scheme =
  new URLSearchParams(location.search).get("theme") ??
  (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
