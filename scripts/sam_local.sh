#!/usr/bin/env bash
# Builds every image and runs what is tested of them: `make sam-local`. Arguments go to pytest.
# A Docker engine that answers is used; else one of Debian's packages is started, and ended afterwards.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! docker version >/dev/null 2>&1; then
  trap 'scripts/docker_engine.sh stop' EXIT
  DOCKER_HOST=$(scripts/docker_engine.sh start)
  export DOCKER_HOST
fi
scripts/build_images.sh
KOTOGURA_SAM_LOCAL=1 .venv/bin/python -m pytest tests/sam_local "$@"
