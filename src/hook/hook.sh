#!/bin/sh
# Run by Claude Code at the start of a session, at the end of every turn and at its end. Puts the event into the inbox
# and starts the background worker, then is gone: whatever happens, it prints nothing and ends well, because anything
# else would show up in somebody's session. A shell does this in a tenth of the time that Node needs to start.
{
  umask 077
  home=${CCOTEL_HOME:-$HOME/.ccotel}
  # Claude Code runs this file from the state folder's bin; a folder that moved takes its events along.
  case $0 in */bin/hook.sh) [ -n "${CCOTEL_HOME:-}" ] || home=${0%/bin/hook.sh} ;; esac
  if [ -d "$home/inbox" ] || mkdir -p "$home/inbox"; then
    # A name of our own: two hooks of one session may run at once, and process ids come back.
    n=0
    while [ -e "$home/inbox/$$-$n.json" ] || ! (set -C && : >"$home/inbox/.$$-$n"); do
      n=$((n + 1))
      [ $n -lt 1000 ] || exit 0
    done
    new=$home/inbox/.$$-$n
    # Only what the delivery needs of the environment, which also holds secrets; then an empty line and the event.
    if {
      env | grep -E '^(TRACEPARENT|TRACESTATE|CLAUDE_PID|CLAUDE_CODE_ENTRYPOINT|CLAUDE_CONFIG_DIR|CLAUDE_PROJECT_DIR|CCOTEL_[A-Z_]*|[Hh][Tt][Tt][Pp][Ss]?_[Pp][Rr][Oo][Xx][Yy]|[Nn][Oo]_[Pp][Rr][Oo][Xx][Yy]|NODE_EXTRA_CA_CERTS)='
      echo
      cat
    } >"$new"; then
      mv "$new" "$home/inbox/$$-$n.json"
    else
      # A full disk: half an event is none.
      rm -f "$new"
    fi
    worker=$home/bin/worker.cjs
    node=
    [ -r "$home/bin/node-path" ] && read -r node <"$home/bin/node-path"
    [ -x "$node" ] || node=$(command -v node)
    if [ -f "$worker" ] && [ -x "$node" ]; then
      # Killing a hook kills its children by their parent's id: the worker must already be an orphan, in a session of
      # its own where the system has `setsid`. Its environment is a short list, since the client's holds secrets.
      detach=
      command -v setsid && detach=setsid
      (
        cd /
        set -- "PATH=$PATH" "HOME=$HOME" "CCOTEL_HOME=$home"
        [ -z "${TMPDIR:-}" ] || set -- "$@" "TMPDIR=$TMPDIR"
        [ -z "${NODE_EXTRA_CA_CERTS:-}" ] || set -- "$@" "NODE_EXTRA_CA_CERTS=$NODE_EXTRA_CA_CERTS"
        [ -z "${CLAUDE_CONFIG_DIR:-}" ] || set -- "$@" "CLAUDE_CONFIG_DIR=$CLAUDE_CONFIG_DIR"
        exec env -i "$@" $detach "$node" "$worker" </dev/null >/dev/null 2>&1
      ) &
    fi
  fi
} >/dev/null 2>&1
exit 0
