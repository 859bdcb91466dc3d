"""Guard: a token that is refreshed has its user's claims.

Where the sign-in page's refresh token is used, MiniStack tells the pre-token trigger neither the
user's attributes nor their groups, so the trigger found no tenant and the answer was 500.
"""

from typing import Any

from ministack.services import cognito

from kotogura.local.guards.private_names import private, replace


def install() -> None:
    """Look the user up where the trigger would be told nothing about them."""
    apply = private(cognito, "_apply_pretoken_trigger")
    pools = private(cognito, "_user_pools")
    as_mapping = private(cognito, "_attr_list_to_dict")

    def with_attributes(**named: Any) -> Any:
        if not named["user_attrs"]:
            users = (pools.get(named["pool_id"]) or {}).get("_users", {})
            user = users.get(named["username"]) or {}
            named["user_attrs"] = as_mapping(user.get("Attributes", []))
            named["groups"] = user.get("_groups", [])
        return apply(**named)

    replace(cognito, "_apply_pretoken_trigger", with_attributes)
