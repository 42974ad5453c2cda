"""The audit log, to be read."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from publishing.auditing.models import Event


@admin.register(Event)
class EventAdmin(ModelAdmin):
    list_display = ("at", "actor_name", "action", "target", "detail", "address")
    list_display_links = None
    list_filter = ("action",)
    search_fields = ("actor_name", "target", "address")
    date_hierarchy = "at"
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
