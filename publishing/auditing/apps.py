from django.apps import AppConfig


class AuditingConfig(AppConfig):
    name = "publishing.auditing"
    label = "auditing"
    verbose_name = "audit log"
