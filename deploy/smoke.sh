#!/bin/sh
# Brings docker-compose.yml up under a name of its own, revokes a key through it, shows that the key
# is gone, breaks the API, repairs it, and takes it all down. Needs `mvn package` before, a container
# engine, and curl. Exit 0 if all of it held.
set -eu
cd "$(dirname "$0")/.."
export COMPOSE_PROJECT_NAME=revoker-smoke COMPOSE_ANSI=never

say() {
  printf 'smoke: %s\n' "$*"
}

remove() {
  docker compose --profile '*' down --volumes --remove-orphans --timeout 20
}

end() {
  code=$?
  if [ $code -ne 0 ]; then
    docker compose ps --all || :
    docker compose logs --tail 30 || :
  fi
  remove || code=1
  exit $code
}

# The keys on standard input, as a user would send them. Exit 0 if all were revoked.
submit() {
  timeout 120 docker compose run --rm -T --no-deps worker submit --lane urgent --wait --batch "$1" -
}

trap end EXIT
# What an earlier run left that was killed.
remove
docker compose up --build --wait --wait-timeout 180 --quiet-pull
say 'all healthy'

# One of deploy/compose/accounts.json.
key=feed0000000000000000000000000001
echo "$key" | submit first
say 'revoked'

output=$(echo "$key" | submit second 2>&1) || { printf '%s\n' "$output"; say 'sent again, it failed'; exit 1; }
printf '%s\n' "$output"
if printf '%s\n' "$output" | grep -q '\[warning\]'; then
  say 'the JVM must print no warning'
  exit 1
fi
if ! printf '%s\n' "$output" | grep -q '^already_revoked  *1$'; then
  say 'sent again, the key must be already_revoked'
  exit 1
fi
say 'and gone: sent again, it is already_revoked'

faults=http://localhost:${SANDBOX_PORT:-8024}/_sandbox/faults
curl -fsS -d '{"outage": true}' "$faults" >/dev/null
echo feed0000000000000000000000000002 | submit third &
waits=$!
tries=0
until curl -fsS "http://localhost:${PROMETHEUS_PORT:-9090}/api/v1/alerts" | grep -q RevokerIntakePaused; do
  tries=$((tries + 1))
  [ $tries -lt 60 ] || { say 'Prometheus tells of no outage'; exit 1; }
  sleep 1
done
say 'the API is down, and Prometheus has an alert pending'
curl -fsS -X DELETE "$faults" >/dev/null
wait $waits
say 'and revoked when it was back'

# The profile "company" needs an image that an engine without a registry lacks.
squid=$(docker compose --profile company config --images | grep squid)
if docker image inspect "$squid" >/dev/null 2>&1; then
  docker compose up --build --wait company-worker
  echo feed0000000000000000000000000003 |
    docker compose run --rm -T --no-deps company-worker submit --lane urgent --wait -
  say 'an encrypted key was revoked through the proxy'
else
  say "skipped: the profile company, because the image $squid is not here"
fi
