"""Where to run a circuit: each backend's expected success, price and wait, from the published warehouse alone."""

from ionq_data.placement.choice import Advice, Option, advise
from ionq_data.placement.facts import Circuit, Held, read_backends, read_held

__all__ = ["Advice", "Circuit", "Held", "Option", "advise", "read_backends", "read_held"]
