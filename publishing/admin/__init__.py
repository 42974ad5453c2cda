"""What the admin pages of every kind share. Kinds register their own pages."""
