"""How fast Lemma is, as ratios to the least that anybody would need for the same work: `make bench`."""
