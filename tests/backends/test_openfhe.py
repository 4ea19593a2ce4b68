"""What is OpenFHE's own: bootstraps, hidden adjustments, key files and security facts.

OpenFHE keeps keys in process-wide maps, which a key owner empties. So each scenario runs in a fresh process
and returns what the tests judge.
"""

from __future__ import annotations

import os
import resource
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from math import log2, prod
from multiprocessing import get_context
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
import openfhe
import pytest

from backends.conformance import secrecy
from backends.conformance.parties import precision_bits
from backends.constants import Window, prepare
from backends.dispatch import Workers
from backends.errors import BackendError, ExecutionError, IntegrityError, ParameterError, Unsupported
from backends.interface import Ciphertext, Evaluator, KeyFile, KeyOwner, SecurityFacts, Vector
from backends.noise.drawn import REFUSED
from backends.openfhe.adapter import OpenFHE
from backends.openfhe.capabilities import (
    MODULAR_REDUCTION_DEPTH,
    OTHER_BOOTSTRAP_KEYS,
    bootstrap_steps,
    capabilities,
    correction_factor,
)
from backends.openfhe.context import SECRETS, make_context
from backends.openfhe.evaluator import OpenFHEEvaluator
from backends.openfhe.facts import drawn
from backends.openfhe.primes import primes_of_p, primes_of_q
from backends.parameters import (
    BOOTSTRAP_KINDS,
    SLOTS_TO_COEFFICIENTS_FIRST,
    BootstrapParameters,
    ParameterSet,
)
from backends.replay import replay
from backends.schedule import Refresh
from tests.backends.chains import CHAINS
from tests.backends.random_programs import random_program
from tests.toy import BOOTSTRAPPING, PORTABLE

STEPS = (1, 2, 3, 500)
SEED = 4
THREE_SPECIAL_PRIMES = ParameterSet(12, 50, 40, 10, 4, security=0)


def in_fresh_process(scenario: Callable[..., Any], *arguments: Any) -> Any:
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        return pool.submit(scenario, *arguments).result()


def parties(parameters: ParameterSet, folder: Path) -> tuple[KeyOwner, Evaluator, list[KeyFile]]:
    owner = OpenFHE.key_owner(parameters)
    files = owner.generate(folder, STEPS, parameters.bootstrap is not None)
    return owner, OpenFHE.evaluator(parameters, folder, files), files


def run_side_by_side(folder: Path) -> list[tuple[list[bytes], bool]]:
    """What a program leaves on one worker, and on several that also encode its constants."""
    program = random_program(SEED, PORTABLE.slots, Refresh("round_trip", PORTABLE.depth, 0), length=20)
    assert program.counts["round_trips"] == 0  # whose ciphertexts would be fresh ones
    owner = OpenFHE.key_owner(PORTABLE)
    files = owner.generate(folder, program.rotation_steps, bootstrap=False)
    evaluator = OpenFHE.evaluator(PORTABLE, folder, files)
    for number in range(len(program.inputs)):
        owner.write(owner.encrypt(values(number, PORTABLE), PORTABLE.depth), folder / f"input_{number}")
    found = []
    for count in (1, 2, 4):
        outputs, measured = replay(
            program,
            evaluator,
            prepare(program, evaluator, [], Window(4, [1] * len(program.plaintexts))),
            [evaluator.read(folder / f"input_{number}") for number in range(len(program.inputs))],
            lambda ciphertext, level: ciphertext,
            lambda probe, ciphertexts: None,
            lambda index, instruction, seconds: None,
            Workers(count, evaluator.one_thread),
        )
        bytes_left = [written(evaluator, output, folder) for output in outputs]
        found.append((bytes_left, measured.counts == program.counts))
    return found


def test_instructions_side_by_side_leave_the_same_bytes_as_one_after_the_other(tmp_path: Path) -> None:
    (one, counted), *others = in_fresh_process(run_side_by_side, tmp_path)
    assert counted
    assert others == [(one, True)] * 2


def count_threads(folder: Path) -> list[int]:
    """Threads of this process that two Python threads leave, after one in each and the library's own."""
    owner, evaluator, _ = parties(PORTABLE, folder)
    x = owner.encrypt(values(1, PORTABLE), PORTABLE.depth)

    def rotated(begin: Callable[[], None]) -> int:
        begin()
        before = len(list(Path("/proc/self/task").iterdir()))
        evaluator.rotate(x, STEPS[0])
        return len(list(Path("/proc/self/task").iterdir())) - before

    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as other:
        return [
            one.submit(rotated, evaluator.one_thread).result(),
            other.submit(rotated, lambda: None).result(),
        ]


@pytest.mark.skipif(os.cpu_count() == 1, reason="the library has one thread on one core")
def test_a_thread_that_is_told_so_computes_by_itself(tmp_path: Path) -> None:
    alone, with_the_librarys = in_fresh_process(count_threads, tmp_path)
    assert alone == 0
    assert with_the_librarys > 0


def values(seed: int, parameters: ParameterSet) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.random.default_rng(seed).uniform(-1, 1, parameters.slots)


def written(evaluator: Evaluator, ciphertext: Ciphertext, folder: Path) -> bytes:
    path = folder / "written"
    evaluator.write(ciphertext, path)
    found = path.read_bytes()
    path.unlink()  # the folder is that of the keys
    return found


def size_again(folder: Path) -> list[int]:
    """The bytes of a rotated ciphertext, as it was made and after it was kept in a file and read."""
    owner, evaluator, _ = parties(PORTABLE, folder)
    rotated = evaluator.rotate(owner.encrypt(values(1, PORTABLE), PORTABLE.depth), STEPS[0])
    kept = folder / "kept"
    evaluator.write(rotated, kept)
    again = evaluator.read(kept)
    kept.unlink()
    return [len(written(evaluator, one, folder)) for one in (rotated, again)]


def test_a_result_has_its_size_whether_it_was_kept_before_or_not(tmp_path: Path) -> None:
    """An evaluation that goes on from a checkpoint has the exact measures of one that was not disturbed."""
    made, read = in_fresh_process(size_again, tmp_path)
    assert made == read


def other_bootstrap(**changed: Any) -> ParameterSet:
    """`BOOTSTRAPPING` with another bootstrap."""
    assert BOOTSTRAPPING.bootstrap is not None
    return replace(BOOTSTRAPPING, bootstrap=replace(BOOTSTRAPPING.bootstrap, **changed))


SLOTS_FIRST = other_bootstrap(kind=SLOTS_TO_COEFFICIENTS_FIRST, correction_factor=None)
TWICE = other_bootstrap(iterations=2, first_precision_bits=15, depth=15)


def run_bootstraps(folder: Path, parameters: ParameterSet) -> dict[str, Any]:
    owner, evaluator, files = parties(parameters, folder)
    a = values(1, parameters)
    lowest = capabilities(parameters).bootstrap_input_level
    entered = x = owner.encrypt(a, lowest)
    refreshed, alone = [], b""
    for index in range(3):
        if index:
            x = evaluator.drop(x, lowest)
        x = evaluator.bootstrap(x)
        alone = alone or written(evaluator, x, folder)
        product = evaluator.rescale(evaluator.relinearise(evaluator.multiply(x, x)))
        refreshed.append(
            (
                evaluator.level(x),
                precision_bits(owner.decrypt(x), a),
                precision_bits(owner.decrypt(product), a * a),
            )
        )
    high = evaluator.bootstrap(owner.encrypt(a, parameters.depth))
    rotated = [precision_bits(owner.decrypt(evaluator.rotate(x, step)), np.roll(a, -step)) for step in STEPS]
    secret = openfhe.Serialize(owner._keys.secretKey, openfhe.BINARY)  # type: ignore[attr-defined]
    refusals = []
    for refused in (owner.encrypt(a, lowest - 1), evaluator.multiply(x, x)):
        try:
            evaluator.bootstrap(refused)
        except ExecutionError as error:
            refusals.append(str(error))
    counts = dict(evaluator.counts)
    with ThreadPoolExecutor(2, initializer=evaluator.one_thread) as pool:
        beside = list(pool.map(evaluator.bootstrap, [entered, entered]))
    return {
        "files": files,
        "alone": alone,
        "beside": [written(evaluator, one, folder) for one in beside],
        "refreshed": refreshed,
        "high": (evaluator.level(high), precision_bits(owner.decrypt(high), a)),
        "rotated": rotated,
        "counts": counts,
        "security": owner.security(),
        "refusals": refusals,
        # The middle of the serialised key lies within its polynomial.
        "secret": secret[len(secret) // 2 :][:512],
    }


@pytest.fixture(scope="module")
def bootstraps(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    folder = tmp_path_factory.mktemp("bootstraps")
    return in_fresh_process(run_bootstraps, folder, BOOTSTRAPPING), folder


@pytest.mark.parametrize(
    ("parameters", "least_bits"), [(SLOTS_FIRST, 13), (TWICE, 29)], ids=["slots first", "two iterations"]
)
def test_every_kind_of_bootstrap_enters_and_returns_at_the_promised_levels(
    parameters: ParameterSet, least_bits: float, tmp_path: Path
) -> None:
    """A kind's own way through the adapter; of the usual kind's 17 bits a second iteration makes 34."""
    result = in_fresh_process(run_bootstraps, tmp_path, parameters)
    promised = capabilities(parameters).bootstrap_output_level
    assert [level for level, _, _ in result["refreshed"]] == [promised] * 3
    assert result["high"][0] == promised
    assert min(bits for _, bits, _ in result["refreshed"]) >= least_bits
    assert result["counts"]["bootstraps"] == 4
    too_low = capabilities(parameters).bootstrap_input_level - 1
    assert f"level {too_low} cannot be bootstrapped" in result["refusals"][0]


def levels_of_a_bootstrap(parameters: ParameterSet) -> tuple[str, int]:
    """What the library says to a ciphertext one level below the lowest, and its level after the lowest.

    The library's own calls are made, and not the adapter's, which refuses the former by itself.
    """
    owner, evaluator, _ = parties(parameters, Path(mkdtemp()))
    assert isinstance(evaluator, OpenFHEEvaluator)
    assert parameters.bootstrap_levels is not None
    lowest, _ = parameters.bootstrap_levels
    a = values(5, parameters)
    try:
        evaluator._bootstrapped(owner.encrypt(a, lowest - 1))
        complaint = ""
    except RuntimeError as error:
        complaint = str(error)
    return complaint, evaluator.level(evaluator.bootstrap(owner.encrypt(a, lowest)))


@pytest.mark.parametrize("secret", sorted(SECRETS))
@pytest.mark.parametrize("budget", [(3, 2), (2, 4)])
@pytest.mark.parametrize("kind", BOOTSTRAP_KINDS)
def test_the_levels_of_a_bootstrap_are_the_librarys(secret: str, budget: tuple[int, int], kind: str) -> None:
    depth = MODULAR_REDUCTION_DEPTH[secret] + sum(budget)
    bootstrap = BootstrapParameters(budget, None, depth, kind)
    parameters = ParameterSet(10, 55, 50, depth + 2, 3, secret, 0, bootstrap)
    complaint, returned = in_fresh_process(levels_of_a_bootstrap, parameters)
    assert "Not enough levels" in complaint or "renders it invalid" in complaint
    assert returned == capabilities(parameters).bootstrap_output_level


@pytest.mark.parametrize("log_n", [10, 12, 13, 14, 16])
@pytest.mark.parametrize("kind", BOOTSTRAP_KINDS)
def test_the_own_correction_factor_is_the_librarys(log_n: int, kind: str) -> None:
    bootstrap = BootstrapParameters((2, 2), None, 14, kind)
    parameters = ParameterSet(log_n, 45, 41, 18, 19, "sparse_encapsulated", 0, bootstrap)
    context: Any = make_context(parameters)
    slots_first = kind == SLOTS_TO_COEFFICIENTS_FIRST
    context.EvalBootstrapSetup([2, 2], [0, 0], parameters.slots, 0, False, slots_first)
    assert context.GetCKKSBootCorrectionFactor() == correction_factor(parameters)


def test_bootstraps_in_sequence_reach_the_promised_level(bootstraps: tuple[dict[str, Any], Path]) -> None:
    result, _ = bootstraps
    promised = capabilities(BOOTSTRAPPING).bootstrap_output_level
    assert promised == BOOTSTRAPPING.depth - 14
    assert [level for level, _, _ in result["refreshed"]] == [promised] * 3
    assert result["counts"]["bootstraps"] == 4
    assert result["high"][0] == promised


def test_bootstraps_side_by_side_leave_the_same_bytes_as_one(
    bootstraps: tuple[dict[str, Any], Path],
) -> None:
    assert bootstraps[0]["beside"] == [bootstraps[0]["alone"]] * 2


def test_bootstrapped_values_are_precise_and_can_be_multiplied(
    bootstraps: tuple[dict[str, Any], Path],
) -> None:
    for _, bits, bits_of_square in bootstraps[0]["refreshed"]:
        assert bits >= 13
        assert bits_of_square >= 12


def test_a_ciphertext_with_levels_left_is_bootstrapped_all_the_same(
    bootstraps: tuple[dict[str, Any], Path],
) -> None:
    """OpenFHE returns it as it is, which shows in the precision: 36 bits instead of 17."""
    assert 13 <= bootstraps[0]["high"][1] <= 25


def test_a_bootstrap_refuses_what_it_cannot_raise(bootstraps: tuple[dict[str, Any], Path]) -> None:
    too_low, product = bootstraps[0]["refusals"]
    assert "level 0 cannot be bootstrapped" in too_low
    assert "is a product" in product


def test_rotation_keys_that_the_bootstrap_has_are_not_written_again(
    bootstraps: tuple[dict[str, Any], Path],
) -> None:
    result, folder = bootstraps
    key_bytes = (folder / "relinearisation_key.bin").stat().st_size
    written = sum(
        (folder / file.name).stat().st_size for file in result["files"] if file.kind == "rotation_keys"
    )
    assert written < 2 * key_bytes  # of four steps, the bootstrap rotates by 1, 2 and 3 itself
    assert min(result["rotated"]) >= 12


def test_the_secret_key_is_in_no_file(bootstraps: tuple[dict[str, Any], Path]) -> None:
    result, folder = bootstraps
    assert {path.name for path in folder.iterdir()} == {file.name for file in result["files"]}
    assert len(set(result["secret"])) > 100  # random residues, not padding that would be found nowhere
    for path in folder.iterdir():
        assert result["secret"] not in path.read_bytes()


def test_security_facts_are_those_of_the_context(bootstraps: tuple[dict[str, Any], Path]) -> None:
    facts: SecurityFacts = bootstraps[0]["security"]
    assert (facts.log_n, facts.secret) == (11, "sparse_encapsulated")
    assert facts.log_q == pytest.approx(55 + 18 * 50, abs=0.01)
    assert facts.log_p == 60 * BOOTSTRAPPING.special_primes
    assert (facts.secret, facts.secret_from) == ("sparse_encapsulated", "library")
    assert facts.error_deviation == pytest.approx(3.19)
    assert facts.error_from == "library"


def test_how_secret_and_error_are_drawn_is_what_the_context_has() -> None:
    """Not what was asked for: a context that somebody made otherwise tells so."""
    assert drawn(make_context(PORTABLE)) == ("uniform_ternary", pytest.approx(3.19))
    settings = openfhe.CCParamsCKKSRNS()
    settings.SetSecurityLevel(openfhe.HEStd_NotSet)
    settings.SetRingDim(1 << 10)
    settings.SetSecretKeyDist(openfhe.SPARSE_TERNARY)
    settings.SetStandardDeviation(2.5)
    secret, deviation = drawn(openfhe.GenCryptoContext(settings))
    assert (secret, deviation) == ("OpenFHE's SecretKeyDist 2", 2.5)


def test_security_is_not_answered_before_there_are_keys() -> None:
    with pytest.raises(ExecutionError, match="generate"):
        OpenFHE.key_owner(PORTABLE).security()


def collect_refusals(folder: Path) -> dict[str, str | None]:
    owner, evaluator, _ = parties(PORTABLE, folder)
    a = values(2, PORTABLE)
    x, lower = owner.encrypt(a, 3), owner.encrypt(a, 2)
    product = evaluator.multiply_plain(x, evaluator.encode(a, 3))
    three_polynomials = evaluator.multiply(x, x)
    attempts: dict[str, Callable[[], object]] = {
        "add levels": lambda: evaluator.add(x, lower),
        "subtract a product": lambda: evaluator.subtract(x, product),
        "add a plaintext of another level": lambda: evaluator.add_plain(x, evaluator.encode(a, 2)),
        "multiply by a plaintext of another level": lambda: evaluator.multiply_plain(
            lower, evaluator.encode(a, 3)
        ),
        "multiply a product": lambda: evaluator.multiply(product, product),
        "multiply a product by a constant": lambda: evaluator.multiply_plain(product, 2.0),
        "sum products of two levels": lambda: evaluator.multiply_sum([(x, x), (lower, lower)]),
        "rotate and sum two levels": lambda: evaluator.rotate_sum([(x, 1), (lower, 2)]),
        "rescale twice": lambda: evaluator.rescale(evaluator.rescale(product)),
        "drop a product": lambda: evaluator.drop(product, 1),
        "rotate three polynomials": lambda: evaluator.rotate_many(three_polynomials, (1, 2)),
        "hoist without a key": lambda: evaluator.rotate_many(x, (1, 7)),
        "sum without a key": lambda: evaluator.rotate_sum([(x, 1), (x, 7)]),
        "bootstrap without keys": lambda: evaluator.bootstrap(x),
    }
    raised: dict[str, str | None] = {}
    for name, attempt in attempts.items():
        try:
            attempt()
            raised[name] = None
        except ExecutionError as error:
            raised[name] = str(error)
    return raised


def test_nothing_is_adjusted_in_silence(tmp_path: Path) -> None:
    refusals = in_fresh_process(collect_refusals, tmp_path)
    assert len(refusals) == 14
    assert [name for name, error in refusals.items() if error is None] == []


def measure_long_chain() -> float:
    owner = OpenFHE.key_owner(replace(PORTABLE, depth=18, digits=19))
    evaluator = OpenFHE.evaluator(replace(PORTABLE, depth=18, digits=19), Path(), [])
    a, mask = values(3, PORTABLE), np.where(np.arange(PORTABLE.slots) % 2, 1.0, -1.0)
    x, expected = owner.encrypt(a, 18), a
    for level in range(18, 0, -2):
        x = evaluator.rescale(evaluator.multiply_plain(x, evaluator.encode(mask, level)))
        x, expected = evaluator.drop(x, level - 2), expected * mask
        assert evaluator.level(x) == level - 2
    return precision_bits(owner.decrypt(x), expected)


def test_scales_stay_exact_over_eighteen_levels() -> None:
    """Forcing a scale instead of keeping each level's own leaves 17 to 19 bits.

    Twenty runs gave 23.5 to 24.4 bits, so no draw of the noise comes near the bound.
    """
    assert in_fresh_process(measure_long_chain) >= 21.5


def collect_file_errors(folder: Path) -> dict[str, str]:
    owner = OpenFHE.key_owner(PORTABLE)
    key, whole, altered = folder / "relinearisation_key.bin", folder / "whole", folder / "altered"
    owner.generate(folder, (), False)
    owner.write(owner.encrypt(values(4, PORTABLE), 2), whole)
    payload = whole.read_bytes()
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(payload), len(payload)))  # as a full disk would

    def attempt(action: Callable[[], object]) -> str:
        try:
            action()
        except BackendError as error:
            return type(error).__name__
        return "nothing"

    def read(content: bytes) -> str:
        altered.write_bytes(content)
        return attempt(lambda: owner.read(altered))

    def load(content: bytes) -> str:
        key.write_bytes(content)
        files = [KeyFile("relinearisation_key", key.name)]
        return attempt(lambda: OpenFHE.evaluator(PORTABLE, folder, files))

    return {
        "whole": read(payload),
        "missing": attempt(lambda: owner.read(folder / "missing")),
        "empty": read(b""),
        "cut": read(payload[:-1]),
        "foreign": read(b"\xff" * len(payload)),
        "cut key": load(key.read_bytes()[: len(payload)]),
        "no room": attempt(lambda: owner.write(owner.encrypt(values(4, PORTABLE), 6), folder / "larger")),
    }


def test_broken_files_and_full_disks_are_reported(tmp_path: Path) -> None:
    assert in_fresh_process(collect_file_errors, tmp_path) == {
        "whole": "nothing",
        "missing": IntegrityError.__name__,
        "empty": IntegrityError.__name__,
        "cut": IntegrityError.__name__,
        "foreign": IntegrityError.__name__,
        "cut key": IntegrityError.__name__,
        "no room": BackendError.__name__,
    }


#: Sets whose digits hold several primes, and sets that demand security, beside those of SEAL's shape.
OWN_CHAINS = [
    ParameterSet(13, 60, 40, 5, 2, security=0),
    ParameterSet(14, 44, 37, 7, 4),
    ParameterSet(16, 46, 41, 40, 41),
    ParameterSet(16, 51, 47, 24, 4, secret="sparse_encapsulated"),
]


@pytest.mark.parametrize("parameters", [*CHAINS, *OWN_CHAINS], ids=lambda parameters: parameters.name)
def test_the_primes_are_those_foretold(parameters: ParameterSet) -> None:
    """The bindings show the product of Q alone, and q_0."""
    context = make_context(parameters)
    q = primes_of_q(parameters.log_n, parameters.first_modulus_bits, parameters.scale_bits, parameters.depth)
    assert prod(q) == context.GetElementParams().GetModulus()
    facts = capabilities(parameters).security
    assert facts is not None
    assert facts.log_q == log2(context.GetElementParams().GetModulus())
    if parameters.secret == "sparse_encapsulated":
        assert facts.log_ephemeral == log2(context.GetModulusCKKS()) + 60


def tell_the_secret(folder: Path) -> tuple[bytes, Vector]:
    owner, values = OpenFHE.key_owner(BOOTSTRAPPING), np.linspace(-1, 1, BOOTSTRAPPING.slots)
    owner.write(owner.encrypt(values, 3), folder / "ciphertext")
    return owner.secret(), values


def take_it_up(folder: Path, secret: bytes) -> tuple[Vector, Vector, str]:
    owner = OpenFHE.key_owner(BOOTSTRAPPING)
    owner.restore(secret)
    before = owner.decrypt(owner.read(folder / "ciphertext"))
    again = owner.decrypt(owner.encrypt(before, 2))
    try:
        owner.restore(secret[: len(secret) // 3])
    except IntegrityError as error:
        return before, again, str(error)
    return before, again, ""


def test_another_key_owner_goes_on_with_the_secret_key(tmp_path: Path) -> None:
    secret, values = in_fresh_process(tell_the_secret, tmp_path)
    before, again, why = in_fresh_process(take_it_up, tmp_path, secret)
    np.testing.assert_allclose(before, values, atol=1e-6)
    np.testing.assert_allclose(again, values, atol=1e-6)
    assert "make new keys" in why


#: Sets on both sides of where OpenFHE takes one special prime more, by one prime a digit and by two.
AT_THE_MARGIN = [
    *(ParameterSet(10, first, 45, 1, 2, security=0) for first in (56, 57, 60)),
    *(ParameterSet(10, first, 56, 3, 2, security=0) for first in (59, 60)),
]


def log_p_of_keys(folder: Path) -> list[float]:
    found = []
    for parameters in AT_THE_MARGIN:
        owner = OpenFHE.key_owner(parameters)
        owner.generate(folder, (), False)
        found.append(owner.security().log_p)
    return found


def test_there_are_as_many_special_primes_as_foretold(tmp_path: Path) -> None:
    facts = [capabilities(parameters).security for parameters in AT_THE_MARGIN]
    foretold = [one.log_p for one in facts if one is not None]
    assert foretold == [60, 120, 120, 120, 180]
    assert in_fresh_process(log_p_of_keys, tmp_path) == foretold


def test_openfhes_own_estimate_has_that_margin_and_a_bit() -> None:
    """It makes a context though it estimates one special prime more than it takes."""
    refused = ParameterSet(13, 56, 40, 2, 3)
    with pytest.raises(Unsupported, match="whose modulus it estimates at 257"):
        capabilities(refused)
    with pytest.raises(ParameterError, match="ring dimension"):
        make_context(refused)
    for made in (replace(refused, first_modulus_bits=55), ParameterSet(14, 56, 40, 5, 6)):
        capabilities(made)
        make_context(made)


@pytest.mark.parametrize(("security", "first"), [(128, 47), (128, 56), (192, 46)])
def test_what_openfhes_own_table_refuses_is_known(security: int, first: int) -> None:
    """At N = 2^16 its table has the bounds of the guidelines; its estimate is a bit more than the modulus."""
    parameters = ParameterSet(16, first, 41, 40, 41, security=security)
    with pytest.raises(ParameterError, match="ring dimension"):
        make_context(parameters)
    with pytest.raises(Unsupported, match="whose modulus it estimates"):
        capabilities(parameters)


def test_scales_that_drift_apart_are_known() -> None:
    parameters = ParameterSet(16, 30, 22, 8, 9, security=0)
    with pytest.raises(ParameterError, match="scaling failed"):
        make_context(parameters)
    with pytest.raises(Unsupported, match="choose a larger scale_bits"):
        capabilities(parameters)


def make_keys_of_three_special_primes(folder: Path) -> tuple[SecurityFacts, bytes]:
    owner = OpenFHE.key_owner(THREE_SPECIAL_PRIMES)
    owner.generate(folder, (), False)
    return owner.security(), (folder / "relinearisation_key.bin").read_bytes()


def test_the_special_primes_are_those_foretold(tmp_path: Path) -> None:
    """Each lies in the relinearisation key, as the modulus of one of its polynomials."""
    facts, key = in_fresh_process(make_keys_of_three_special_primes, tmp_path)
    foretold = capabilities(THREE_SPECIAL_PRIMES).security
    assert foretold is not None
    assert secrecy.agree(foretold, facts)
    q = primes_of_q(12, 50, 40, 10)
    p = primes_of_p(12, q, THREE_SPECIAL_PRIMES.digits)
    assert len(p) == 3
    assert all(prime.to_bytes(8, "little") in key for prime in (*q, *p))


@pytest.mark.parametrize("secret", sorted(SECRETS))
@pytest.mark.parametrize("budget", [(1, 1), (2, 2), (3, 3), (4, 3)])
def test_the_bootstrap_depth_is_the_librarys(secret: str, budget: tuple[int, int]) -> None:
    depth = openfhe.CryptoContext.GetBootstrapDepth(list(budget), SECRETS[secret])
    assert MODULAR_REDUCTION_DEPTH[secret] + sum(budget) == depth


def test_parameters_that_openfhe_cannot_use_are_unsupported_with_the_remedy() -> None:
    bootstrap = BOOTSTRAPPING.bootstrap
    assert bootstrap is not None
    with pytest.raises(Unsupported, match="depth to 14"):
        capabilities(replace(BOOTSTRAPPING, bootstrap=replace(bootstrap, depth=12)))
    with pytest.raises(Unsupported, match="iterations 2, not 14"):
        capabilities(replace(TWICE, bootstrap=replace(bootstrap, iterations=2, first_precision_bits=15)))
    with pytest.raises(Unsupported, match="raise the factor"):
        capabilities(replace(BOOTSTRAPPING, bootstrap=replace(bootstrap, correction_factor=4)))
    with pytest.raises(Unsupported, match="set digits to 4"):
        capabilities(replace(PORTABLE, digits=5))


def test_openfhe_checks_the_security_that_a_set_demands() -> None:
    with pytest.raises(ParameterError, match="ring dimension"):
        make_context(replace(PORTABLE, security=128))
    with pytest.raises(ParameterError, match="digits"):
        make_context(replace(PORTABLE, digits=5))


@pytest.mark.parametrize(("log_n", "first", "depth"), [(14, 48, 8), (15, 50, 18)], ids=["n14", "n15"])
def test_the_shared_128_bit_sets_are_accepted_unchanged(log_n: int, first: int, depth: int) -> None:
    shared = ParameterSet(log_n, first, scale_bits=40, depth=depth, digits=depth + 1, security=128)
    context = make_context(shared)
    assert context.GetRingDimension() == shared.n
    assert context.GetElementParams().GetModulus().bit_length() == first + 40 * depth + 1


def steps_of_a_bootstrap(parameters: ParameterSet) -> set[int]:
    """The rotations for which there are keys once a key owner has made those of a bootstrap."""
    owner = OpenFHE.key_owner(parameters)
    made = iter(owner.key_batches((), bootstrap=True, conjugation=False))
    while next(made).file.kind != "bootstrap_keys":
        pass
    tag = owner._keys.secretKey.GetKeyTag()  # type: ignore[attr-defined]
    indices = set(openfhe.CryptoContext.GetExistingEvalAutomorphismKeyIndices(tag))
    return {step for step in range(1, parameters.n // 2) if pow(5, step, 2 * parameters.n) in indices}


@pytest.mark.parametrize("log_slots", [None, 9, 7, 4])
@pytest.mark.parametrize("level_budget", [(1, 1), (2, 2), (3, 3), (2, 3), (4, 4)])
def test_the_rotations_of_a_bootstrap_are_foretold(
    level_budget: tuple[int, int], log_slots: int | None
) -> None:
    parameters = bootstrapping(level_budget, log_slots)
    made = in_fresh_process(steps_of_a_bootstrap, parameters)
    told = capabilities(parameters)
    assert made == {*bootstrap_steps(parameters, level_budget)}
    assert {step for step in made if step < parameters.slots} == {*told.bootstrap_steps}
    assert len(made) + OTHER_BOOTSTRAP_KEYS == told.bootstrap_keys


def bootstrapping(level_budget: tuple[int, int], log_slots: int | None) -> ParameterSet:
    depth = MODULAR_REDUCTION_DEPTH["sparse_encapsulated"] + sum(level_budget)
    return ParameterSet(
        log_n=11,
        first_modulus_bits=54,
        scale_bits=50,
        depth=depth + 6,
        digits=3,
        security=0,
        secret="sparse_encapsulated",
        bootstrap=BootstrapParameters(level_budget, correction_factor=4, depth=depth),
        log_slots=log_slots,
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"log_slots": 1}, "a linear transform of 2 slots has 1 stages, fewer than the level budget"),
        ({"log_slots": 6, "secret": "uniform_ternary", "parties": 2}, "leave log_slots or parties out"),
    ],
)
def test_fewer_slots_have_limits(changes: dict[str, object], sentence: str) -> None:
    with pytest.raises(Unsupported, match=sentence):
        capabilities(replace(bootstrapping((2, 2), None), **changes))  # type: ignore[arg-type]


def decrypted_with_imaginary_parts(size: float) -> bool:
    owner = OpenFHE.key_owner(PORTABLE)
    owner.generate(Path(mkdtemp()), [], False)
    drawn = np.random.default_rng(SEED).normal(0, size, PORTABLE.slots)
    return bool(np.isfinite(owner.decrypt(owner.encrypt(1 + 1j * drawn, 1))).all())


@pytest.mark.parametrize(("size", "readable"), [(0.9, True), (1.1, False)])
def test_it_refuses_to_decrypt_where_the_simulator_that_imitates_it_does(size: float, readable: bool) -> None:
    size *= REFUSED * PORTABLE.n**0.5
    assert in_fresh_process(decrypted_with_imaginary_parts, size) == readable
