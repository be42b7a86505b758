"""Draws by address (`streams`), laws by inversion (`laws`, `tables`), arrivals (`arrivals`).

Knows nothing of the model.
"""
