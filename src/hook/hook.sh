#!/bin/sh
# Claude Code runs this at the start of a session, at the end of every turn and at the end of the session. It puts the
# event into the inbox, starts the background worker and exits. It prints nothing and always exits with code 0, because
# anything else would show up in the user's session. A shell and one small tool take a sixth of the time that Node needs
# to start.
{
  # The settings of a cloned repository can set nearly any variable here (SECURITY.md). So no variable decides where a
  # file is or which program runs: the place of this file and the files beside it do, as `configure` left them. If sh is
  # bash, it also imports functions from the environment. In POSIX mode no such function can replace `unset`, so `unset
  # -f` removes them.
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
    # An administrator's programs serve all users. Each user's state is in the home folder, or where the entry says. Old
    # versions of Claude Code let a project set HOME, so the hook exits if HOME belongs to another user, or is in the
    # project and not the user's real home folder.
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

  # If a link or file is in the place of the inbox, the worker moves it aside.
  inbox=$home/inbox
  [ -d "$inbox" ] || mkdir -p "$inbox"

  # An event has the allowed variables of the environment (others hold secrets), an empty line, and the few fields of
  # Claude Code's JSON that the delivery needs. No prompt or answer is written to the inbox. Large values come after
  # those fields, so the start of the input is enough. The shell splits it at its quotes: every other piece is a string,
  # or part of one if a quote was escaped.
  #
  # If the standard input is closed, a pipe of the shell would take its place.
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
          # Before the needed fields, no such piece is that long.
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
    # An odd number of backslashes escapes the quote after them.
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

  # The inbox fills up if no worker empties it. Only events count, not other files.
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
    # A unique name: hooks run at the same time, also in containers, where they have the same process ids.
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
    # If the write fails, for example on a full disk, the hook removes the file: a reader would wait for the rest.
    printf '%s\n%s}\n' "$lines" "$said" >"$file" || rm -f "$file"
  fi

  node=
  [ -r "$bin/node-path" ] && read -r node <"$bin/node-path"
  worker=$bin/worker.cjs
  if [ -f "$worker" ]; then
    # Claude Code kills a hook together with its children, which it finds by their parent's id. So the worker is an
    # orphan from the start, in its own session if the system has `setsid`. Its environment is what `configure` wrote.
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
      # After an upgrade, an old Node may still exist but fail to start because a library is missing. A test takes as
      # long as a worker needs, so it runs only if an earlier event waits: no worker came for that one, or one is busy.
      # If the test fails, the hook uses a Node in the PATH that `configure` wrote.
      gone=
      if [ ! -f "$node" ] || [ ! -x "$node" ]; then gone=$node node=; fi
      if [ -n "$node" ] && [ -n "$waits" ]; then env -i "PATH=$PATH" "$node" --version </dev/null || node=; fi
      [ -n "$node" ] || node=$(PATH=${path:-$PATH} && command -v node)
      # A version manager removes the old version's folder, which is all that PATH had of it. The new one is beside it:
      # …/versions/node/v22.1.0/bin/node, with fnm …/v22.1.0/installation/bin/node.
      if [ -z "$node" ]; then
        rest=/bin/node
        case $gone in */installation/bin/node) rest=/installation/bin/node ;; /*/*/bin/node) ;; *) exit 0 ;; esac
        gone=${gone%"$rest"}
        # Only folders with versions as names: next to another folder, anybody's clone may hold a bin/node.
        case ${gone##*/} in [0-9]* | v[0-9]*) ;; *) exit 0 ;; esac
        for file in "${gone%/*}"/[0-9]*"$rest" "${gone%/*}"/v[0-9]*"$rest"; do
          # Older than 20. mise also has links without the rest of the version: 18 → 18.20.0.
          case ${file#"${gone%/*}/"} in [0-9][./]* | v[0-9][./]* | 1[0-9][./]* | v1[0-9][./]*) continue ;; esac
          if [ -f "$file" ] && [ -x "$file" ]; then node=$file; fi
        done
        [ -n "$node" ] || exit 0
      fi
      detach=$(command -v setsid)
      exec env -i "$@" "CCOTEL_HOME=$home" $detach "$node" "$worker" </dev/null
    ) &
  fi
  # Here and not behind the braces: bash would print that a worker was killed by a signal.
  exit 0
} >/dev/null 2>&1
exit 0
