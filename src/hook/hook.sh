#!/bin/sh
# Run by Claude Code at the start of a session, at the end of every turn and at its end. Puts the event into the inbox
# and starts the background worker, then is gone: whatever happens, it prints nothing and ends well, because anything
# else would show up in somebody's session. A shell and one small tool do this in a sixth of the time that Node needs
# to start.
{
  # The settings of a cloned repository may put nearly anything into this environment (SECURITY.md). So no variable says
  # where something lies or which program runs: the place of this file and the files beside it do, as `configure` left
  # them. A bash that runs this as sh takes functions from the environment, too: in POSIX mode it cannot be kept from
  # forgetting them.
  POSIXLY_CORRECT=1
  unset -f '[' cd command env false head id mkdir printf pwd read rm setsid true umask
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

  # What stands in the place of the inbox, or a link, is the worker's to move aside.
  inbox=$home/inbox
  [ -d "$inbox" ] || mkdir -p "$inbox"

  # Of the environment, which also holds secrets, what an event may say, then an empty line, and of the client's JSON the
  # few words that the delivery needs: nothing that was said rests in the inbox. What a large event says comes before what
  # is large in it, so its beginning is enough. The shell takes it apart at its quotes: every other piece is a string, or a
  # part of one where the quote was escaped.
  # Where the standard input is closed, a pipe of the shell's own would take its place.
  true 3<&0 || exec </dev/null
  text=$(head -c 65536)
  set -f
  IFS='"'
  set -- $text
  IFS=' '
  set +f
  session= transcript= prompt= event=
  depth=0 inside= word= key= n=0
  for piece; do
    n=$((n + 1))
    [ $n -le 4000 ] || break
    if [ -z "$inside" ]; then
      inside=1
      key=
      case $depth$piece in
        1: | '1: ' | '1 :' | '1 : ') key=$word ;;
        *)
          # No structure that long stands before what we want.
          [ ${#piece} -le 256 ] || break
          while case $piece in *[][{}]*) ;; *) false ;; esac; do
            case $piece in
              [{[]*) depth=$((depth + 1)) ;;
              []}]*) depth=$((depth - 1)) ;;
            esac
            piece=${piece#?}
          done
          ;;
      esac
      word=
      continue
    fi
    case $key in '' | session_id | transcript_path | prompt_id | hook_event_name)
      [ ${#word} -gt 8192 ] || word=$word$piece
    esac
    # An odd number of backslashes escapes the quote behind them.
    case $piece in
      *[!\\]\\ | \\) word=$word\" && continue ;;
      *\\\\\\\\\\\\\\\\) break ;;
      *\\)
        odd=
        while case $piece in *\\) ;; *) false ;; esac; do
          piece=${piece%?}
          [ -n "$odd" ] && odd= || odd=1
        done
        [ -z "$odd" ] || { word=$word\" && continue; }
        ;;
    esac
    inside=
    case $key in
      session_id) session=${session:-$word} ;;
      transcript_path) transcript=${transcript:-$word} ;;
      prompt_id) prompt=${prompt:-$word} ;;
      hook_event_name) event=${event:-$word} ;;
    esac
    [ -z "$session" ] || [ -z "$transcript" ] || [ -z "$prompt" ] || [ -z "$event" ] || break
  done

  # Where no worker comes to empty it, the inbox is full at some time: of events, whatever else lies there.
  set -- "$inbox"/*.json
  n=$#
  waits=
  [ ! -e "$1" ] || waits=1
  if [ $n -ge 1000 ]; then
    n=0
    for file; do [ ! -f "$file" ] || n=$((n + 1)); done
  fi
  if [ $n -lt 1000 ] && [ -d "$inbox" ] && [ ! -h "$inbox" ] && [ -n "$session" ] && [ -n "$transcript" ] && [ -n "$event" ]; then
    said="{\"session_id\":\"$session\",\"transcript_path\":\"$transcript\",\"hook_event_name\":\"$event\""
    [ -z "$prompt" ] || said="$said,\"prompt_id\":\"$prompt\""
    lines=
    break='
'
    for line in "TRACEPARENT=${TRACEPARENT-}" "TRACESTATE=${TRACESTATE-}" "CLAUDE_PID=${CLAUDE_PID-}" \
      "CLAUDE_CODE_ENTRYPOINT=${CLAUDE_CODE_ENTRYPOINT-}"; do
      case $line in *= | *"$break"*) continue ;; esac
      [ ${#line} -gt 1024 ] || lines=$lines$line$break
    done
    # A name of our own: hooks run side by side, also in containers, where they have the same process ids.
    id=$$-${CLAUDE_CODE_SESSION_ID:-}
    case $id in *[!0-9A-Za-z-]*) id=$$ ;; esac
    [ ${#id} -lt 100 ] || id=$$
    n=0
    set -C
    until file=$inbox/$id-$n.json && true >"$file"; do
      [ -e "$file" ] || exit 0
      n=$((n + 1))
    done
    set +C
    # Half an event is none: a reader waits for the rest of it, and a full disk leaves nothing.
    printf '%s\n%s}\n' "$lines" "$said" >"$file" || rm -f "$file"
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
      # A Node that was upgraded away may still be there and not start any more, for want of a library. Trying it costs as
      # much as a worker, so it is tried only where an earlier event waits: no worker has come for that one, or one is
      # busy. Where it fails, one in the PATH that `configure` has noted takes its place.
      if [ ! -f "$node" ] || [ ! -x "$node" ]; then node=; fi
      if [ -n "$node" ] && [ -n "$waits" ]; then env -i "PATH=$PATH" "$node" --version </dev/null || node=; fi
      [ -n "$node" ] || node=$(PATH=${path:-$PATH} && command -v node) || exit 0
      detach=$(command -v setsid)
      exec env -i "$@" "CCOTEL_HOME=$home" $detach "$node" "$worker" </dev/null
    ) &
  fi
} >/dev/null 2>&1
exit 0
