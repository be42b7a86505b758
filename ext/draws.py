"""What `import sim.ext.draws` finds where draws.pyx is not compiled: the twin."""

from sim.sampling.draws_pure import Law, Purpose, invert_rates, logistic, normal, normals

__all__ = ["Law", "Purpose", "invert_rates", "logistic", "normal", "normals"]
