// The order of names and values in tables.

const collator = new Intl.Collator("en", { numeric: true });

/** Names in order, numbers in them by their value. */
export const compareNames = (one, other) => collator.compare(one, other);

export function compare(one, other, direction) {
  const absent = (value) => value === null || value === undefined;
  if (absent(one) || absent(other)) return absent(one) - absent(other);
  const order =
    typeof one === "number" && typeof other === "number"
      ? one - other
      : compareNames(String(one), String(other));
  return direction * order;
}
