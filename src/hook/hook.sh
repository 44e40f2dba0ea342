#!/bin/sh
# Run by Claude Code at the start of a session, at the end of every turn and at its end. Puts the event into the inbox
# and starts the background worker, then is gone: whatever happens, it prints nothing and ends well, because anything
# else would show up in somebody's session. A shell and one awk do this in a tenth of the time that Node needs to start.
{
  umask 077
  # Claude Code runs this file from the state folder's bin; a folder that moved takes its events along.
  home=${CCOTEL_HOME:-}
  [ -n "$home" ] || case $0 in
    */bin/hook.sh) home=${0%/bin/hook.sh} ;;
    *) home=${HOME:+$HOME/.ccotel} ;;
  esac
  case $home in
    '~/'*) home=$HOME/${home#'~/'} ;;
    /*) ;;
    *) exit 0 ;;
  esac
  [ -d "$home/inbox" ] || mkdir -p "$home/inbox" || exit 0

  # Where no worker comes to empty it, the inbox is full at some time.
  set -- "$home"/inbox/*.json
  if [ $# -lt 1000 ]; then
    # A name of our own: hooks run side by side, also in containers, where they have the same process ids.
    id=$$-${CLAUDE_CODE_SESSION_ID:-}
    case $id in *[!0-9A-Za-z-]*) id=$$ ;; esac
    n=0
    set -C
    until event=$home/inbox/$id-$n.json && true >"$event"; do
      [ -e "$event" ] || exit 0
      n=$((n + 1))
    done
    set +C
    # Only what the delivery needs of the environment, which also holds secrets; then an empty line and the event. Half
    # an event is none: a reader waits for the rest of it, and a full disk leaves nothing.
    LC_ALL=C awk '
      BEGIN {
        kept = "^(TRACEPARENT|TRACESTATE|CLAUDE_PID|CLAUDE_CODE_ENTRYPOINT|CLAUDE_CONFIG_DIR|CLAUDE_PROJECT_DIR"
        kept = kept "|CCOTEL_[A-Z_]*|NODE_EXTRA_CA_CERTS|HTTPS?_PROXY|ALL_PROXY|NO_PROXY|https?_proxy|all_proxy|no_proxy)$"
        for (name in ENVIRON)
          if (name ~ kept && ENVIRON[name] !~ /[\r\n]/) print name "=" ENVIRON[name]
        print ""
      }
      { print }
    ' >"$event" || rm -f "$event"
  fi

  # The programs lie beside this file: in the state folder, or where an administrator has put them for everybody.
  bin=$home/bin
  case $0 in
    /*/hook.sh) [ ! -f "${0%/hook.sh}/worker.cjs" ] || bin=${0%/hook.sh} ;;
  esac
  worker=$bin/worker.cjs
  node=
  [ -r "$bin/node-path" ] && read -r node <"$bin/node-path"
  [ -x "$node" ] || node=$(command -v node)
  if [ -f "$worker" ] && [ -x "$node" ]; then
    # Its environment is a short list, since the client's holds secrets.
    set -- "PATH=$PATH" "HOME=${HOME:-}" "CCOTEL_HOME=$home"
    [ -z "${TMPDIR:-}" ] || set -- "$@" "TMPDIR=$TMPDIR"
    [ -z "${NODE_EXTRA_CA_CERTS:-}" ] || set -- "$@" "NODE_EXTRA_CA_CERTS=$NODE_EXTRA_CA_CERTS"
    [ -z "${CLAUDE_CONFIG_DIR:-}" ] || set -- "$@" "CLAUDE_CONFIG_DIR=$CLAUDE_CONFIG_DIR"
    detach=
    command -v setsid && detach=setsid
    # Killing a hook kills its children by their parent's id: the worker is an orphan from its first moment, in a
    # session of its own where the system has `setsid`.
    (cd / && exec env -i "$@" $detach "$node" "$worker" </dev/null &)
  fi
} >/dev/null 2>&1
exit 0
