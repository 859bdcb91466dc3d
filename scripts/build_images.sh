#!/usr/bin/env bash
# Builds images with no network inside of any build.
#
#   scripts/build_images.sh                             all of them
#   scripts/build_images.sh functions trainer           only these; also: api, embedder
#   scripts/build_images.sh packages trainer            only layers of packages: containers/layers.txt has them
#
# A base image that no registry gives is made by scripts/base_images.sh. torch for the trainer comes from where pip
# finds its CPU build: PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu
set -euo pipefail
shopt -s inherit_errexit
cd "$(dirname "$0")/.."
export DOCKER_BUILDKIT=${DOCKER_BUILDKIT:-0} SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=${AWS_DEFAULT_REGION:-us-east-1}
logs=$(mktemp -d) beside=
trap '[ -z "$beside" ] || kill "$beside" 2>/dev/null || :; rm -rf "$logs"' EXIT

base() {  # KIND PYTHON: names the image, once it is there
  local image=public.ecr.aws/lambda/python:$2
  [ "$1" = lambda ] || image=public.ecr.aws/docker/library/python:$2-slim
  docker image inspect "$image" >/dev/null 2>&1 || timeout 600 docker pull --quiet "$image" >/dev/null 2>&1 \
    || scripts/base_images.sh "$1" "$2" </dev/null >&2
  echo "$image"
}

packages() {  # LAYER…: each after the one that it stands on
  local name python below image target
  while read -r name python below; do
    [[ " $* " = *" $name "* ]] || continue
    case $below in
      lambda | slim) image=$(base "$below" "$python") ;;
      *) image=kotogura-packages:$below ;;
    esac
    .venv/bin/python scripts/collect_wheels.py "$name"
    # The trainer's image runs what it imports while it is built, a small part of what is there.
    target=compiled
    [ "$name" != trainer ] || target=copied
    build "kotogura-packages:$name" --target "$target" --build-arg "BASE=$image" --file containers/packages.Dockerfile \
      ".images/packages/$name"
  done < <(grep -v '^#' containers/layers.txt)
}

build() {  # TAG, and what `docker build` takes
  local log=$logs/${1//[:\/]/-}
  docker build --network none --tag "$@" >"$log" 2>&1 || { tail -n 40 "$log" >&2; exit 1; }
}

functions() {
  packages aws ingest index search tokenize reindex
  .venv-aws/bin/sam build >"$logs/sam" 2>&1 || { tail -n 40 "$logs/sam" >&2; exit 1; }
  # What `sam local` made of older ones, which it would go on using.
  docker images --quiet --filter 'reference=*function:rapid-*' | xargs --no-run-if-empty docker rmi --force >/dev/null
}

trainer() { packages trainer; build kotogura-trainer:latest --file containers/trainer/Dockerfile .; }
api() { packages service; build kotogura-api:latest --file containers/api/Dockerfile .; }
embedder() { packages embedder; build kotogura-embedder:latest --file containers/embedder/Dockerfile .; }

if [ "${1:-}" = packages ]; then
  shift
  packages "$@"
  exit
fi
[ $# -gt 0 ] || set -- functions trainer api embedder
# The trainer's image shares nothing with the others, so it is made meanwhile.
for name in "$@"; do
  case $name in
    trainer) trainer & beside=$! ;;
    functions | api | embedder) ;;
    *) echo "no such image: $name" >&2; exit 2 ;;
  esac
done
for name in "$@"; do
  [ "$name" = trainer ] || "$name"
done
[ -z "$beside" ] || wait "$beside"
docker image prune --force --filter label=org.opencontainers.image.title=kotogura >/dev/null
docker images --format '{{.Repository}}:{{.Tag}}	{{.Size}}' | sort
