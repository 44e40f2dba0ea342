#!/bin/sh
# Run by Claude Code to draw its status line, several times a turn, so it starts as little as it can: keeps what the
# client says about limits and costs for the background worker, and shows the user's own status line unchanged, or a line
# of ours.
#
# As in hook.sh, nothing of the environment says where a file lies or which program of ours runs: a cloned repository's
# settings can be in there. The user's own command gets the environment as it was.
path=$PATH
POSIXLY_CORRECT=1
unset -f '[' date mkdir printf read sh umask 2>/dev/null
PATH=/usr/bin:/bin:/usr/local/bin:/run/current-system/sw/bin

bin=${0%/*}
home=${bin%/*}
dir=$home/statusline

# The client writes one line; a read of the shell's own costs no process.
text=
while IFS= read -r part || [ -n "$part" ]; do
  text="$text${text:+
}$part"
done

# The value behind a key, up to the next comma or brace: a number, or a string without its quotes.
value() {
  found=${2#*\"$1\":}
  [ "$found" != "$2" ] || { found= && return; }
  found=${found%%[,\}]*}
  found=${found#\"}
  found=${found%\"}
}

keep() {
  value session_id "$text"
  case $found in '' | *[!0-9A-Za-z-]*) return ;; esac
  [ ${#found} -le 64 ] || return
  file=$dir/$found.json
  # One line, as the client writes it: what has not changed costs no process.
  [ ! -h "$dir" ] && [ ! -h "$file" ] || return
  old=
  [ ! -f "$file" ] || IFS= read -r old <"$file"
  [ "$old" != "$text" ] || return
  umask 077
  [ -d "$dir" ] || mkdir -p "$dir"
  # Not by a file beside it that takes its place, which costs a process: a reader that finds half of it looks again.
  printf '%s\n' "$text" >"$file"
}

# A number of dollars, rounded to cents; what is less than a cent, or no plain number, has other signs.
dollars() {
  case $1 in
  *e-*) found='$0.00' && return ;;
  '' | *[!0-9.]* | *.*.* | 0[0-9]*) found="\$$1" && return ;;
  esac
  whole=${1%%.*}
  rest=000
  [ "$whole" = "$1" ] || rest=${1#*.}000
  # Three digits behind the point, with a one in front, as a leading zero would make them octal.
  rest=1${rest%"${rest#???}"}
  cents=$(((${whole:-0} * 1000 + rest - 1000 + 5) / 10))
  rest=$((cents % 100 + 100))
  found="\$$((cents / 100)).${rest#1}"
}

# Model, context, cost of the session and of the day, limits: what the client says of them.
line() {
  value display_name "${text#*\"model\":}"
  shown=$found
  value used_percentage "${text#*\"context_window\":}"
  case $found in '' | null | *[!0-9.]*) ;; *) shown="$shown · ${found%.*}% context" ;; esac
  value total_cost_usd "$text"
  case $found in '' | *[!0-9.e-]*) ;; *) dollars "$found" && shown="$shown · $found" ;; esac
  day= cost= budget=
  [ ! -f "$dir/today" ] || IFS=' ' read -r day cost budget <"$dir/today"
  if [ -n "$cost" ] && [ "$day" = "$(date +%Y-%m-%d)" ]; then
    dollars "$cost"
    shown="$shown · $found today"
    [ -z "$budget" ] || { dollars "$budget" && shown="$shown of $found"; }
  fi
  for window in five_hour:5h seven_day:7d; do
    limits=${text#*\"rate_limits\":}
    [ "$limits" != "$text" ] || break
    part=${limits#*\"${window%:*}\":}
    [ "$part" != "$limits" ] || continue
    value used_percentage "$part"
    case $found in '' | null | *[!0-9.]*) ;; *) shown="$shown · ${window#*:} ${found%.*}%" ;; esac
  done
  printf '%s\n' "$shown"
}

keep </dev/null >/dev/null 2>&1
if [ -r "$bin/statusline-command" ]; then
  theirs=
  while IFS= read -r part || [ -n "$part" ]; do
    theirs="$theirs$part
"
  done <"$bin/statusline-command"
  PATH=$path
  printf '%s\n' "$text" | /bin/sh -c "$theirs"
else
  line 2>/dev/null
fi
