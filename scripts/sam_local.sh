#!/usr/bin/env bash
# Builds the images of functions, trainer and service, and runs what is tested of them: `make sam-local`. Arguments go
# to pytest. An engine that wasn't there before is ended afterwards.
set -euo pipefail
cd "$(dirname "$0")/.."
docker version >/dev/null 2>&1 || trap 'scripts/docker_engine.sh stop' EXIT
DOCKER_HOST=$(scripts/docker_engine.sh start)
export DOCKER_HOST
scripts/build_images.sh functions trainer api
KOTOGURA_SAM_LOCAL=1 .venv/bin/python -m pytest tests/sam_local "$@"
