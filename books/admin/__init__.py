"""The admin pages of books."""

from books.admin import pages

__all__ = ["pages"]
