"""The tenant's id: the first argument of everything that touches a tenant's data."""

import re

from kotogura.errors import InvalidTenantId

_PATTERN = re.compile(r"[a-z0-9][a-z0-9-]{1,30}[a-z0-9]")


class TenantId(str):
    """A validated tenant id: 3 to 32 of `a-z`, `0-9` and inner hyphens; safe in paths.

    Raises:
        InvalidTenantId: for anything else; retrying does not help.

    >>> TenantId("minato-shoji")
    TenantId('minato-shoji')
    >>> TenantId("../minato")
    Traceback (most recent call last):
    ...
    kotogura.errors.InvalidTenantId: a tenant id is 3 to 32 of a-z, 0-9 and inner hyphens
    """

    __slots__ = ()

    def __new__(cls, value: str) -> "TenantId":
        """Return `value` as a tenant id, once it is shown to be one."""
        if not isinstance(value, str) or _PATTERN.fullmatch(value) is None:
            raise InvalidTenantId("a tenant id is 3 to 32 of a-z, 0-9 and inner hyphens")
        return super().__new__(cls, value)

    def __repr__(self) -> str:
        return f"TenantId({str(self)!r})"
