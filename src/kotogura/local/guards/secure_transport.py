"""Guard: what stays on the loopback interface counts as sent over TLS.

The template's bucket and queues refuse whoever comes without. MiniStack speaks plain HTTP here, so
that, with IAM, it would refuse everybody.
"""

from ministack import app

from kotogura.local.guards.private_names import private, replace


def install() -> None:
    """Tell IAM's evaluation that every request came over TLS; none comes from elsewhere."""
    pin = private(app, "pin_request_origin")

    def pin_as_secure(source_ip: str, secure_transport: bool) -> None:  # noqa: ARG001
        pin(source_ip, True)

    replace(app, "pin_request_origin", pin_as_secure)
