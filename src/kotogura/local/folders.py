"""Where a local stack keeps what it makes: one folder that may be removed while nothing runs."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class StateFolder:
    """The parts of `.kotogura/`."""

    path: Path

    @property
    def store(self) -> Path:
        """What EFS holds on AWS: segments, vectors, models."""
        return self.path / "store"

    @property
    def base_model(self) -> Path:
        """What the trainer's image holds on AWS: the model that fine-tuning starts from."""
        return self.path / "models" / "base"

    @property
    def ministack(self) -> Path:
        """The embedded AWS's own records."""
        return self.path / "ministack"

    @property
    def objects(self) -> Path:
        """S3's objects."""
        return self.path / "s3"

    @property
    def logs(self) -> Path:
        """One file for the embedded AWS, one per function, one per task."""
        return self.path / "logs"

    @property
    def ministack_log(self) -> Path:
        """What the embedded AWS says."""
        return self.logs / "ministack.log"

    @property
    def function_logs(self) -> Path:
        """`<LogicalId>.log` for each function."""
        return self.logs / "functions"

    @property
    def record(self) -> Path:
        """What other terminals must know to reach the running stack."""
        return self.path / "stack.json"

    @property
    def lock(self) -> Path:
        """Held by the process that runs the stack."""
        return self.path / "stack.lock"

    def make(self) -> None:
        """Make the folders that must exist before anything starts; idempotent."""
        for folder in (self.store, self.ministack, self.objects, self.function_logs):
            folder.mkdir(parents=True, exist_ok=True)
