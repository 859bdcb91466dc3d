#!/usr/bin/env bash
# Builds every image with no network inside of any build: what they install, the functions', the trainer's, the
# service's and the embedder's.
#
#   scripts/build_images.sh                    all of them
#   scripts/build_images.sh packages EXTRA…    only what the images with these extras install
#
# A base image that no registry gives is made by scripts/base_images.sh. The trainer runs the Python of .venv; torch
# comes from where pip finds it: PIP_EXTRA_INDEX_URL=<index of CPU wheels> keeps gigabytes of CUDA out. The service
# runs the functions' Python: analyzers are told apart by Python's Unicode data.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOCKER_BUILDKIT=${DOCKER_BUILDKIT:-0} SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=${AWS_DEFAULT_REGION:-us-east-1}
lambda_python=3.13
slim_python=$(.venv/bin/python -c 'import sys; print("%d.%d" % sys.version_info[:2])')

base() {  # KIND VERSION TAG
  docker image inspect "$3" >/dev/null 2>&1 || timeout 600 docker pull --quiet "$3" 2>/dev/null || scripts/base_images.sh "$1" "$2"
}

packages() {  # EXTRA: by Lambda's Python, the trainer's by ours
  local kind=lambda python=$lambda_python image
  case $1 in
    trainer) kind=slim python=$slim_python ;;
    service | embedder) kind=slim ;;
  esac
  image=public.ecr.aws/lambda/python:$python
  [ "$kind" = lambda ] || image=public.ecr.aws/docker/library/python:$python-slim
  base "$kind" "$python" "$image"
  .venv/bin/python scripts/collect_wheels.py --python "$python" "$1"
  build --build-arg "BASE=$image" --tag "kotogura-packages:$1" --file containers/packages.Dockerfile ".images/packages/$1"
}

build() { docker build --network none "$@" >"$log" 2>&1 || { tail -n 40 "$log" >&2; exit 1; }; }
log=$(mktemp)
trap 'rm -f "$log"' EXIT

if [ "${1:-}" = packages ]; then
  shift
  for extra in "$@"; do packages "$extra"; done
  exit
fi
for extra in aws ingest search tokenize reindex trainer service embedder; do packages "$extra"; done
.venv-aws/bin/sam build
# What `sam local` made of older ones, which it would go on using.
docker images --quiet --filter 'reference=*function:rapid-*' | xargs --no-run-if-empty docker rmi --force >/dev/null
for name in trainer api embedder; do build --tag "kotogura-$name:latest" --file "containers/$name/Dockerfile" .; done
docker image prune --force --filter label=org.opencontainers.image.title=kotogura >/dev/null
docker images --format '{{.Repository}}:{{.Tag}}	{{.Size}}' | sort
