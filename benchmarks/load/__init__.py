"""Whether Lemma stays as fast and as small as it was while people write and read all the time:
`python -m benchmarks.load`.
"""
