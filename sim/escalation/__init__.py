"""Escalation by rule, one rule a file. See `sim.model.policy.EscalationRule`."""
