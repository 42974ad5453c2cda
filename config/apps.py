from django.apps import AppConfig
from django.core.signals import request_finished


class LemmaConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import accounts, checks, logs  # noqa: F401 (registers them)

        request_finished.connect(logs.forget)
        accounts.listen()
