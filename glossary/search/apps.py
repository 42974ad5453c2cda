from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "glossary.search"
    label = "search"

    def ready(self) -> None:
        from glossary.search import index
        from publishing import finding

        finding.register(index.follow)
