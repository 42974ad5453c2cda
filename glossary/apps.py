from django.apps import AppConfig


class GlossaryConfig(AppConfig):
    name = "glossary"

    def ready(self) -> None:
        from glossary.kind import ENTRY
        from publishing import kinds

        kinds.register(ENTRY)
