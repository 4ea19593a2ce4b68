"""A whole record, as a run would write it."""

from datetime import datetime, timezone
from typing import Any

import pytest

from reports.costs import (
    Counts,
    Energy,
    Evaluation,
    Latency,
    LayerTime,
    Memory,
    Network,
    Price,
    Primitive,
    PrimitiveCounts,
    StageCost,
    Stretch,
    UnsupportedPrimitive,
    Wire,
)
from reports.ladder import HeldOutLadder, Ladder, LayerPrecision, Loss, Precision
from reports.origin import Origin
from reports.record import Environment, Parameters, Record, SecurityBlock, Shape, Status


@pytest.fixture
def fields() -> dict[str, Any]:
    """The arguments of a record that ended ok, everything measured but the bootstrap's keys."""
    return {
        "run_id": "20261123T044500Z-a1b2c3",
        "started_at": datetime(2026, 11, 23, 4, 45, tzinfo=timezone.utc),
        "suite": "vit_tiny",
        "case": "digits",
        "backend": "tenseal",
        "parameter_set": "n14_first48_scale40_depth8_digits9",
        "parameters": Parameters(
            alias="shared14",
            log_n=14,
            first_modulus_bits=48,
            scale_bits=40,
            depth=8,
            digits=9,
            refresh="round_trip",
            program="portable",
        ),
        "cell": "vit_tiny/digits/tenseal/n14_first48_scale40_depth8_digits9/0123456789ab",
        "key": "ab" * 32,
        "origin": Origin(
            program="01" * 32,
            scoring="02" * 32,
            adapter="03" * 32,
            model="04" * 32,
            data="05" * 32,
            parameters="06" * 32,
            demanded="07" * 32,
            libraries={"tenseal": "0.3.18"},
            build="default",
            threads=1,
            repeats=2,
            probes=False,
            audit=False,
        ),
        "status": Status.OK,
        "security": SecurityBlock(
            bits=128,
            log_n=14,
            log_qp=427.99,
            secret="uniform_ternary",
            source="table 5.2",
            secure=True,
            secret_from="declared",
            error_deviation=3.24,
            error_from="declared",
        ),
        "shape": Shape(kind="vit", tokens=16, width=32, blocks=2),
        "samples": 64,
        "batch": 64,
        "repeats": 2,
        "ladder": Ladder(
            original=0.975,
            he_friendly=0.98,
            polynomial=0.98,
            encrypted=0.98,
            label_agreement=1.0,
            logit_error_max=1e-4,
            logit_error_mean=2e-5,
            precision_bits=15.5,
            precision=Precision(least=15.5, mean=17.75, median=18.25, p99=16.5, error_max=1e-4),
            layers=[
                LayerPrecision(
                    name="block0.attention",
                    precision_bits=16.25,
                    error_max=1e-5,
                    precision=Precision(least=16.25, mean=18.25, median=18.5, p99=17.0, error_max=1e-5),
                )
            ],
            held_out=HeldOutLadder(
                samples=360,
                digest="cd" * 32,
                metric="accuracy",
                original=0.975,
                he_friendly=0.9875,
                polynomial=0.98,
                drifts=[
                    Loss(
                        from_rung="he_friendly",
                        to_rung="polynomial",
                        mean=0.0075,
                        low=-0.0025,
                        high=0.0175,
                        standard_error=0.005,
                        confidence=0.95,
                    )
                ],
            ),
        ),
        "latency": Latency(
            plan_s=1.5,
            wall_s=66.75,
            keygen_s=3.0,
            make_keys_s=1.75,
            write_keys_s=1.25,
            prepare_model_s=2.0,
            load_keys_s=0.75,
            encode_model_s=1.25,
            encrypt_s=0.5,
            evaluate_s=60.0,
            planned_evaluate_s=50.0,
            round_trips_s=8.0,
            decrypt_s=0.25,
            other_s=1.0,
            per_sample_s=0.9375,
            clear_model_s=0.01,
            layers=[LayerTime(name="block0.attention", s=12.5)],
            course=[
                Stretch(layer="block0.attention", highest=7, lowest=2, count=400, s=12.5),
                Stretch(layer="block0.mlp", refresh="round_trip", highest=8, lowest=8, count=3, s=8.0),
            ],
            primitives=[
                Primitive(name="rotations", level=7, count=120, s=4.5, samples_s=[0.036, 0.038], bytes=786432)
            ],
            unsupported=[UnsupportedPrimitive(name="bootstrap", reason="SEAL has no CKKS bootstrap")],
            runs=[Evaluation(cold=True, evaluate_s=60.0), Evaluation(cold=False, evaluate_s=58.0)],
            stages=[
                StageCost(
                    stage="evaluate",
                    party="evaluator",
                    wall_s=60.5,
                    waited_s=6.0,
                    user_s=52.0,
                    system_s=1.5,
                    idle_s=1.0,
                    voluntary_switches=14,
                    involuntary_switches=90,
                )
            ],
        ),
        "memory": Memory(
            keygen_peak_bytes=1_200_000_000,
            key_owner_peak_bytes=300_000_000,
            evaluator_peak_bytes=2_400_000_000,
            together_peak_bytes=2_800_000_000,
            public_key_bytes=2_400_000,
            relinearisation_key_bytes=20_000_000,
            rotation_keys_bytes=800_000_000,
            ciphertexts_in_bytes=4_000_000,
            ciphertexts_out_bytes=500_000,
            prepared_model_bytes=900_000_000,
        ),
        "counts": Counts(
            bootstraps_planned=0,
            bootstraps=0,
            round_trips=6,
            rotations=1200,
            rotation_keys=40,
            ct_ct=96,
            ct_pt=2048,
            relinearisations=90,
            rescales=400,
            drops=50,
            additions=2400,
            negations=3,
            conjugations=0,
            levels_used=24,
            levels_after_refresh=8,
            library=PrimitiveCounts(
                bootstraps=0,
                rotations=1200,
                ct_ct=96,
                ct_pt=2098,
                relinearisations=90,
                rescales=450,
                drops=0,
                additions=2400,
                negations=3,
                conjugations=0,
            ),
        ),
        "wire": Wire(
            to_evaluator_bytes=830_000_000,
            to_key_owner_bytes=6_000_000,
            messages=14,
            rounds=13,
            networks=[Network(name="WAN", round_trip_s=0.04, bytes_per_s=50e6, keys_s=16.6, online_s=0.6)],
        ),
        "energy": Energy(source="RAPL", keys_j=40.0, evaluate_j=900.0, wall_j=940.0),
        "price": Price(
            currency="EUR",
            server="m6a.large",
            server_per_hour=0.093,
            traffic_per_gb=0.081,
            computing=0.0016,
            traffic=0.0005,
            total=0.0021,
        ),
        "environment": Environment(
            cpu="a processor",
            cores=2,
            threads=1,
            pinned=[1],
            shared=[],
            memory_bytes=25_000_000_000,
            load=0.5,
            steal_s=0.0,
            stopped_s=0.0,
            isolation="landlock",
            swap="locked",
            calibration_s=0.21,
            os="Linux 6.1",
            python="3.11.4",
            libraries={"tenseal": "0.3.18"},
            build={"seal": "4.3"},
            git="0" * 40,
        ),
    }


@pytest.fixture
def record(fields: dict[str, Any]) -> Record:
    """A record that ended ok."""
    return Record(**fields)
