"""The oracles of this folder against numbers that others printed (tests/cases.json), and against one another.

They import nothing from the simulator; each is shown to notice a parameter that is a little off.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.oracles import birth_death, desks, infinite_server, network, offered_wait, priority, redial
from tests.oracles.infinite_server import Limited
from tests.oracles.priority import Service
from tests.theory.lines import HYPEREXPONENTIAL
from tests.theory.printed import expected, model

PRINTED = 1e-9  # closed forms are printed with this relative precision
SOLVED = 1e-6  # chains that were solved numerically with this one


@pytest.mark.parametrize("case", ["CF-EB-1", "CF-EB-2", "CF-EB-3", "CF-EB-5"])
def test_blocking_is_the_printed_one(case: str) -> None:
    m, printed = model(case), expected(case, "p_block", "occupancy")
    found = birth_death.line(m["lam"], m["aht"], m["n"], waiting_room=0)
    assert [found.blocking, found.occupancy] == pytest.approx(printed, rel=PRINTED)
    off = birth_death.line(1.001 * m["lam"], m["aht"], m["n"], waiting_room=0)
    assert [off.blocking, off.occupancy] != pytest.approx(printed, rel=1e-4)


def _line(m: dict[str, Any], patience: float = 1.0) -> birth_death.Line:
    mean = m["patience"]["mean"] * patience if "patience" in m else np.inf
    room = m["K_total"] - m["n"] if "K_total" in m else None
    return birth_death.line(m["lam"], m["aht"], m["n"], mean, room, m.get("T", 20.0))


@pytest.mark.parametrize("case", ["CF-EC-1", "CF-EC-2", "CF-EC-3", "CF-EC-5", "CF-EC-6", "CF-EC-7", "CF-EC-9"])
def test_waits_of_the_patient_are_the_printed_ones(case: str) -> None:
    found, m = _line(model(case)), model(case)
    names = ("p_wait", "mean_wait", "service_level", "occupancy")
    printed = expected(case, *names)
    assert [found.p_wait, found.wait_all, found.service_level, found.occupancy] == pytest.approx(printed, rel=1e-7)
    assert found.wait_all == pytest.approx(found.asa, rel=1e-7)
    assert birth_death.line(m["lam"], 0.999 * m["aht"], m["n"]).wait_all != pytest.approx(printed[1], rel=1e-3)


@pytest.mark.parametrize("case", ["CF-EA-1", "CF-EA-2", "CF-EA-3", "CF-EA-5", "CF-EA-6", "CF-EA-8"])
def test_waits_of_the_impatient_are_the_printed_ones(case: str) -> None:
    names = ("p_wait", "p_abandon", "mean_wait", "mean_wait_served", "occupancy")
    levels = ("sl_served_within_T_over_offered", "sl_excl_short_abandon")
    printed = expected(case, *names, *levels)

    def numbers(found: birth_death.Line) -> list[float]:
        in_order = (found.p_wait, found.abandonment, found.wait_all, found.asa, found.occupancy)
        return [*in_order, found.sl_offered, found.service_level]

    assert numbers(_line(model(case))) == pytest.approx(printed, rel=PRINTED)
    assert numbers(_line(model(case), patience=1.01)) != pytest.approx(printed, rel=1e-4)


@pytest.mark.parametrize("case", ["CF-EAK-1", "CF-EAK-2", "CF-EAK-4"])
def test_a_limited_line_is_the_printed_one(case: str) -> None:
    names = ("p_wait_entering", "p_abandon_entering", "mean_wait_entering", "mean_wait_served", "occupancy")
    printed = expected(case, "p_block", *names)

    def numbers(found: birth_death.Line) -> list[float]:
        return [found.blocking, found.p_wait, found.abandonment, found.wait_all, found.asa, found.occupancy]

    assert numbers(_line(model(case))) == pytest.approx(printed, rel=1e-8, abs=1e-13)
    assert numbers(_line(model(case) | {"lam": 1.001 * model(case)["lam"]})) != pytest.approx(printed, rel=1e-4)


@pytest.mark.parametrize(("case", "cv"), [("CF-MG1-1", 0.0), ("CF-MG1-2", 0.5), ("CF-MG1-3", 0.5), ("CF-MG1-5", 2.0)])
def test_pollaczek_and_khinchine_are_the_printed_ones(case: str, cv: float) -> None:
    (printed,) = expected(case, "mean_wait")
    rate = model(case)["lam"]
    assert priority.pollaczek_khinchine(rate, Service.of(1.0, cv)) == pytest.approx(printed, rel=PRINTED)
    assert priority.pollaczek_khinchine(rate, Service.of(1.0, cv + 0.01)) != pytest.approx(printed, rel=1e-5)


def test_the_waits_of_three_classes_at_one_agent_are_the_printed_ones() -> None:
    printed = expected("CF-MG1P-1", *(f"mean_wait_class{n}" for n in (1, 2, 3)))
    services = [Service.of(1.0, 1.0), Service.of(1.5, 0.5), Service.of(2.0, 0.0)]
    rates = model("CF-MG1P-1")["lam"]
    assert priority.single_server(rates, services) == pytest.approx(printed, rel=PRINTED)
    loads = [rate * service.mean for rate, service in zip(rates, services, strict=True)]
    weighted = sum(load * wait for load, wait in zip(loads, printed, strict=True))
    turned = priority.single_server(rates[::-1], services[::-1])
    conserved = sum(load * wait for load, wait in zip(loads[::-1], turned, strict=True))
    assert conserved == pytest.approx(weighted, rel=PRINTED)  # no order changes the waiting work
    assert turned[::-1] != pytest.approx(printed, rel=0.1)


@pytest.mark.parametrize("case", ["CF-MMNP-1", "CF-MMNP-3", "CF-MMNP-4"])
def test_the_waits_of_classes_at_many_agents_are_the_printed_ones(case: str) -> None:
    m = model(case)
    printed = expected(case, *(f"mean_wait_class{n + 1}" for n in range(len(m["lam"]))))
    assert priority.many_servers(m["lam"], 1.0 / m["mu"], m["n"]) == pytest.approx(printed, rel=PRINTED)
    assert priority.many_servers(m["lam"], 1.001 / m["mu"], m["n"]) != pytest.approx(printed, rel=1e-4)


@pytest.mark.parametrize("case", ["CF-JK-1", "CF-JK-3"])
def test_the_stations_of_a_network_are_the_printed_ones(case: str) -> None:
    m = model(case)
    services = [1.0 / mu for mu in m["mu"]]
    rates = network.traffic(m["gamma"], m["routing"])
    lines = network.stations(m["gamma"], m["routing"], services, m["n"])
    for n, (rate, line) in enumerate(zip(rates, lines, strict=True), 1):
        printed = expected(case, *(f"node{n}_{name}" for name in ("throughput", "occupancy", "p_wait", "mean_wait")))
        assert [rate, line.occupancy, line.p_wait, line.wait_all] == pytest.approx(printed, rel=PRINTED)
    (printed_sojourn,) = expected(case, "mean_total_sojourn_per_contact")
    assert network.sojourn(m["gamma"], m["routing"], services, m["n"]) == pytest.approx(printed_sojourn, rel=PRINTED)
    more = 1.001 * np.asarray(m["routing"])
    assert network.sojourn(m["gamma"], more, services, m["n"]) != pytest.approx(printed_sojourn, rel=1e-5)


@pytest.mark.parametrize("case", ["EX-REDIAL-1", "EX-REDIAL-2"])
def test_the_chain_of_those_who_redial_is_the_printed_one(case: str) -> None:
    m = model(case)
    printed = expected(
        case, "attempt_rate", "p_abandon_per_attempt", "mean_orbit", "mean_wait_per_attempt", "occupancy"
    )

    def numbers(probability: float) -> list[float]:
        found = redial.redial(m["lam"], 1 / m["mu"], m["n"], probability, 1 / m["redial_rate"], 1 / m["patience_rate"])
        rate = m["lam"] * found.attempts_per_case
        return [rate, found.abandonment, found.in_orbit, found.wait_all, found.occupancy]

    assert numbers(m["redial_prob"]) == pytest.approx(printed, rel=SOLVED)
    assert numbers(1.001 * m["redial_prob"]) != pytest.approx(printed, rel=1e-5)


@pytest.mark.parametrize(("case", "servers"), [("CF-RET-1", 1), ("EX-RET-2", 10)])
def test_the_orbit_of_those_who_redial_until_served_is_the_printed_one(case: str, servers: int) -> None:
    m, (printed,) = model(case), expected(case, "mean_orbit")
    found = redial.redial(m["lam"], 1 / m["mu"], servers, 1.0, 1 / m["nu"], waiting_room=0, most_in_orbit=150)
    assert found.in_orbit == pytest.approx(printed, rel=SOLVED)
    assert found.occupancy == pytest.approx(m["lam"] / m["mu"] / servers, rel=SOLVED)
    off = redial.redial(m["lam"], 1 / m["mu"], servers, 1.0, 1.001 / m["nu"], waiting_room=0, most_in_orbit=150)
    assert off.in_orbit != pytest.approx(printed, rel=1e-4)


def test_without_redial_the_chain_is_erlang_a() -> None:
    line, chain = birth_death.line(0.1, 100.0, 8, 60.0), redial.redial(0.1, 100.0, 8, 0.0, 50.0, 60.0)
    assert (chain.abandonment, chain.occupancy) == pytest.approx((line.abandonment, line.occupancy), rel=1e-9)


WAVES: dict[str, Limited] = {
    "EX-MTGINF-exponential": infinite_server.exponential(1.0),
    "EX-MTGINF-deterministic": infinite_server.deterministic(1.0),
    "EX-MTGINF-hyperexp2": infinite_server.hyperexponential(HYPEREXPONENTIAL),
}


@pytest.mark.parametrize("case", WAVES)
def test_how_many_are_busy_under_a_wave_is_the_printed_number(case: str) -> None:
    """The wave as steps of 0.01, which are level at the mean of their ends."""
    edges = np.arange(-80.0, 8.005, 0.01)
    rates = 20.0 * (1.0 + 0.5 * np.sin(2.0 * np.pi * (edges[:-1] + 0.005) / 8.0))
    printed = expected(case, *(f"mean_busy_t{n}" for n in (0, 3, 6)))
    found = [infinite_server.mean_busy(float(at), edges, rates, WAVES[case]) for at in (0, 3, 6)]
    assert found == pytest.approx(printed, rel=1e-4)
    for other in set(WAVES) - {case}:
        assert [infinite_server.mean_busy(float(at), edges, rates, WAVES[other]) for at in (0, 3, 6)] != pytest.approx(
            printed, rel=1e-2
        )


def test_a_limited_lognormal_is_the_integral_of_its_tail() -> None:
    from scipy import integrate, stats

    sigma = np.sqrt(np.log1p(1.5**2))
    tail = stats.lognorm(sigma, scale=900.0 * np.exp(-(sigma**2) / 2.0)).sf
    limited = infinite_server.lognormal(900.0, 1.5)
    for x in (300.0, 900.0, 5000.0):
        assert limited(x) == pytest.approx(integrate.quad(tail, 0.0, x)[0], rel=1e-9)
        assert infinite_server.lognormal(900.0, 1.6)(x) != pytest.approx(limited(x), rel=1e-6)


def test_repeats_are_a_geometric_series_that_is_cut_off() -> None:
    assert redial.repeats(0.4, 0.5, 4) == pytest.approx(1.0 + 0.2 + 0.04 + 0.008, rel=1e-14)
    assert redial.repeats(0.4, 0.5, 50) == pytest.approx(1.0 / 0.8, rel=1e-14)


OFFERED = {"p_wait": "p_offered_wait_pos", "abandonment": "p_abandon", "wait_all": "mean_wait"}
STAYS = {
    "CF-EG-1": lambda x: (x < 2.0) * 1.0,
    "CF-EG-2": lambda x: (x < 0.5) * 1.0,
    "CF-EG-10": lambda x: np.clip((5.0 - x) / 2.0, 0.0, 1.0),
}


@pytest.mark.parametrize("case", STAYS)
def test_the_density_of_the_offered_wait_gives_the_printed_shares(case: str) -> None:
    """Exponential patience of the same mean does not."""
    given, printed = model(case), expected(case, *OFFERED.values())
    one = given["lam"], given["aht"], given["n"]
    found = offered_wait.impatient(*one, STAYS[case], 30.0, given["T"])
    wrong = offered_wait.impatient(*one, lambda x: np.exp(-x / given["patience"]["mean"]), 30.0, given["T"])
    for name, truth in zip(OFFERED, printed, strict=True):
        assert found[name] == pytest.approx(truth, rel=2e-3)
        assert wrong[name] != pytest.approx(truth, rel=0.02)


def test_small_desks_without_their_special_part_are_the_line_they_are_made_of() -> None:
    """No wrap-up, equal agents, chats that slow nobody, nobody who returns, one shift for good: Erlang-A and -C."""
    plain = birth_death.line(0.03, 60.0, 3, 90.0)
    chat = birth_death.line(0.0077, 240.0, 3, 200.0)
    patient = birth_death.line(0.02, 100.0, 3)
    cases = [
        (desks.wrap_up(0.03, 60.0, 1e-7, 3, 90.0), plain),
        (desks.unequal(0.03, [60.0] * 3, 90.0, ranked=False), plain),
        (desks.unequal(0.03, [60.0] * 3, 90.0, ranked=True), plain),
        (desks.chat(0.0077, 240.0, [1.0] * 3, 200.0), chat),
    ]
    for found, line in cases:
        assert found["wait_all"] == pytest.approx(line.wait_all, rel=1e-3)
        assert found["abandonment"] == pytest.approx(line.abandonment, rel=1e-3)
    one = desks.relieved(0.03, 60.0, 90.0, [(3, 1e5)])  # from empty, so a little less
    assert one["abandonment"] == pytest.approx(plain.abandonment, rel=5e-3)
    assert desks.returning_first(0.02, 100.0, 3, 1e-9, 1.0, 60, 3)["wait new"] == pytest.approx(
        patient.wait_all, rel=1e-6
    )


def test_priority_that_grows_alike_is_none_and_one_that_grows_at_once_is_cobhams() -> None:
    services = [Service(60.0, 3600.0), Service(100.0, 20000.0)]
    rates = (0.005, 0.0045)
    alike = offered_wait.growing_priority(rates, services, (1.0, 1.0))
    residual = sum(rate * service.square for rate, service in zip(rates, services, strict=True)) / 2.0
    assert alike == pytest.approx([residual / 0.25] * 2, rel=1e-12)
    strict = offered_wait.growing_priority(rates, services, (1e12, 1.0))
    assert strict == pytest.approx(priority.single_server(rates, services), rel=1e-9)
    with pytest.raises(AssertionError):
        assert strict == pytest.approx(alike, rel=0.1)


# --- oracles know nothing of the simulator ---------------------------------------------------------------------------

ORACLES = sorted(f"tests.oracles.{file.stem}" for file in Path(birth_death.__file__).parent.glob("*.py"))
ALONE = """
import importlib, sys

class Refused:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] == "sim":
            raise ImportError(f"asked for {name}")

sys.meta_path.insert(0, Refused)
for name in sys.argv[1:]:
    importlib.import_module(name)
"""


def _imported(*names: str) -> subprocess.CompletedProcess[str]:
    """Import modules in a process that has no simulator: whoever needs it, directly or through others, fails."""
    command = [sys.executable, "-c", ALONE, *names]
    return subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)


def test_oracles_import_nothing_from_the_simulator() -> None:
    assert {"tests.oracles.kiefer_wolfowitz", "tests.oracles.two_skills", "tests.oracles.textbook"} <= set(ORACLES)
    done = _imported(*ORACLES, "tests.statistics.transient")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("module", ["sim.staffing.erlang", "tests.theory.measuring", "tests.invariants.account"])
def test_an_import_from_the_simulator_would_be_noticed(module: str) -> None:
    """Also one that goes through a module of the tests."""
    done = _imported(module)
    assert done.returncode != 0 and "asked for sim" in done.stderr
