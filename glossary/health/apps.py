from django.apps import AppConfig


class HealthConfig(AppConfig):
    name = "glossary.health"
    label = "health"

    def ready(self) -> None:
        from glossary.health import keeping, remarking
        from glossary.linkcheck import results
        from publishing import following, remarks

        following.register(keeping.follow)
        results.register(keeping.follow_pages)
        remarks.register(remarking.of)
