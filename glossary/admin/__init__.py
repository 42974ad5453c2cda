"""The admin pages of entries, categories, tags and web links, and of their health."""

from glossary.admin import health, pages, vocabularies, weblinks

__all__ = ["health", "pages", "vocabularies", "weblinks"]
