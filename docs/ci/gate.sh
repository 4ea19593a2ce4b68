#!/usr/bin/env bash
# The gate for any CI: exact measures against a committed baseline, then times against another commit.
#
#   docs/ci/gate.sh                  exact measures alone, in seconds
#   docs/ci/gate.sh COMMIT           and times: both builds in turns on this machine
#
# Exit status: 0 nothing got worse, 1 something did, 2 the request was wrong. Verdicts go to gate-out/*.md.
# Settings, with their defaults: OUT=gate-out, SUITE=toy, BASELINE=suites/baselines/toy_cleartext.json,
# SELECT="--backend cleartext" (what both gates run), PROCESSES (a side; by default as many as the times take),
# PYTHON=python3.
set -euo pipefail
cd "$(dirname "$0")/../.."

OUT=${OUT:-gate-out}
SUITE=${SUITE:-toy}
BASELINE=${BASELINE:-suites/baselines/toy_cleartext.json}
PYTHON=${PYTHON:-python3}
read -ra SELECT <<<"${SELECT:---backend cleartext}"
mkdir -p "$OUT"
rm -rf "$OUT/exact" "$OUT/times" # a workspace may hold an earlier build's

run=0
"$PYTHON" -m bench run "$SUITE" "${SELECT[@]}" --output "$OUT/exact" || run=$?
[ "$run" -le 1 ] || exit "$run" # 1 is a failed cell, which the gate judges
status=0
"$PYTHON" -m bench gate "$OUT/exact" --baseline "$BASELINE" --history "$OUT/history.jsonl" \
    --summary "$OUT/exact.md" || status=$?

if [ $# -ge 1 ] && [ "$status" -lt 2 ]; then
    base=$(mktemp -d)
    trap 'git worktree remove --force "$base/checkout" || true; rm -rf "$base"' EXIT
    git worktree add --detach "$base/checkout" "$1"
    "$PYTHON" -m venv "$base/checkout/.venv"
    "$base/checkout/.venv/bin/pip" install --quiet -e "$base/checkout"
    times=0
    "$PYTHON" -m bench gate "$OUT/times" --against "$base/checkout" --suite "$SUITE" "${SELECT[@]}" \
        ${PROCESSES:+--processes "$PROCESSES"} --summary "$OUT/times.md" || times=$?
    [ "$times" -le "$status" ] || status=$times
fi
exit "$status"
