from allauth.account.apps import AccountConfig as AllauthConfig


class AccountConfig(AllauthConfig):
    """allauth's, without its demand for a middleware: `pages.page` puts it around the few pages that need it, so that
    answers of the API do not pay for it."""

    def ready(self) -> None:
        from allauth.account import checks  # noqa: F401 (registers them)
