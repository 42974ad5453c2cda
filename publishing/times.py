"""Moments as people say them."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _


def ago(moment: datetime) -> str:
    """Minutes and hours for today, then the day."""
    seconds = int((now() - moment).total_seconds())
    if seconds < 60:
        return _("just now")
    if seconds < 3600:
        return _("%d min ago") % (seconds // 60)
    if seconds < 24 * 3600:
        return _("%d h ago") % (seconds // 3600)
    return date_format(localtime(moment), "j M Y")
