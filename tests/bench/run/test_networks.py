"""Seconds on networks: of bytes and rounds alone, and said to be computed."""

import pytest

from bench.run.networks import PROFILES, Profile, taken


def test_bytes_take_their_time_and_every_round_a_message_there_and_back() -> None:
    network = Profile("a network", round_trip_s=0.5, bytes_per_s=1e6).taken(2_000_000, 3_000_000, rounds=4)
    assert network.keys_s == pytest.approx(0.25 + 2)
    assert network.online_s == pytest.approx(4 * 0.5 + 3)
    assert (network.name, network.round_trip_s, network.bytes_per_s) == ("a network", 0.5, 1e6)


def test_the_wide_network_is_the_slower_one() -> None:
    lan, wan = taken(10**9, 10**7, 3)
    assert [lan.name, wan.name] == [profile.name for profile in PROFILES] == ["LAN", "WAN"]
    assert lan.keys_s < wan.keys_s
    assert lan.online_s < wan.online_s
