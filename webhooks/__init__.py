"""Tells other programs what was published: from the change feed, signed, at least once, in order for each item."""
