"""Whose account somebody may manage: nobody's who may do more, since whoever can give an account another password, or a
token, can do all that it may.
"""

from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.db.models import Q, QuerySet


def may_manage(manager: Any, account: Any) -> bool:
    """Of the rights alone; whether the manager may manage accounts at all is asked elsewhere."""
    if manager.is_superuser:
        return True
    # Also of one that is closed for now, of which get_all_permissions() says nothing.
    return not account.is_superuser and not permissions_of(account).exclude(pk__in=_held(manager)).exists()


def manageable(manager: Any) -> QuerySet[User]:
    """The accounts that somebody may manage."""
    if manager.is_superuser:
        return User.objects.all()
    more = Permission.objects.exclude(pk__in=_held(manager))
    beyond = Q(is_superuser=True) | Q(user_permissions__in=more) | Q(groups__permissions__in=more)
    return User.objects.exclude(pk__in=User.objects.filter(beyond).values("pk"))


def permissions_of(account: Any) -> QuerySet[Permission]:
    return Permission.objects.filter(Q(user=account) | Q(group__user=account))


def permissions_to_give(manager: Any) -> QuerySet[Permission]:
    every = Permission.objects.all()
    return every if manager.is_superuser else every.filter(pk__in=_held(manager))


def groups_to_give(manager: Any) -> QuerySet[Group]:
    """Those that may do no more than who gives them."""
    every = Group.objects.all()
    if manager.is_superuser:
        return every
    return every.exclude(permissions__in=Permission.objects.exclude(pk__in=_held(manager)))


def _held(manager: Any) -> Any:
    return permissions_of(manager).values("pk")
