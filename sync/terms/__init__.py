"""Terms from files of other shapes: tables, JSON lines and linked data."""
