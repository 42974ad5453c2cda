"""How many answers a second the API gives, against the least that anybody would need: `python -m benchmarks.api`."""
