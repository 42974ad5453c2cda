"""All that is Lemma's in one file, and back: database, uploads, and the content files that the database refers to."""
