"""Entry point of the embedder's container: one model behind SageMaker's two routes."""

import os
from pathlib import Path

from kotogura.platform.embedding_service import embedding_application, open_verified

application = embedding_application(
    open_verified(Path(os.environ.get("SM_MODEL_DIR", "/opt/ml/model")))
)
