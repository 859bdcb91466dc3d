"""What can go wrong with the local stack, each with its remedy.

KotoguraError
└── LocalStackError              local-stack-error
    ├── MiniStackMissing         its virtual environment isn't there
    ├── PortInUse                something else listens where the stack should
    ├── PageNotBuilt             the web page has to be built first
    ├── StackRunning             another process runs this very stack
    ├── StackNotRunning          nothing runs that could be asked
    ├── MiniStackDied            the embedded AWS ended, with the last lines of its log
    ├── DeploymentFailed         CloudFormation refused the template: the resource and its reason
    ├── DockerMissing            no Docker engine answers
    └── ImagesMissing            no images are built
"""

from kotogura.errors import Internal


class LocalStackError(Internal):
    """Base of the local stack's errors; a message names the remedy."""

    code = "local-stack-error"


class MiniStackMissing(LocalStackError):
    """The virtual environment of MiniStack isn't there."""

    code = "ministack-missing"


class PortInUse(LocalStackError):
    """Something else listens on the stack's port."""

    code = "port-in-use"


class PageNotBuilt(LocalStackError):
    """The web page has to be built first."""

    code = "page-not-built"


class StackRunning(LocalStackError):
    """Another process runs the stack of this state folder."""

    code = "stack-running"


class StackNotRunning(LocalStackError):
    """No process runs the stack of this state folder."""

    code = "stack-not-running"


class MiniStackDied(LocalStackError):
    """The embedded AWS ended before it was told to."""

    code = "ministack-died"


class DeploymentFailed(LocalStackError):
    """CloudFormation refused the template, or a resource failed."""

    code = "deployment-failed"


class DockerMissing(LocalStackError):
    """No Docker engine answers."""

    code = "docker-missing"


class ImagesMissing(LocalStackError):
    """No images of the functions are built."""

    code = "images-missing"
