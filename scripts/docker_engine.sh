#!/usr/bin/env bash
# A Docker engine of Debian's packages, for machines that have none: a build container, a CI job.
#
#   export DOCKER_HOST=$(scripts/docker_engine.sh start)
#   scripts/docker_engine.sh stop
#
# Needs root on Debian or Ubuntu. Everything it keeps is in .images/engine of the checkout, or in KOTOGURA_ENGINE.
# The flags leave the machine's own firewall and forwarding as they are: containers reach this machine by the
# bridge's address, and this machine reaches ports that are published on loopback.
set -euo pipefail
folder=${KOTOGURA_ENGINE:-$(cd "$(dirname "$0")/.." && pwd)/.images/engine}
export DOCKER_HOST=unix://$folder/docker.sock DEBIAN_FRONTEND=noninteractive

say() { echo "$@" >&2; }

start() {
  [ "$(id -u)" = 0 ] || { say "starting an engine needs root; or start Docker yourself"; exit 2; }
  # 107 bytes are what an address of a Unix socket can hold.
  [ ${#folder} -lt 95 ] || { say "$folder is too long for a socket: set KOTOGURA_ENGINE to a shorter folder"; exit 2; }
  mkdir -p "$folder"
  if ! command -v dockerd >/dev/null || ! command -v debootstrap >/dev/null; then
    command -v apt-get >/dev/null || { say "no apt-get here: install Docker yourself"; exit 2; }
    say "installing docker.io and debootstrap"
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends docker.io iptables debootstrap; } \
      >"$folder/apt.log" 2>&1 || { tail "$folder/apt.log" >&2; exit 1; }
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
    answers || { say "the engine didn't come up:"; tail -n 20 "$folder/dockerd.log" >&2; exit 1; }
  fi
  say "$(docker info -f 'Docker {{.ServerVersion}}, {{.Driver}}, cgroup v{{.CgroupVersion}}')"
  echo "$DOCKER_HOST"
}

answers() { docker version >/dev/null 2>&1; }

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
