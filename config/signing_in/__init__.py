"""Coming in: password, second factor, passkey, single sign-on. allauth does the work; what it may do is said here."""
