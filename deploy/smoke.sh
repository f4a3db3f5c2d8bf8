#!/bin/sh
# Brings docker-compose.yml up, revokes a key through it, shows that the key is gone, and takes it
# down. Needs `mvn package` before, and a container engine. Exit 0 if all of it held.
set -eu
cd "$(dirname "$0")/.."

say() {
  printf 'smoke: %s\n' "$*"
}

down() {
  code=$?
  if [ $code -ne 0 ]; then
    docker compose ps --all || :
    docker compose logs --tail 30 || :
  fi
  docker compose down --volumes --timeout 20
  exit $code
}

# The keys on standard input, as a user would send them. Exit 0 if all were revoked.
submit() {
  docker compose run --rm -T --no-deps worker submit --lane urgent --wait --batch "$1" -
}

trap down EXIT
docker compose up --build --wait
say 'all healthy'

# One of deploy/compose/accounts.json.
key=feed0000000000000000000000000001
echo "$key" | submit first
say 'revoked'

if echo "$key" | submit second; then
  say 'the key was revoked twice: it was not gone'
  exit 1
fi
say 'and gone: it can not be revoked again'
