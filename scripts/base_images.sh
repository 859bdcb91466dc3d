#!/usr/bin/env bash
# Makes the two base images out of Debian's packages and PyPI, where no image registry can be reached.
#
#   scripts/base_images.sh lambda 3.13    public.ecr.aws/lambda/python:3.13
#   scripts/base_images.sh slim 3.11      public.ecr.aws/docker/library/python:3.11-slim
#
# They carry the names of the real ones, so that no Dockerfile has to know. Python 3.13 is Debian 13's, 3.11 that of
# Debian 12. The Lambda image holds AWS's own runtime interface client (PyPI: awslambdaric) and the runtime interface
# emulator that the SAM command line ships. Needs root, mmdebstrap and a Docker engine; aws-sam-cli in .venv-aws.
set -euo pipefail
cd "$(dirname "$0")/.."
kind=${1:-} version=${2:-}
case $version in 3.13) suite=trixie ;; 3.11) suite=bookworm ;; *) echo "no Debian release has Python $version: 3.13 or 3.11" >&2; exit 2 ;; esac
export DOCKER_BUILDKIT=0
mkdir -p .images
work=$(mktemp -d "$PWD/.images/base.XXXXXX")
trap 'rm -rf "$work"' EXIT

debian() {
  docker image inspect "kotogura-debian:$suite" >/dev/null 2>&1 && return
  local mirror merged=()
  # Until Debian 13 the merged /usr is made before anything is installed.
  [ "$suite" != bookworm ] || merged=(--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr)
  mirror=$(sed -n 's/^URIs: *//p' /etc/apt/sources.list.d/debian.sources 2>/dev/null | head -n 1)
  SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-315532800} mmdebstrap --variant=minbase --include=python3,ca-certificates \
    --dpkgopt=force-unsafe-io --dpkgopt='path-exclude=/usr/share/'{doc,man,locale,info}'/*' --skip=output/dev \
    "${merged[@]}" --customize-hook='ln -sf python3 "$1/usr/bin/python"' "$suite" "$work/debian.tar" ${mirror:+"$mirror"} \
    >"$work/log" 2>&1 || { tail "$work/log" >&2; exit 1; }
  docker import "$work/debian.tar" "kotogura-debian:$suite" >/dev/null
}

lambda() {
  local tag=public.ecr.aws/lambda/python:$version context=$work/context
  mkdir -p "$context/var/runtime" "$context/var/task" "$context/opt" "$context/usr/local/bin"
  .venv-aws/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --only-binary :all: --constraint constraints.txt \
    --python-version "$version" --implementation cp --platform manylinux2014_x86_64 --platform manylinux_2_28_x86_64 \
    --target "$context/var/runtime" awslambdaric simplejson snapshot-restore-py
  cp .venv-aws/lib/python3*/site-packages/samcli/local/rapid/aws-lambda-rie-x86_64 "$context/usr/local/bin/aws-lambda-rie"
  cat >"$context/var/runtime/bootstrap" <<EOF
#!/bin/sh
export AWS_EXECUTION_ENV=AWS_Lambda_python$version PYTHONPATH="\${PYTHONPATH:+\$PYTHONPATH:}/opt/python:/var/runtime"
exec /usr/bin/python$version -m awslambdaric "\$_HANDLER"
EOF
  cat >"$context/lambda-entrypoint.sh" <<'EOF'
#!/bin/sh
[ $# -eq 1 ] || { echo "the handler's name must be the only argument" >&2; exit 142; }
export _HANDLER="$1"
[ -n "${AWS_LAMBDA_RUNTIME_API:-}" ] && exec /var/runtime/bootstrap
exec /usr/local/bin/aws-lambda-rie /var/runtime/bootstrap
EOF
  chmod +x "$context/var/runtime/bootstrap" "$context/lambda-entrypoint.sh" "$context/usr/local/bin/aws-lambda-rie"
  cat >"$context/Dockerfile" <<EOF
FROM kotogura-debian:$suite
ENV LAMBDA_TASK_ROOT=/var/task LAMBDA_RUNTIME_DIR=/var/runtime LANG=C.UTF-8 PATH=/var/lang/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
COPY var /var
COPY opt /opt
COPY usr /usr
COPY lambda-entrypoint.sh /
WORKDIR /var/task
ENTRYPOINT ["/lambda-entrypoint.sh"]
EOF
  docker build --quiet --tag "$tag" --tag "$tag-x86_64" "$context" >/dev/null
  echo "made $tag out of Debian $suite"
}

slim() {
  local tag=public.ecr.aws/docker/library/python:$version-slim
  printf 'FROM kotogura-debian:%s\nENV LANG=C.UTF-8\nCMD ["python3"]\n' "$suite" | docker build --quiet --tag "$tag" - >/dev/null
  echo "made $tag out of Debian $suite"
}

case $kind in
  lambda | slim) debian && "$kind" ;;
  *) echo "usage: $0 lambda|slim VERSION" >&2; exit 2 ;;
esac
