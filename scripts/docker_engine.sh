#!/usr/bin/env bash
# Finds the Docker engine that answers, or starts one of Debian's packages: in a build container, in a CI job.
#
#   export DOCKER_HOST=$(scripts/docker_engine.sh start)
#   scripts/docker_engine.sh stop
#
# Starting one needs root on Debian or Ubuntu; where there can be none, the last line says why. `stop` ends only what
# was started here. Everything it keeps is in .images/engine of the checkout, or in KOTOGURA_ENGINE.
# The flags leave the machine's own firewall and forwarding as they are: containers reach this machine by the
# bridge's address, and this machine reaches ports that are published on loopback.
set -euo pipefail
folder=${KOTOGURA_ENGINE:-$(cd "$(dirname "$0")/.." && pwd)/.images/engine}
export DEBIAN_FRONTEND=noninteractive

say() { echo "$@" >&2; }

refuse() { say "no Docker engine: $1"; exit 2; }

start() {
  mkdir -p "$folder"
  if answers; then
    try
    echo "${DOCKER_HOST:-unix:///var/run/docker.sock}"
    return
  fi
  [ "$(id -u)" = 0 ] || refuse "none answers, and starting one needs root"
  # 107 bytes are what an address of a Unix socket can hold.
  [ ${#folder} -lt 95 ] || refuse "$folder is too long for a socket; set KOTOGURA_ENGINE to a shorter folder"
  export DOCKER_HOST=unix://$folder/docker.sock
  if ! command -v dockerd >/dev/null || ! command -v mmdebstrap >/dev/null; then
    command -v apt-get >/dev/null || refuse "none answers, and without apt-get none is installed"
    say "installing docker.io and mmdebstrap"
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends docker.io iptables mmdebstrap; } \
      >"$folder/apt.log" 2>&1 || { tail "$folder/apt.log" >&2; refuse "apt-get couldn't install one"; }
  fi
  if ! answers; then
    setsid dockerd --iptables=false --ip-masq=false --ip-forward=false --data-root "$folder/root" \
      --exec-root "$folder/run" --pidfile "$folder/dockerd.pid" -H "$DOCKER_HOST" \
      >"$folder/dockerd.log" 2>&1 </dev/null &
    local engine=$!
    for _ in $(seq 120); do
      answers && break
      kill -0 "$engine" 2>/dev/null || break
      sleep 0.5
    done
    answers || { tail -n 20 "$folder/dockerd.log" >&2; refuse "the one that was started doesn't answer"; }
  fi
  try
  echo "$DOCKER_HOST"
}

answers() { docker version >/dev/null 2>&1; }

try() {  # An engine may answer where it can start nothing.
  local image=kotogura-probe:latest
  describe
  ldd /bin/true | grep -o '/[^ ]*' | tar --create --dereference --files-from - /bin/true 2>/dev/null \
    | docker import - "$image" >/dev/null && docker run --rm "$image" /bin/true >/dev/null 2>"$folder/probe.log" \
    || { tail -n 5 "$folder/probe.log" >&2; refuse "the one that answers starts no container"; }
  docker rmi "$image" >/dev/null
}

describe() { say "$(docker info -f 'Docker {{.ServerVersion}}, {{.Driver}}, cgroup v{{.CgroupVersion}}' 2>/dev/null)"; }

stop() {
  [ -f "$folder/dockerd.pid" ] || return 0
  local engine; engine=$(cat "$folder/dockerd.pid")
  kill "$engine" 2>/dev/null || return 0
  for _ in $(seq 60); do
    kill -0 "$engine" 2>/dev/null || return 0
    sleep 0.5
  done
  say "the engine, process $engine, is still ending"
  return 1
}

case ${1:-} in
  start | stop) "$1" ;;
  *) say "usage: $0 start|stop"; exit 2 ;;
esac
