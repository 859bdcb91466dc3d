"""What can go wrong on the way into an AWS account.

KotoguraError
└── DeliveryError                delivery-error
    ├── AccountUnknown           account-unknown: no credentials, or no region
    ├── ToolFailed               tool-failed: Docker, SAM or make is missing, or ended badly
    ├── StackFailed              stack-failed: CloudFormation refused a change, or it broke
    ├── StackMissing             stack-missing: there is no such stack, or it lacks an output
    └── NotConfirmed             not-confirmed: nobody said yes
"""

from kotogura.errors import Internal


class DeliveryError(Internal):
    """Base of them; the message names the remedy, and the exit code is 1."""

    code = "delivery-error"


class AccountUnknown(DeliveryError):
    """There are no credentials, or no region; retrying without them doesn't help."""

    code = "account-unknown"


class ToolFailed(DeliveryError):
    """A program that is needed is missing, or ended badly."""

    code = "tool-failed"


class StackFailed(DeliveryError):
    """CloudFormation refused a change, or carried it out in part and rolled it back."""

    code = "stack-failed"


class StackMissing(DeliveryError):
    """There is no such stack, or it lacks an output that is needed."""

    code = "stack-missing"


class NotConfirmed(DeliveryError):
    """Nobody said yes; nothing was done."""

    code = "not-confirmed"
