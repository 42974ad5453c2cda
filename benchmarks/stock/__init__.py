"""The same entries in the admin as Django ships it, on the same database: what our forms and lists are compared to."""
