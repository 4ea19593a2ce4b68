// What a reader comes with, and the answer: ten questions about one case, from its records.

/** @import { HeldOut, Row, Step, WholeRecord } from "./types.js" */
/** @import { Division, Ranked, Wanted } from "./divisions.js" */
import { largestDrop } from "./drifting.js";
import { bytes, fixed, seconds, several } from "./format.js";
import { bitsOf, timeOf } from "./found.js";
import { ringName, setName } from "./names.js";
import { processCount, processesOf } from "./processes.js";
import { cosine, endedOk, secureRow, untrained } from "./rows.js";
import { loss, score } from "./units.js";

/**
 * What is known of a case.
 * @typedef {object} Known
 * @property {Row[]} rows a row for each cell
 * @property {Division[]} divisions
 * @property {Wanted} wanted
 * @property {{ row: Row, record: WholeRecord } | null} probed
 * @property {HeldOut | undefined} heldOut
 * @property {string[]} drifts from which rung to which a held-out loss is
 * @property {Step[]} steps those of the case, the newest first
 * @property {number | null} gates how many the history has; null where there is none
 * @property {string[]} commits that the case was measured at
 * @property {number} refused damaged lines
 */

/** A question, what it is answered with, and the section that tells more. @typedef {{ question: string, section: string, lines: string[] }} Answer */

/** The fastest cells of a division's conditions with most cells. */
const leaders = (/** @type {Known} */ { divisions }) =>
  divisions.flatMap(({ races: [race] }) => (race ? [race.cells[0]] : []));

/**
 * A line for each division's fastest, or why there is none.
 * @param {Known} known
 * @param {(cell: Ranked) => string} line
 */
function ofEach(known, line) {
  const found = leaders(known);
  const name = (/** @type {Ranked} */ cell) => (found.length > 1 ? `${cell.row.backend}: ` : "");
  return found.length ? found.map((cell) => name(cell) + line(cell)) : ["No cell is ranked."];
}

const refreshes = (/** @type {Row} */ row) =>
  [
    row["counts.bootstraps"] ? several(row["counts.bootstraps"], "bootstrap") : null,
    row["counts.round_trips"] ? several(row["counts.round_trips"], "round trip") : null,
  ]
    .filter(Boolean)
    .join(", ") || "none";

const ofSamples = (/** @type {Row} */ row) => `for ${several(row.samples, "sample")}`;

/** Which library. */
const library = (/** @type {Known} */ known) => {
  const found = leaders(known).map(({ row }) => {
    const how = row["counts.round_trips"] ? "fastest that asks the key owner" : "fastest that asks nobody";
    return `${row.backend}: ${how}`;
  });
  return found.length ? found : ["No cell is ranked."];
};

/** Scores from rung to rung, on the samples of a cell. */
function rungs(/** @type {Row} */ row) {
  const metric = row["ladder.metric"];
  const [before, clear, after] = [row["ladder.original"], row["ladder.polynomial"], row["ladder.encrypted"]];
  const embedded = cosine(row);
  if (embedded)
    return `Embeddings: ${embedded} with the polynomial model’s, the least of ${several(row.samples, "sample")}`;
  if (after === null) return untrained(row) ? "Random weights: no score" : "No score was measured";
  const steps = [
    { rung: "original", value: before },
    { rung: "polynomial", value: clear },
    { rung: "encrypted", value: after },
  ]
    .filter(({ value }) => value !== null)
    .map(({ rung, value }) => `${score(metric, value)} ${rung}`);
  return `${steps.join(" → ")}, ${several(row.samples, "sample")}`;
}

/** How many labels encryption leaves as they are. */
function agreement(/** @type {Row[]} */ rows) {
  const found = rows.flatMap((row) => row["ladder.label_agreement"] ?? []);
  if (!found.length) return null;
  const least = Math.min(...found);
  return least === 1 ? "all labels kept" : `at least ${fixed(100 * least, 1)} % keep their label`;
}

/**
 * What the rungs lose together, or gain.
 * @param {string | null} metric
 * @param {number} lost
 */
const change = (metric, lost) =>
  lost === 0 ? "nothing lost" : `${lost < 0 ? "gained" : "lost"} ${loss(metric, Math.abs(lost))}`;

/** How far the answers drift. */
function drift(/** @type {Known} */ known) {
  const ok = known.rows.filter(endedOk);
  const row = leaders(known)[0]?.row ?? ok[0];
  if (!row) return ["No cell ended ok."];
  const lost = row["derived.loss_total"];
  const inAll = lost === null ? null : change(row["ladder.metric"], lost);
  return [rungs(row), [inAll, agreement(ok)].filter(Boolean).join("; ")].filter(Boolean);
}

/** What the conversion loses most at, of the whole held-out set. */
function conversion(/** @type {Known} */ { heldOut, drifts }) {
  const means = heldOut?.means.map((mean) => mean ?? 0) ?? [];
  // The last of them is over all rungs.
  const steps = means.slice(0, 2);
  const worst = steps.indexOf(Math.max(...steps));
  if (!heldOut || worst < 0 || steps[worst] <= 0) return null;
  return `In the clear: ${drifts[worst].replace("Lost: ", "")}, ${heldOut.losses[worst]} lost`;
}

/** Where the drift begins. */
function begins(/** @type {Known} */ known) {
  const { probed } = known;
  const drop = probed && largestDrop(probed.record.ladder.layers ?? []);
  const layer = drop
    ? `Encrypted: largest drop in ${drop.name}, ${fixed(drop.from, 1)} → ${fixed(drop.to, 1)} bits (${probed.row.backend})`
    : `Encrypted: ${leaders(known)
        .map(({ row }) => `${bitsOf(row)} at the end (${row.backend})`)
        .join(", ")}; by layer with --probes`;
  return [conversion(known), layer].filter((line) => line !== null);
}

/** What a cell's time is. */
const slow =
  (/** @type {Known} */ { wanted }) =>
  (/** @type {Ranked} */ { row, s, least, most }) => {
    const spread = processesOf(row).length > 1 ? ` (${seconds(least)}–${seconds(most)})` : "";
    const wait = row["derived.one_input_s"];
    const one = wanted.time === "sample" && wait !== null ? `, ${seconds(wait)} for one input` : "";
    return `${seconds(s)} ${timeOf(wanted)}${spread}${one}`;
  };

const memory = (/** @type {Ranked} */ { row }) =>
  `${bytes(row["memory.evaluator_peak_bytes"])} evaluator, ${bytes(row["memory.key_owner_peak_bytes"])} key owner`;

const network = (/** @type {Ranked} */ { row }) =>
  `${bytes(row["wire.to_evaluator_bytes"])} there, ${bytes(row["wire.to_key_owner_bytes"])} back`;

/** Whether the last commit made it worse. */
function worse(/** @type {Known} */ { steps, gates, commits }) {
  const at = commits.length
    ? `Measured at ${commits.map((one) => one.slice(0, 8)).join(", ")}`
    : "No commit is known";
  if (gates === null) return [`Not known without report --history. ${at}`];
  if (!steps.length) return [`No: no step in ${several(gates, "gate")}.`, at];
  const [{ measure, before, after, commits: between }] = steps;
  const change = before
    ? `${after > before ? "+" : "−"}${fixed(Math.abs(100 * (after / before - 1)), 1)} %`
    : "";
  return [
    `${several(steps.length, "step")} in ${several(gates, "gate")}`,
    `newest: ${measure} ${change}, ${between}`,
  ];
}

/** Whether the numbers can be trusted. */
function trust(/** @type {Known} */ { rows, refused }) {
  const ok = rows.filter(endedOk);
  const secure = ok.filter(secureRow).length;
  const counts = ok.map((row) => processesOf(row).length);
  const most = Math.max(1, ...counts);
  const processes = most === 1 ? "one process each: no spread" : `up to ${processCount(most)} each`;
  return [
    `${secure} of ${several(rows.length, "cell")} ok at 128 bits or more; ${processes}`,
    refused ? `${several(refused, "damaged line")} refused` : "no damaged line",
  ];
}

/** All questions with their answers. @returns {Answer[]} */
export const answers = (/** @type {Known} */ known) => [
  { question: "Which library?", section: "front", lines: library(known) },
  {
    question: "Which parameters?",
    section: "cells",
    lines: ofEach(known, ({ row }) => `${setName(row)} (${ringName(row)}, depth ${row["derived.depth"]})`),
  },
  { question: "How far do answers drift?", section: "ladder", lines: drift(known) },
  { question: "Where does the drift begin?", section: "drift", lines: begins(known) },
  { question: "How slow is it?", section: "time", lines: ofEach(known, slow(known)) },
  { question: "How much memory?", section: "memory", lines: ofEach(known, memory) },
  {
    question: "How many bootstraps?",
    section: "levels",
    lines: ofEach(known, ({ row }) => `${refreshes(row)} ${ofSamples(row)}`),
  },
  { question: "What crosses the network?", section: "memory", lines: ofEach(known, network) },
  { question: "Did the last commit make it worse?", section: "conditions", lines: worse(known) },
  { question: "Can I trust it?", section: "conditions", lines: trust(known) },
];
