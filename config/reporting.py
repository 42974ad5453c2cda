"""Errors told to Sentry, or to what speaks its language, where settings name one."""

from django.core.exceptions import ImproperlyConfigured


def start(dsn: str) -> None:
    """Raises ImproperlyConfigured: the package is not installed, or the address is none."""
    try:
        import sentry_sdk
    except ImportError:
        raise ImproperlyConfigured(
            "SENTRY_DSN is set, but its package is not installed. Run: .venv/bin/pip install --constraint "
            "constraints.txt sentry-sdk"
        ) from None
    try:
        sentry_sdk.init(
            dsn,
            # Errors alone, and of them neither what was sent nor what variables held: there are secrets and unpublished
            # texts in them. Who asked is left out unless it is asked for.
            include_local_variables=False,
            max_request_body_size="never",
            traces_sample_rate=0,
        )
    except sentry_sdk.utils.BadDsn:
        raise ImproperlyConfigured("SENTRY_DSN is no address of Sentry, such as https://key@host/1.") from None
