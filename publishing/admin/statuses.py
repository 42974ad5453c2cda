"""Words for the status that a document says."""

STATUSES = (("published", "Current"), ("draft", "Draft"), ("deprecated", "Deprecated"))
