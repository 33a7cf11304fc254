#!/bin/sh
# Takes workerd's place where Miniflare starts it: keeps the arguments and the configuration that it is given, says that it
# listens, and waits to be killed, or for the process that started it to end. test/harness/edge/workerd.ts then starts workerd itself
# with them.
printf '%s\n' "$@" >"$STAND_IN_FOLDER/arguments"
cat >"$STAND_IN_FOLDER/configuration"
printf '{"event":"listen","socket":"entry","port":%s}\n' "$STAND_IN_PORT" >&3
exec tail --pid="$PPID" -f /dev/null
