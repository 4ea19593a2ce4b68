// What the page's data are, as reports/html/page.py and reports/html/rows.py write them, and what the scripts make
// of them. Only the type checker reads this file.

export type Standing = "secure" | "insecure" | "unfinished";
export type Status = "ok" | "unsupported" | "failed" | "timed_out" | "out_of_memory" | "interrupted";
export type Refresh = "bootstrap" | "round_trip";
/** What a number is; see `Unit` in reports/figures.py. */
export type Unit = "s" | "bytes" | "bits" | "count" | "fraction" | "flipped" | "number" | "metric" | "loss";

/** Columns of names and flags; see `COLUMNS` and `DERIVED` in reports/html/rows.py. */
interface NamedRow {
  run_id: string;
  started_at: string;
  suite: string;
  case: string;
  backend: string;
  parameter_set: string;
  cell: string;
  key: string;
  status: Status;
  reason: string | null;
  weights: string | null;
  samples: number;
  "security.secret": string | null;
  "security.secret_from": "library" | "declared" | null;
  "security.error_from": "library" | "declared" | null;
  "security.secure": boolean;
  "ladder.metric": string | null;
  "derived.address": string;
  "derived.standing": Standing;
  "derived.newest": boolean;
  "derived.group": number;
  "derived.front": boolean;
  "derived.probed": boolean;
  "derived.timed_layers": boolean;
  "derived.timed_primitives": boolean;
  "derived.timed_course": boolean;
  "derived.measured": boolean;
  "derived.interactive": boolean;
  "derived.unranked": string | null;
  "derived.distorted": string | null;
  "derived.refresh": string | null;
  "derived.alias": string | null;
}

/** Columns of numbers. What was not measured is null. */
type NumberRow = Record<NumberName, number | null>;
export type NumberName =
  | "batch"
  | "repeats"
  | "security.bits"
  | "security.log_n"
  | "security.log_qp"
  | "security.error_deviation"
  | "ladder.original"
  | "ladder.he_friendly"
  | "ladder.polynomial"
  | "ladder.encrypted"
  | "ladder.nats.original"
  | "ladder.nats.he_friendly"
  | "ladder.nats.polynomial"
  | "ladder.nats.encrypted"
  | "ladder.label_agreement"
  | "ladder.cosine"
  | "ladder.logit_error_max"
  | "ladder.precision_bits"
  | "ladder.precision.error_max"
  | "ladder.precision.least"
  | "ladder.precision.mean"
  | "ladder.precision.median"
  | "ladder.precision.p99"
  | "latency.plan_s"
  | "latency.wall_s"
  | "latency.keygen_s"
  | "latency.make_keys_s"
  | "latency.write_keys_s"
  | "latency.prepare_model_s"
  | "latency.load_keys_s"
  | "latency.encode_model_s"
  | "latency.other_s"
  | "latency.encrypt_s"
  | "latency.evaluate_s"
  | "latency.round_trips_s"
  | "latency.decrypt_s"
  | "latency.per_sample_s"
  | "latency.clear_model_s"
  | "memory.keygen_peak_bytes"
  | "memory.key_owner_peak_bytes"
  | "memory.evaluator_peak_bytes"
  | "memory.together_peak_bytes"
  | "memory.public_key_bytes"
  | "memory.relinearisation_key_bytes"
  | "memory.rotation_keys_bytes"
  | "memory.conjugation_key_bytes"
  | "memory.bootstrap_keys_bytes"
  | "memory.ciphertexts_in_bytes"
  | "memory.ciphertexts_out_bytes"
  | "memory.prepared_model_bytes"
  | "counts.bootstraps"
  | "counts.round_trips"
  | "counts.rotations"
  | "counts.rotation_keys"
  | "counts.ct_ct"
  | "counts.ct_pt"
  | "counts.rescales"
  | "counts.levels_used"
  | "counts.levels_after_refresh"
  | "wire.to_evaluator_bytes"
  | "wire.to_key_owner_bytes"
  | "wire.messages"
  | "environment.threads"
  | "energy.evaluate_j"
  | "computed.lan_s"
  | "computed.wan_s"
  | "computed.price"
  | "derived.sample_s"
  | "derived.one_input_s"
  | "derived.full_batch_s"
  | "derived.batches"
  | "derived.evaluation_keys_bytes"
  | "derived.loss_model"
  | "derived.loss_encryption"
  | "derived.loss_total"
  | "derived.depth"
  | "derived.scale_bits"
  | "derived.digits";

/** A record in the tables and plots: its place in the page, and where several processes are shown as one, theirs. */
export type Row = NamedRow & NumberRow & { place: number; processes?: Row[] };

/** What the element `record-index` holds: names, and under each the values of all rows. */
export interface Index {
  columns: string[];
  values: unknown[][];
}

/** Values as the streams of whole records hold them; see reports/html/columnar.py. */
export type PackedColumn =
  | unknown[]
  | { counts: (number | null)[]; items: PackedColumn }
  | { there: number[]; blocks: Record<string, PackedColumn> };

/** How a number is written; see `NumberFormat` in models/metrics/metric.py. */
export interface NumberFormat {
  unit: string;
  scale: number;
  digits: number;
  significant: boolean;
}

/** See reports/html/formats.py; a bound that is null is infinite. */
export interface Metric {
  title: string;
  better: "higher" | "lower";
  low: number | null;
  high: number | null;
  format: NumberFormat;
  loss: NumberFormat;
}

/** A group of records whose times compare; see reports/html/shared.py. */
export interface Conditions {
  number: number;
  case: string;
  samples: string;
  records: number;
  cpu: string | null;
  cores: number | null;
  threads: number | null;
  memory_bytes: number | null;
  os: string | null;
  software: string[];
  calibration: [number, number] | null;
  commits: string[];
}

export interface HeldOut {
  place: number;
  case: string;
  metric: string;
  samples: number;
  original: number | null;
  he_friendly: number | null;
  polynomial: number | null;
  /** What is told in nats beside a metric that needs it. */
  nats: { original: number | null; he_friendly: number | null; polynomial: number | null } | null;
  means: (number | null)[];
  losses: (string | null)[];
}

/** A checkpoint beside others of one original; see reports/html/polynomials.py. */
export interface Member {
  place: number;
  way: string | null;
  attention: string | null;
  mlp: string | null;
  original: number | null;
  polynomial: number | null;
  lost: number | null;
  lost_written: string | null;
}

/** Cells of several checkpoints that answer the same samples of one original. */
export interface Family {
  title: string;
  metric: string;
  samples: number;
  members: Member[];
}

/** A step of a measure over commits; see reports/html/history.py. */
export interface Step {
  series: number;
  cell: string;
  measure: string;
  unit: Unit;
  machine: string | null;
  at: string;
  point: number;
  commits: string;
  before: number;
  after: number;
}

/** A measure over commits: of each gate its time, its commit and the value. */
export interface Series {
  cell: string;
  measure: string;
  unit: Unit;
  machine: string | null;
  points: [string, string | null, number][];
}

/** What the element `page-data` holds. */
export interface PageData {
  backends: string[];
  per_stream: number;
  digits: number;
  timing_only: string;
  metrics: Record<string, Metric>;
  units: Record<string, Unit>;
  conditions: Conditions[];
  held_out: HeldOut[];
  families: Family[];
  drifts: string[];
  floors: { bits: number; agreement: number };
  steps: Step[];
  gates: number | null;
  refused: number;
}

export interface Stretch {
  layer: string;
  refresh: Refresh | null;
  highest: number;
  lowest: number;
  count: number;
  s: number;
}

/** A stretch with the seconds at which it begins and ends. */
export type TimedStretch = Stretch & { shaded: boolean; begins: number; ends: number };

export interface Primitive {
  name: string;
  level: number | null;
  count: number | null;
  s: number | null;
  samples_s?: number[] | null;
  precision_bits?: number | null;
  bytes?: number | null;
}

export interface LayerPrecision {
  name: string;
  precision_bits: number | null;
  error_max: number | null;
}

/** What a party spent in a stage; see `StageCost` in reports/costs.py. */
export interface StageCost {
  stage: string;
  party: string;
  wall_s: number;
  waited_s: number;
  user_s: number;
  system_s: number;
  idle_s: number;
  voluntary_switches: number;
  involuntary_switches: number;
}

/** The blocks of a whole record that plots need, where the row says that they are there. */
export interface WholeRecord {
  latency: {
    course: Stretch[];
    layers: { name: string; s: number }[];
    primitives: Primitive[];
    unsupported?: { name: string; reason: string }[] | null;
    stages?: StageCost[] | null;
  };
  ladder: { layers: LayerPrecision[] | null };
  [block: string]: unknown;
}
export type Found = [Row, WholeRecord];

/** What an element is filled with. */
export type Content = Node | string | number | null | undefined | Content[];

export interface Column<T> {
  title: string;
  unit?: string | null;
  /** The name in the record that the column shows. */
  source?: string;
  /** What the column is sorted by. */
  value: (row: T) => unknown;
  /** What is shown; else the value. */
  cell?: (row: T) => Content;
  numeric?: boolean;
  heading?: boolean;
  width?: string;
}

/** Rows that no sorting mixes with others. */
export interface Group<T> {
  title: string;
  has: (row: T) => boolean;
}

export interface TableSpec<T> {
  caption: string;
  columns: Column<T>[];
  rows: T[];
  groups?: Group<T>[] | null;
}

/** A part of a whole, or one of several bars of a record. */
export interface Part {
  title: string;
  source?: string;
  value: (row: Row) => number | null;
}

/** A cell of a heat map. */
export interface Heat {
  name: string;
  value: number | null;
  lines: string[];
}

/** Options of the plotting library; what it is told is not checked here. */
export type Options = Record<string, unknown>;

/** What the plotting library tells of a mark that the pointer is at. */
export interface PlotEvent {
  name: string;
  value: number[];
  data?: { place?: number; lines?: string[] } | null;
}

export interface Chart {
  setOption(option: Options): void;
  on(event: "click", listener: (event: PlotEvent) => void): void;
  dispose(): void;
  renderToSVGString(): string;
  getDataURL(how: { type: string; pixelRatio: number }): string;
}

export interface Figure {
  title: string;
  note?: string | null;
  /** What the plot shows, in words. */
  alt?: string;
  /** What is said in place of a plot. */
  empty?: string | null;
  renderer?: "svg" | "canvas";
  option?: (width: number) => Options & { height: number };
  // biome-ignore lint/suspicious/noExplicitAny: a figure shows rows of any kind
  table?: () => TableSpec<any>;
}

declare global {
  /** The plotting library, which a script of its own defines. */
  const echarts: {
    init(host: HTMLElement, theme: null, options: { renderer: string; width: number; height: number }): Chart;
  };
}
