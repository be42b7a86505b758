"""M/M/n+M in Ciw: a network of one node whose customers renege. Importing this needs Ciw (extra `bench`)."""

from __future__ import annotations

import ciw

from tests.bench.baselines.parameters import Line
from tests.bench.baselines.tally import Tally


def run(line: Line, seed: int) -> Tally:
    """Run to the end of the arrivals; who is still there is not counted."""
    ciw.seed(seed)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(line.rate)],
        service_distributions=[ciw.dists.Exponential(1.0 / line.service)],
        reneging_time_distributions=[ciw.dists.Exponential(1.0 / line.patience)],
        number_of_servers=[line.agents],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_time(line.length)
    records = simulation.get_all_records()
    abandoned = sum(record.record_type == "renege" for record in records)
    return Tally(len(records), abandoned, sum(record.waiting_time for record in records))
