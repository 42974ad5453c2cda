"""The admin pages of entries, categories and tags."""

from glossary.admin import pages, vocabularies

__all__ = ["pages", "vocabularies"]
