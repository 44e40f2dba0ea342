#!/bin/sh
# Run by Claude Code at the start of a session, at the end of every turn and at its end. Puts the event into the inbox
# and starts the background worker, then is gone: whatever happens, it prints nothing and ends well, because anything
# else would show up in somebody's session. A shell and two small tools do this in a tenth of the time that Node needs
# to start.
{
  # The settings of a cloned repository may put nearly anything into this environment (SECURITY.md). So no variable says
  # where something lies or which program runs: the place of this file and the files beside it do, as `configure` left
  # them. A bash that runs this as sh takes functions from the environment, too: in POSIX mode it cannot be kept from
  # forgetting them.
  POSIXLY_CORRECT=1
  unset -f '[' awk cd command env head id mkdir pwd read rm setsid true umask
  PATH=/usr/bin:/bin:/usr/local/bin:/run/current-system/sw/bin
  LC_ALL=C
  export PATH LC_ALL
  umask 077

  bin=${0%/*}
  home=${bin%/*}
  own=
  case $0 in
    /*/ccotel/bin/hook.sh) [ -f "$home/installation.json" ] && own=1 ;;
    /*/bin/hook.sh) own=1 ;;
    /*/hook.sh) ;;
    *) exit 0 ;;
  esac
  if [ -z "$own" ]; then
    # An administrator's programs, for everybody: each user's state is at home, or where the entry says. Old clients let a
    # project set HOME, so one that is another user's, or lies in the project without being the user's own, is none.
    home=${2:-'~/.ccotel'}
    case $home in '~/'*)
      home=$HOME/${home#'~/'}
      [ -O "$HOME/" ] || [ "$(id -u)" = 0 ] || exit 0
      case $HOME/ in "${CLAUDE_PROJECT_DIR:-/?}"/* | "$(pwd -P)"/*)
        [ "$HOME" = "$(eval "echo ~$(id -un)")" ] || exit 0 ;;
      esac ;;
    esac
    case $home in /*) ;; *) exit 0 ;; esac
  fi

  inbox=$home/inbox
  [ -d "$inbox" ] || mkdir -p "$inbox" || exit 0
  [ ! -h "$inbox" ] || exit 0

  # Where no worker comes to empty it, the inbox is full at some time.
  set -- "$inbox"/*.json
  if [ $# -lt 1000 ]; then
    # A name of our own: hooks run side by side, also in containers, where they have the same process ids.
    id=$$-${CLAUDE_CODE_SESSION_ID:-}
    case $id in *[!0-9A-Za-z-]*) id=$$ ;; esac
    [ ${#id} -lt 100 ] || id=$$
    n=0
    set -C
    until event=$inbox/$id-$n.json && true >"$event"; do
      [ -e "$event" ] || exit 0
      n=$((n + 1))
    done
    set +C
    # Of the environment, which also holds secrets, what an event may say; then an empty line and of the client's JSON the
    # few words that the delivery needs: nothing that was said rests in the inbox. What a large event says comes before
    # what is large in it, so that its beginning is enough; a record of awk is what lies between two quotes, since some
    # awks take long over a long one. Half an event is none: a reader waits for the rest, and a full disk leaves nothing.
    head -c 262144 | awk '
      function odd(s,   n, k) {
        # Whether it ends with an odd number of backslashes. In large steps: some awks copy the text for each.
        n = length(s)
        while (n >= 64 && substr(s, n - 63, 64) == slashes) n -= 64
        for (k = 0; k < n && substr(s, n - k, 1) == "\\"; k++);
        return k % 2
      }
      BEGIN {
        RS = "\""
        slashes = "\\"
        while (length(slashes) < 64) slashes = slashes slashes
        n = split("TRACEPARENT TRACESTATE CLAUDE_PID CLAUDE_CODE_ENTRYPOINT", names, " ")
        for (i = 1; i <= n; i++)
          if (names[i] in ENVIRON && length(ENVIRON[names[i]]) <= 1024 && ENVIRON[names[i]] !~ /[\r\n]/)
            print names[i] "=" ENVIRON[names[i]]
        print ""
        n = split("session_id transcript_path prompt_id hook_event_name", names, " ")
        for (i = 1; i <= n; i++) wanted[names[i]] = 1
      }
      !inside {
        inside = 1
        if (depth == 1 && ended && $0 ~ /^[ \t\r\n]*:[ \t\r\n]*$/) key = text
        else key = ""
        ended = 0
        text = ""
        depth += gsub(/[[{]/, "&") - gsub(/[]}]/, "&")
        next
      }
      {
        if (key == "" || key in wanted) {
          if (length(text) + length($0) <= (key == "" ? 64 : 8192)) text = text $0
          else key = "too long"
        }
        if (odd($0)) { if (key == "" || key in wanted) text = text "\""; next }
        inside = 0
        ended = 1
        if (!(key in wanted)) next
        delete wanted[key]
        out = out (out == "" ? "{" : ",") "\"" key "\":\"" text "\""
        if (++found == n) exit
      }
      END {
        if (("session_id" in wanted) || ("transcript_path" in wanted) || ("hook_event_name" in wanted)) exit 1
        print out "}"
      }
    ' >"$event" || rm -f "$event"
  fi

  node=
  [ -r "$bin/node-path" ] && read -r node <"$bin/node-path"
  worker=$bin/worker.cjs
  if [ -f "$worker" ]; then
    # Killing a hook kills its children by their parent's id: the worker is an orphan from its first moment, in a
    # session of its own where the system has `setsid`. Its environment is what `configure` has written down.
    (
      cd /
      path=
      case $home in */.ccotel) set -- "HOME=${home%/.ccotel}" ;; *) set -- "HOME=${HOME:-}" ;; esac
      set -- "PATH=$PATH" "$@"
      if [ -r "$bin/worker-env" ]; then
        while IFS= read -r line; do
          case $line in [A-Za-z_]*=*) set -- "$@" "$line" ;; esac
          case $line in PATH=*) path=${line#PATH=} ;; esac
        done <"$bin/worker-env"
      fi
      [ -f "$node" ] && [ -x "$node" ] || node=$(PATH=${path:-$PATH} && command -v node) || exit 0
      detach=$(command -v setsid)
      exec env -i "$@" "CCOTEL_HOME=$home" $detach "$node" "$worker" </dev/null
    ) &
  fi
} >/dev/null 2>&1
exit 0
