"""What a check says about an address, in the end."""

from enum import StrEnum


class Verdict(StrEnum):
    """What follows from all that was found out about an address.

    | verdict | when | code of the health report |
    |---|---|---|
    | ok | the page was there | |
    | moved | it was there, at the new address that its server gives for good (301, 308) | `link.moved`, a warning |
    | broken | 404, 410 or no such host, twice, at least a day apart | `link.broken`, an error |
    | suspect | the same, until now only once or on one day | |
    | unknown | the server did not say: 401, 403, 429, 5xx, TLS, timeout, an address that is not asked | |
    """

    OK = "ok"
    MOVED = "moved"
    BROKEN = "broken"
    SUSPECT = "suspect"
    UNKNOWN = "unknown"
