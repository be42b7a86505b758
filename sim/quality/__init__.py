"""Quality: the latent truth, what is measured of it, and the signals that rules may see."""
