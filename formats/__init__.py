"""What is published, in the formats of others: values in, text out. Nothing here asks a database or a request."""
