#!/usr/bin/env bash
# One payment through docker-compose.yml: built, started, published from files, answered over HTTP, killed,
# restarted, stopped by SIGTERM.
# Works with Compose 2 and docker-compose 1.29; takes ports of its own, and leaves nothing behind.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

export KAFKA_PORT=23092 REDIS_PORT=23379 REGISTRY_PORT=23081 HTTP_PORT=23080
# The payment is of 2020, and so is its arrival.
export ARRIVAL=producer PROGRAMME_FILE=./examples/programme.json

engine=(docker-compose)
docker compose version >/dev/null 2>&1 && engine=(docker compose)
compose() { "${engine[@]}" -p tornaconto-smoke "$@"; }

files=$(mktemp -d)
finish() {
  local code=$?
  [ $code = 0 ] || compose logs --tail=50 topics processor || true
  compose down -v --rmi local --remove-orphans >/dev/null 2>&1 || true
  rm -rf "$files"
  exit $code
}
trap finish EXIT
fail() { echo "compose-smoke: $*" >&2; exit 1; }

citizen=http://127.0.0.1:$HTTP_PORT/citizens/ada
# MESSAGE COMMAND...: again each second until it succeeds
until_true() {
  local message=$1 seconds
  shift
  for ((seconds = 0; seconds < 90; seconds++)); do
    "$@" && return
    sleep 1
  done
  fail "$message after $seconds s"
}
is_ready() { curl -sf -o /dev/null "http://127.0.0.1:$HTTP_PORT/health/ready"; }
is_restarted() { [ "$(docker inspect -f '{{.RestartCount}}' "$processor")" != 0 ] && is_ready; }
# 1234 cents at 10 %, rounded half down
is_counted() {
  curl -sf "$citizen" | grep -q '"period":"2020-christmas","transactions":1,"cashbackCents":123,"minimumTransactions":10'
}

card=$(printf 'a%.0s' {1..64})
cat >"$files/enrolments.csv" <<CSV
hashPan,citizenId,event,at
$card,ada,ENROLLED,2020-12-07T10:00:00+01:00
CSV
transactions=CSTAR.SMOKE.TRNLOG.20201213.080000.001.csv
cat >"$files/$transactions" <<CSV
SMOKE;00;00;$card;2020-12-12T10:15:00.000+01:00;payment1;issued1;;1234;978;acquirer;merchant;terminal;123456;5411;;;00;
CSV
chmod -R a+rX "$files" # the container's user is another

publish() { # KIND FILE, with the image's own program
  compose run --rm -T --no-deps -v "$files:/files:ro" processor node dist/cli/main.js publish "$1" "/files/$2"
}

compose up -d --build
until_true 'the processor is not ready' is_ready
[ "$(curl -s -o /dev/null -w '%{http_code}' "$citizen")" = 404 ] || fail 'a citizen is known before anything was published'

publish enrolments enrolments.csv
publish transactions "$transactions"
publish transactions "$transactions" # again: each line once
until_true 'the payment is not counted' is_counted

processor=$(compose ps -q processor)
# All processes but init: the one with the exit code is among them.
compose exec -T processor sh -c 'kill -9 -1' || true
until_true 'the processor that was killed is not back' is_restarted
until_true 'the payment is not counted any more' is_counted

compose stop -t 12 processor
[ "$(docker inspect -f '{{.State.ExitCode}}' "$processor")" = 0 ] || fail 'SIGTERM did not end the processor with 0'
echo 'compose-smoke: a payment went from file to answer, once, and the processor, killed, came back, and drained'
