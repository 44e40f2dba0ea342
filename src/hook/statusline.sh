#!/bin/sh
# Claude Code runs this to draw its status line, several times a turn, so it starts as few processes as possible. It
# keeps what Claude Code says about limits and costs for the background worker. It shows the user's own status line
# unchanged, or ccotel's line.
#
# As in hook.sh, no variable decides where a file is or which of ccotel's programs runs, because a cloned repository's
# settings can set it. The user's own command gets the original environment.
path=$PATH
POSIXLY_CORRECT=1
unset -f '[' date mkdir printf read sh umask 2>/dev/null
PATH=/usr/bin:/bin:/usr/local/bin:/run/current-system/sw/bin

bin=${0%/*}
home=${bin%/*}
dir=$home/statusline
session=

# Claude Code writes one line. The shell's `read` starts no process.
text=
while IFS= read -r part || [ -n "$part" ]; do
  text="$text${text:+
}$part"
done

# The value after a key, up to the next comma or brace: a number, or a string without its quotes.
value() {
  found=${2#*\"$1\":}
  [ "$found" != "$2" ] || { found= && return; }
  found=${found%%[,\}]*}
  found=${found# }
  found=${found#\"}
  found=${found%\"}
}

keep() {
  value session_id "$text"
  case $found in '' | *[!0-9A-Za-z-]*) return ;; esac
  [ ${#found} -le 64 ] || return
  file=$dir/$found.json
  [ ! -h "$dir" ] && [ ! -h "$file" ] || return
  session=$found
  # Claude Code writes one line. If it has not changed, no process is started.
  old=
  [ ! -f "$file" ] || IFS= read -r old <"$file"
  [ "$old" != "$text" ] || return
  umask 077
  [ -d "$dir" ] || mkdir -p "$dir"
  # Written in place, because a rename would start a process. A reader that finds an incomplete line looks again.
  printf '%s\n' "$text" >"$file"
}

# A number of dollars in thousandths. A number with a negative exponent is 0; any other form is empty.
thousandths() {
  case $1 in
  *e-*) found=0 && return ;;
  '' | *[!0-9.]* | *.*.* | 0[0-9]*) found= && return ;;
  esac
  whole=${1%%.*}
  rest=000
  [ "$whole" = "$1" ] || rest=${1#*.}000
  # Three digits after the point. The leading 1 keeps a leading zero from making the number octal.
  rest=1${rest%"${rest#???}"}
  found=$((${whole:-0} * 1000 + rest - 1000))
}

# Thousandths of a dollar, rounded to cents.
cents() {
  cents=$((($1 + 5) / 10))
  rest=$((cents % 100 + 100))
  found="\$$((cents / 100)).${rest#1}"
}

# A number of dollars, rounded to cents. A form that is no number is shown unchanged.
dollars() {
  thousandths "$1"
  if [ -n "$found" ]; then cents "$found"; else found="\$$1"; fi
}

# What the session has cost on day `$1` since its last turn ended, in thousandths of a dollar. `$2`: the session's cost.
# The first line of a day, or behind a turn, keeps that cost. The worker removes the file when it has counted a turn.
since() {
  thousandths "$2"
  now=${found:-0} file=$dir/$session.since kept= from=
  found=0
  [ -n "$session" ] && [ ! -h "$file" ] || return
  [ ! -f "$file" ] || IFS=' ' read -r kept from <"$file"
  case $from in *[!0-9]*) from= ;; esac
  if [ "$kept" != "$1" ] || [ -z "$from" ]; then
    umask 077
    printf '%s %s\n' "$1" "$now" >"$file"
  elif [ "$now" -gt "$from" ]; then
    found=$((now - from))
  fi
}

# Model, context, cost of the session and of the day, and limits, as Claude Code gives them.
line() {
  value display_name "${text#*\"model\":}"
  shown=$found
  value used_percentage "${text#*\"context_window\":}"
  case $found in '' | null | *[!0-9.]*) ;; *) shown="$shown · ${found%.*}% context" ;; esac
  value total_cost_usd "$text"
  spent=$found
  case $spent in '' | *[!0-9.e-]*) ;; *) dollars "$spent" && shown="$shown · $found" ;; esac
  day= cost= budget=
  [ ! -f "$dir/today" ] || IFS=' ' read -r day cost budget <"$dir/today"
  if [ -n "$cost" ] && [ "$day" = "$(date +%Y-%m-%d)" ]; then
    since "$day" "$spent"
    more=$found
    thousandths "$cost"
    cents $((found + more))
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
