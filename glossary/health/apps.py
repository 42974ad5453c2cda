from django.apps import AppConfig


class HealthConfig(AppConfig):
    name = "glossary.health"
    label = "health"

    def ready(self) -> None:
        from glossary.health import keeping
        from glossary.linkcheck import results
        from publishing import following

        following.register(keeping.follow)
        results.register(keeping.follow_pages)
