#!/bin/sh
# Hands an event to the ccotel that `ccotel configure` has put into its own folder, and is silent where there is none.
home=${CCOTEL_HOME:-$HOME/.ccotel}
if [ -x "$home/bin/hook.sh" ]; then
  exec "$home/bin/hook.sh" "$@"
elif [ -f "$home/bin/hook.cjs" ] && command -v node >/dev/null 2>&1; then
  exec node "$home/bin/hook.cjs" "$@"
fi
exit 0
