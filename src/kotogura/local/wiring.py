"""What the embedded AWS must know about the laptop, in one variable of its environment."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

VARIABLE = "KOTOGURA_LOCAL_WIRING"


@dataclass(frozen=True, slots=True)
class Wiring:
    """Where MiniStack's guards find the laptop's side of things.

    `runtime_url` is the function runtime's address, `containers_folder` holds one folder per
    container name, `logs_folder` takes the containers' output, `python` runs their `python`, and
    `container_environment` is laid over each container's own. `schedules` tells whether schedules
    fire, `checkpoint_seconds` how often the state is written down (0: at the end only), and `iam`
    whether every caller may do what its role allows and nothing else.
    """

    runtime_url: str = ""
    containers_folder: str = ""
    logs_folder: str = ""
    python: str = "python"
    container_environment: Mapping[str, str] = field(default_factory=dict)
    schedules: bool = False
    checkpoint_seconds: float = 0
    iam: bool = False

    def to_environment(self) -> dict[str, str]:
        """Return the environment variable that carries it to the MiniStack process."""
        return {VARIABLE: json.dumps(asdict(self))}

    @classmethod
    def from_environment(cls) -> "Wiring":
        """Return what the process was started with; the defaults where nothing was given."""
        return cls(**json.loads(os.environ.get(VARIABLE, "{}")))
