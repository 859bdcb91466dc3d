"""What a user may do within a tenant."""

from enum import StrEnum


class Role(StrEnum):
    """An admin decides how the tenant's search works; a member searches and keeps documents."""

    ADMIN = "admin"
    MEMBER = "member"

    @classmethod
    def of(cls, value: str | None) -> "Role":
        """Return the role called so, and the lesser one for anything else.

        >>> Role.of("admin"), Role.of(None), Role.of("Administrator")
        (<Role.ADMIN: 'admin'>, <Role.MEMBER: 'member'>, <Role.MEMBER: 'member'>)
        """
        return cls.ADMIN if value == cls.ADMIN.value else cls.MEMBER
