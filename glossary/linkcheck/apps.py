from django.apps import AppConfig


class LinkCheckConfig(AppConfig):
    name = "glossary.linkcheck"
    label = "linkcheck"
    verbose_name = "link check"
