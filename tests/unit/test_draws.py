"""Draws have an address: what a uniform is, what it depends on, and that the twins agree bit for bit."""

from __future__ import annotations

import math
import os
import pickle
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.errors import LawError
from sim.sampling import draws_pure, streams
from sim.sampling.streams import Purpose, Streams, entity_key, logistic, normal, normals

words = st.integers(min_value=0, max_value=2**64 - 1)
TWINS = [draws_pure, *([streams.draws] if streams.COMPILED else [])]
HALVES = (0.0, 0.5, 1.0)


def reference_block(entity: int, case: int, index: int, key0: int, key1: int) -> tuple[float, ...]:
    """The same block from NumPy's Philox, which steps its counter before it draws."""
    counter = entity | case << 64 | index << 128
    before = (counter - 1) % 2**256
    raw = np.random.Philox(key=key0 | key1 << 64, counter=before).random_raw(4)
    return tuple((int(word >> 12) + 0.5) / 2**52 for word in raw)


@pytest.mark.parametrize("twin", TWINS)
@given(entity=words, case=words, index=words, key0=words, key1=words)
def test_a_block_is_philox4x64_10_at_its_address(twin, entity, case, index, key0, key1):
    drawn = twin.Purpose("x", key0, key1).block(entity, case, index)
    assert drawn == reference_block(entity, case, index, key0, key1)


@pytest.mark.parametrize("twin", TWINS)
def test_one_key_bit_off_fails_the_known_answers(twin):
    assert twin.Purpose("x", 5, 7).block(1, 2, 3) != reference_block(1, 2, 3, 5, 6)


@pytest.mark.parametrize("twin", TWINS)
def test_published_known_answer_of_philox4x64_10(twin):
    # Random123, kat_vectors: philox4x64 10, counter and key all zero.
    expected = (0x16554D9ECA36314C, 0xDB20FE9D672D0FDC, 0xD7E772CEE186176B, 0x7E68B68AEC7BA23B)
    assert twin.Purpose("x", 0, 0).block(0, 0, 0) == tuple(((w >> 12) + 0.5) / 2**52 for w in expected)


def test_the_extreme_uniforms_are_not_zero_and_not_one():
    extremes = [((word >> 12) + 0.5) * 2.0**-52 for word in (0, 2**64 - 1)]
    assert extremes == [2.0**-53, 1.0 - 2.0**-53]
    assert ((2**64 - 1 >> 11) + 0.5) * 2.0**-53 == 1.0  # the 53-bit form, which is the fault avoided


def test_every_part_of_the_address_matters():
    def block(seed=1, replication=2, name="talk", entity=3, case=4, index=5):
        return Streams(seed, replication).purpose(name).block(entity, case, index)

    variants = [
        block(),
        block(seed=2),
        block(replication=1),
        block(name="talks"),
        block(entity=4),
        block(case=5),
        block(index=6),
        block(entity=4, case=3),
    ]
    assert len({u for variant in variants for u in variant}) == 4 * len(variants)


def test_seed_and_replication_are_not_merged():
    assert Streams(1, 23).purpose("x").block(0, 0, 0) != Streams(12, 3).purpose("x").block(0, 0, 0)


def test_a_replication_alone_equals_the_same_one_in_a_batch():
    batch = [Streams(9, k).purpose("talk").block(1, 2, 3) for k in range(5)]
    assert Streams(9, 3).purpose("talk").block(1, 2, 3) == batch[3]


def test_a_new_purpose_changes_no_other_draw():
    before = Streams(9, 0).purpose("talk").block(1, 2, 3)
    other = Streams(9, 0)
    other.purpose("new").block(1, 2, 3)
    assert other.purpose("talk").block(1, 2, 3) == before


def test_keys_are_stable_over_versions_and_machines():
    assert entity_key("billing") == 0xA0153C15F75E6662
    assert Streams(1, 0).purpose("patience").block(entity_key("billing"), 0, 0)[0] == 0.14788585756961103


@pytest.mark.parametrize("twin", TWINS)
def test_blocks_are_the_scalar_blocks(twin):
    purpose = twin.Purpose("x", 11, 12)
    cases = np.array([0, 1, 7, 2**62], dtype=np.int64)
    rows = purpose.blocks(3, cases, 9)
    assert rows.shape == (4, 4)
    assert [tuple(row) for row in rows.tolist()] == [purpose.block(3, case, 9) for case in cases.tolist()]
    assert purpose.blocks(3, cases[:0], 9).shape == (0, 4)


@pytest.mark.parametrize("twin", TWINS)
@pytest.mark.parametrize("wrong", [-1, 2**64])
def test_an_address_beyond_64_bits_is_refused(twin, wrong):
    with pytest.raises(OverflowError):
        twin.Purpose("x", 1, 2).block(wrong, 0, 0)
    with pytest.raises(OverflowError):
        twin.Purpose("x", 1, 2).blocks(0, np.array([-1], dtype=np.int64), 0)


@pytest.mark.parametrize("twin", TWINS)
def test_a_purpose_survives_pickling(twin):
    purpose = twin.Purpose("talk", 5, 2**64 - 1)
    copy = pickle.loads(pickle.dumps(purpose))
    assert copy.name == "talk"
    assert copy.block(1, 2, 3) == purpose.block(1, 2, 3)


uniforms = st.integers(0, 2**52 - 1).map(lambda k: (k + 0.5) * 2.0**-52)


@pytest.mark.skipif(not streams.COMPILED, reason="nothing is compiled here")
@given(u=uniforms, x=st.floats(-800, 800))
def test_the_twins_agree_on_normal_and_logistic(u, x):
    assert streams.draws.normal(u) == draws_pure.normal(u)
    assert streams.draws.logistic(x) == draws_pure.logistic(x)


@given(u=uniforms)
def test_the_normal_quantile_inverts_the_normal_distribution(u):
    z = normal(u)
    tail = 0.5 * math.erfc(abs(z) / math.sqrt(2.0))
    assert tail == pytest.approx(min(u, 1.0 - u), rel=1e-13)
    assert normal(1.0 - u) == -z


def test_normals_are_the_scalar_normals():
    us = Streams(1, 0).purpose("x").blocks(1, np.arange(500), 0).ravel()
    assert normals(us).tolist() == [normal(u) for u in us.tolist()]


@pytest.mark.parametrize("u", [0.0, 1.0, -0.1, 1.1, math.nan, math.inf])
def test_a_uniform_outside_the_open_interval_is_refused(u):
    with pytest.raises(LawError, match="strictly between 0 and 1"):
        normal(u)


def test_logistic_saturates_without_overflow():
    assert (logistic(-1e6), logistic(0.0), logistic(1e6)) == HALVES
    assert logistic(3.0) == pytest.approx(1.0 / (1.0 + math.exp(-3.0)))


def lag_correlation(us: np.ndarray) -> float:
    """Largest |z| of the correlations between the positions of a block and between neighbouring cases."""
    centred = (us - 0.5) * math.sqrt(12.0)
    pairs = [(centred[:, i], centred[:, j]) for i in range(4) for j in range(i)]
    pairs += [(centred[1:, i], centred[:-1, j]) for i in range(4) for j in range(4)]
    return max(abs(float(a @ b)) / math.sqrt(len(a)) for a, b in pairs)


def test_neighbouring_addresses_are_uncorrelated():
    us = Streams(4, 0).purpose("x").blocks(1, np.arange(20_000), 0)
    assert lag_correlation(us) < 4.5


def test_reused_blocks_fail_the_correlation_check():
    us = Streams(4, 0).purpose("x").blocks(1, np.arange(20_000) // 2, 0)
    assert lag_correlation(us) > 4.5


PROBE = """
from hashlib import blake2b
import numpy as np
from sim.sampling import arrivals, laws, streams
purpose = streams.Streams(3, 1).purpose("probe")
us = purpose.blocks(5, np.arange(200), 2).ravel()
parts = [us, arrivals.arrival_times(purpose, 1, [0.0, 9.0, 20.0], [7.0, 30.0])]
parts += [law.quantiles(us) for law in (laws.gamma(3.0, 0.7), laws.hyperexponential([(1, 2.0), (3, 9.0)]))]
print(streams.COMPILED, blake2b(b"".join(part.tobytes() for part in parts)).hexdigest())
"""


@pytest.mark.skipif(not streams.COMPILED, reason="nothing is compiled here")
def test_sim_pure_forces_the_twin_and_gives_the_same_bits():
    def probe(pure: str) -> list[str]:
        environment = {**os.environ, "SIM_PURE": pure}
        command = [sys.executable, "-c", PROBE]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()

    compiled, pure = probe("0"), probe("1")
    assert (compiled[0], pure[0]) == ("True", "False")
    assert compiled[1] == pure[1]


def test_purpose_is_one_type_everywhere():
    assert isinstance(Streams(1, 0).purpose("x"), Purpose)


@pytest.mark.parametrize("twin", TWINS)
def test_blocks_take_integers_of_any_width(twin):
    purpose, cases = twin.Purpose("x", 11, 12), np.array([0, 3, 2**31 - 1])
    assert np.array_equal(purpose.blocks(3, cases.astype(np.int32), 9), purpose.blocks(3, cases, 9))


@pytest.mark.parametrize("twin", TWINS)
@pytest.mark.parametrize("kind", [-1, 6, 99])
def test_a_law_of_no_closed_kind_needs_a_table(twin, kind):
    with pytest.raises(LawError, match="needs a table"):
        twin.Law(kind, 1.0, (0.0, 0.0, 0.0), 1.0, 1.0, "made by hand")
