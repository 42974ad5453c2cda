"""Requests of Lemma to other hosts. Plain Python."""
