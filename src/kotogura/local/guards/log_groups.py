"""Guard: an action on a log group is judged by the ARN that policies name it with, `…:NAME:*`.

So CloudWatch Logs does for all but tags, and `!GetAtt` gives that ARN. MiniStack judges by the bare
`…:NAME`, which such a policy doesn't match.
"""

from typing import Any

from ministack.core import iam_actions

from kotogura.local.guards.private_names import private, replace

_GROUP = ":log-group:"


def install() -> None:
    """Let the ARN of a log group end as that of the streams in it."""
    extract = private(iam_actions, "extract_resource_arn")

    def with_streams(service: str, *args: Any, **named: Any) -> str:
        found: str = extract(service, *args, **named)
        _, is_group, name = found.partition(_GROUP)
        return f"{found}:log-stream:" if is_group and ":" not in name else found

    replace(iam_actions, "extract_resource_arn", with_streams)
