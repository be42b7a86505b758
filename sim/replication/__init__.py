"""The parts of which `sim.simulate` puts a replication together: rules, what changes, what is measured, who works."""
