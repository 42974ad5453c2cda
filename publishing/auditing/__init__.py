"""Who did what with accounts, roles and tokens, and who came in: kept for whoever has to find out."""
