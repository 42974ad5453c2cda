"""The product's settings with Django's own admin: no theme, and nothing of ours registered."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS, VAR

INSTALLED_APPS = [
    # Registers what benchmarks/stock/urls.py says, and looks for nothing else.
    "django.contrib.admin.apps.SimpleAdminConfig" if app == "django.contrib.admin" else app
    for app in INSTALLED_APPS
    if app != "config" and not app.startswith("unfold")
]
ROOT_URLCONF = "benchmarks.stock.urls"
STATIC_ROOT = VAR / "stock-static"
