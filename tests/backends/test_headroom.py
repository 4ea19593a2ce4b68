"""Values beyond a modulus are refused before keys are made; in the simulator they wrap, as in a library."""

from __future__ import annotations

import re
from dataclasses import replace
from math import inf

import numpy as np
import pytest

from backends.cleartext.adapter import CleartextEvaluator, CleartextKeyOwner
from backends.conformance.graphs import Builder
from backends.errors import PlanError
from backends.headroom import bootstrapped, check, coefficients, room, slots_of, wrapped
from backends.parameters import SLOTS_TO_COEFFICIENTS_FIRST
from backends.planner import Refresh, plan
from models import reference
from models.graph import Graph
from models.layers import LayerShape, layer, layer_inputs
from tests.toy import BOOTSTRAPPING, PORTABLE

ROUND_TRIPS = Refresh("round_trip", PORTABLE.depth, 0)


def times(graph: Graph, node: str, factor: float) -> Graph:
    """The graph with the weights of a linear node times a factor."""
    arrays = {**graph[node].arrays, "weight": graph[node].arrays["weight"] * factor}
    nodes = [replace(one, arrays=arrays) if one.name == node else one for one in graph]
    return replace(graph, nodes=tuple(nodes))


def test_coefficients_are_those_whose_polynomial_has_the_slots() -> None:
    random = np.random.default_rng(1)
    polynomial = random.normal(size=16)
    root = np.exp(1j * np.pi / 16)
    values = [np.polynomial.polynomial.polyval(root ** pow(5, j, 32), polynomial) for j in range(8)]
    assert np.allclose(slots_of(polynomial), values)
    slots = random.normal(size=8)
    for one in (slots, slots + 1j * random.normal(size=8)):
        assert np.allclose(slots_of(coefficients(one)), one)
        assert np.abs(coefficients(one)).max() <= np.abs(one).mean()


def test_the_room_at_a_level() -> None:
    assert room(replace(PORTABLE, first_modulus_bits=60), 0) == 2.0**19
    assert room(PORTABLE, 2) == 2.0 ** (9 + 80)


def test_what_wraps_differs_by_multiples_of_the_modulus() -> None:
    slots = np.random.default_rng(2).normal(size=64) * 1e4
    differences = (coefficients(slots) - coefficients(wrapped(slots, 512.0))) / 1024
    assert np.allclose(differences, np.round(differences), atol=1e-6)
    assert wrapped(slots / 1e4, 512.0) is not slots
    assert np.array_equal(wrapped(slots / 1e4, 512.0), slots / 1e4)
    turned = slots * (0.6 + 0.8j)
    differences = (coefficients(turned) - coefficients(wrapped(turned, 512.0))) / 1024
    assert np.allclose(differences, np.round(differences), atol=1e-6)


@pytest.mark.parametrize(("kind", "node"), [("linear", "linear"), ("block", "mlp.projection")])
def test_values_too_large_for_the_first_modulus_are_refused_with_their_layer(kind: str, node: str) -> None:
    """As they are they fit; ten million times as large they do not, where they are decrypted at level 0."""
    shape = LayerShape(kind, 4, 8, 2, 3)
    graph, inputs = layer(shape, 1), layer_inputs(shape, 2, 1)
    plan(graph, PORTABLE, ROUND_TRIPS, values=reference.run(graph, inputs))
    large, name = times(graph, node, 1e7), graph[graph.output].layer
    with pytest.raises(PlanError, match=rf"in layer {name} .*50 bits at a scale of 2\^40 holds 5.1e\+02"):
        plan(large, PORTABLE, ROUND_TRIPS, values=reference.run(large, inputs))


def test_the_remedy_is_right() -> None:
    shape = LayerShape("linear", 4, 8, 2, 3)
    graph = times(layer(shape, 1), "linear", 1e5)
    values = reference.run(graph, layer_inputs(shape, 64, 1))
    with pytest.raises(PlanError) as refused:
        plan(graph, PORTABLE, ROUND_TRIPS, values=values)
    bits = int(re.findall(r"use first_modulus_bits of (\d+)", str(refused.value))[0])
    plan(graph, replace(PORTABLE, first_modulus_bits=bits), ROUND_TRIPS, values=values)
    with pytest.raises(PlanError):
        plan(graph, replace(PORTABLE, first_modulus_bits=bits - 1), ROUND_TRIPS, values=values)


def test_a_constant_that_no_plaintext_holds_is_refused_without_samples() -> None:
    build = Builder(1, 2, 4)
    mapped = build.linear("input", 4, 4)
    build.nodes[-1].arrays["bias"][:] = 1e6
    with pytest.raises(PlanError, match=f"a constant of layer layer of {mapped}"):
        plan(build.graph(), PORTABLE, ROUND_TRIPS)


def test_values_between_may_be_large() -> None:
    """Above the last level there is room, and what comes down again is right."""
    build = Builder(1, 2, 4)
    large = build.add("scale", build.linear("input", 4, 4), factor=1e8)
    build.add("scale", large, factor=1e-8)
    graph = build.graph()
    plan(graph, PORTABLE, ROUND_TRIPS, values=reference.run(graph, np.ones((2, 2, 4))))


def test_a_value_is_held_against_the_bootstrap_that_refreshes_it() -> None:
    evaluator, owner = CleartextEvaluator(BOOTSTRAPPING), CleartextKeyOwner(BOOTSTRAPPING)
    fits, wraps = (owner.encrypt(np.full(BOOTSTRAPPING.slots, value), 1) for value in (15.0, 17.0))
    assert np.allclose(owner.decrypt(evaluator.bootstrap(fits)), 15)
    assert np.allclose(owner.decrypt(evaluator.bootstrap(wraps)), 17 - 32)


def test_a_value_that_the_sine_of_a_bootstrap_spoils_is_refused_unless_its_mean_is_taken_out() -> None:
    """A period of 32 gives 4 back as 3.6, which a mean of 5 in all slots is beyond."""
    build, last = Builder(1, 2, 4), "input"
    for _ in range(20):
        last = build.add("scale", last, factor=1.0)
    graph = build.graph()
    values = reference.run(graph, np.full((2, 2, 4), 5.0))
    refresh = Refresh("bootstrap", top=4, entry=1, period=32.0)
    with pytest.raises(
        PlanError,
        match=r"coefficients 5\), and a bootstrap loses a tenth .* beyond 4; use a correction_factor of 6",
    ):
        plan(graph, BOOTSTRAPPING, refresh, values=values)
    plan(graph, BOOTSTRAPPING, replace(refresh, period=64.0), values=values)
    centred = replace(
        graph, nodes=tuple(replace(node, attributes={**node.attributes, "mean": 4.5}) for node in graph)
    )
    plan(centred, BOOTSTRAPPING, refresh, values=values)


def test_a_bootstrap_that_begins_with_slots_to_coefficients_holds_each_slot() -> None:
    """One slot beyond the bound has small coefficients: only that kind of bootstrap wraps it."""
    assert BOOTSTRAPPING.bootstrap is not None
    first = replace(BOOTSTRAPPING.bootstrap, kind=SLOTS_TO_COEFFICIENTS_FIRST)
    slots_first = replace(BOOTSTRAPPING, bootstrap=first)
    most = room(slots_first, 0)
    slots = np.zeros(BOOTSTRAPPING.slots)
    slots[3] = most + 1
    assert np.array_equal(bootstrapped(BOOTSTRAPPING, slots), slots)
    assert bootstrapped(slots_first, slots)[3] == pytest.approx(1 - most)
    check(BOOTSTRAPPING, 0, [slots], "a value", inf)
    check(slots_first, 0, [slots], "a value")
    with pytest.raises(PlanError, match="holds 16"):
        check(slots_first, 0, [slots], "a value", inf)
    evaluator = CleartextEvaluator(slots_first)
    levels = slots_first.bootstrap_levels
    assert levels is not None
    owner = CleartextKeyOwner(slots_first)
    assert owner.decrypt(evaluator.bootstrap(owner.encrypt(slots, levels[0])))[3] == pytest.approx(1 - most)
