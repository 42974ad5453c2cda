from django.apps import AppConfig


class HealthConfig(AppConfig):
    name = "glossary.health"
    label = "health"
