"""The same entries as pages of Wagtail, answered by its API v2. A project of its own, in an environment of its own."""
