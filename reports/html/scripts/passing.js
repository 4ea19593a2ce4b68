// Which rows pass the filters.
import { caseOf, STATUS } from "./rows.js";

export const CHOICES = [
  { id: "filter-case", label: "Case", all: "all cases", value: caseOf },
  { id: "filter-set", label: "Parameter set", all: "all sets", value: (row) => row.parameter_set },
  { id: "filter-status", label: "Status", all: "any status", value: (row) => STATUS[row.status] },
  {
    id: "filter-security",
    label: "Security",
    all: "any security",
    value: (row) => (row["security.secure"] ? "128 bits or more" : "INSECURE"),
  },
];

export const searched = [
  "run_id",
  "suite",
  "case",
  "backend",
  "parameter_set",
  "cell",
  "key",
  "status",
  "reason",
];
