"""The admin pages of entries, categories, tags and web links."""

from glossary.admin import pages, vocabularies, weblinks

__all__ = ["pages", "vocabularies", "weblinks"]
