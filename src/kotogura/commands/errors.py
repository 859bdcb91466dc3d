"""What can go wrong with a command beside what goes wrong below it.

KotoguraError
└── CommandError                 command-error
    ├── UploadIncomplete         upload-incomplete: some files are quarantined, or not there in time
    ├── TrainingFailed           training-failed
    ├── RequestFailed            request-failed: the API answered with a problem
    ├── SignInFailed             sign-in-failed
    ├── UserTaken                user-taken: one user is of one tenant
    ├── NoDeployment             no-deployment: the stack that is named has no API
    ├── UpkeepFailed             upkeep-failed: the function that looks after an index broke
    ├── RebuildFailed            rebuild-failed
    ├── RedriveFailed            redrive-failed
    └── DemonstrationFailed      demonstration-failed: a search found nothing that makes sense
"""

from kotogura.errors import Internal


class CommandError(Internal):
    """Base of the commands' own errors; the message is shown, and the exit code is 1."""

    code = "command-error"


class UploadIncomplete(CommandError):
    """Some files are quarantined, or not searchable in time."""

    code = "upload-incomplete"


class TrainingFailed(CommandError):
    """The training's workflow failed or took too long."""

    code = "training-failed"


class RequestFailed(CommandError):
    """The API answered with a problem."""

    code = "request-failed"


class SignInFailed(CommandError):
    """There is no password for the tenant on this machine, or it is not right."""

    code = "sign-in-failed"


class UserTaken(CommandError):
    """The user is one of another tenant already."""

    code = "user-taken"


class NoDeployment(CommandError):
    """The stack that is named is none of Kotogura's, or not deployed to its end."""

    code = "no-deployment"


class UpkeepFailed(CommandError):
    """The function that looks after an index broke, or ran out of time."""

    code = "upkeep-failed"


class RebuildFailed(CommandError):
    """The workflow that rebuilds an index failed; its run can be resumed."""

    code = "rebuild-failed"


class RedriveFailed(CommandError):
    """A workflow could not be started from an undelivered event, which stays in its queue."""

    code = "redrive-failed"


class DemonstrationFailed(CommandError):
    """A search of the demonstration found nothing that makes sense."""

    code = "demonstration-failed"
