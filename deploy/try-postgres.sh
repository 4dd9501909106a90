#!/usr/bin/env bash
# Run a command against a PostgreSQL server of its own, which is gone afterwards:
#
#   deploy/try-postgres.sh make prove ARGS=tests/operations
#
# The command finds the server in DAGSTER_POSTGRES_URL. PostgreSQL is installed first where it is missing, this is
# Debian and the user is root. The server listens on a free port of this machine only and keeps its data in a temporary
# folder. Exit code: the command's; 77 where PostgreSQL cannot be had.
set -euo pipefail

[ $# -gt 0 ] || { echo "usage: $0 COMMAND [ARGUMENT…]" >&2; exit 2; }

binaries() { # of the newest PostgreSQL that is installed
  { dirname "$(command -v initdb)" 2>/dev/null; ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V; } | tail -n 1
}

bin=$(binaries || true)
if [ -z "$bin" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  (apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql) >/dev/null 2>&1 || true
  bin=$(binaries || true)
fi
[ -x "$bin/initdb" ] || { echo "PostgreSQL is not installed and cannot be installed here" >&2; exit 77; }

folder=$(mktemp -d)
as_owner=() # the server refuses to run as root
if [ "$(id -u)" = 0 ]; then
  as_owner=(setpriv --reuid=postgres --regid=postgres --clear-groups --)
  chown postgres "$folder"
fi
stop() {
  "${as_owner[@]}" "$bin/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap stop EXIT

cd "$folder" # a folder that the server's user may be in
"${as_owner[@]}" "$bin/initdb" -D "$folder/data" --username=dagster --auth=trust --encoding=UTF8 >/dev/null
for _ in 1 2 3; do # another process may take the port in between
  port=$(python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
  options="-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories=$folder -c fsync=off"
  "${as_owner[@]}" "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -o "$options" -w start >/dev/null && break
done
"${as_owner[@]}" "$bin/createdb" -h "$folder" -p "$port" -U dagster ionq_data
cd - >/dev/null

export DAGSTER_POSTGRES_URL="postgresql+psycopg2://dagster@127.0.0.1:$port/ionq_data"
"$@"
