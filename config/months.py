from django.core.exceptions import ImproperlyConfigured


def months_by_category(text: str) -> dict[str, int]:
    """
    >>> months_by_category("36,Tools=12")
    {'': 36, 'Tools': 12}
    """
    found = {"": 36}
    for part in filter(None, map(str.strip, text.split(","))):
        name, _, number = part.rpartition("=")
        if not number.strip().isdecimal():
            raise ImproperlyConfigured(f"LEMMA_STALE_MONTHS: {part} is no number of months. Write 36,Tools=12.")
        found[name.strip()] = int(number)
    return found
