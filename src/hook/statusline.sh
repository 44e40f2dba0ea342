#!/bin/sh
# Run by Claude Code to draw its status line, several times a turn, so it starts as little as it can: keeps what the
# client says about limits and costs for the background worker, and shows the user's own status line unchanged, or a line
# of ours.
#
# As in hook.sh, nothing of the environment says where a file lies or which program of ours runs: a cloned repository's
# settings can be in there. The user's own command gets the environment as it was.
path=$PATH
POSIXLY_CORRECT=1
unset -f '[' cat cd command env head mkdir mv printf pwd read rm sh true umask 2>/dev/null
PATH=/usr/bin:/bin:/usr/local/bin:/run/current-system/sw/bin

bin=${0%/*}
home=${bin%/*}
dir=$home/statusline
text=$(head -c 262144)

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
  old=
  [ ! -f "$file" ] || [ -h "$file" ] || IFS= read -r old <"$file"
  [ "$old" != "$text" ] || return
  umask 077
  [ -d "$dir" ] || mkdir -p "$dir"
  [ -h "$dir" ] && return
  printf '%s\n' "$text" >"$file.$$.tmp" && mv -f "$file.$$.tmp" "$file"
}

dollars() { LC_ALL=C printf '$%.2f' "$1"; }

# Model, context, cost of the session and of the day, limits: what the client says of them.
line() {
  value display_name "${text#*\"model\":}"
  shown=$found
  value used_percentage "${text#*\"context_window\":}"
  case $found in '' | null | *[!0-9.]*) ;; *) shown="$shown · ${found%.*}% context" ;; esac
  value total_cost_usd "$text"
  case $found in '' | *[!0-9.e-]*) ;; *) shown="$shown · $(dollars "$found")" ;; esac
  day= cost= budget=
  [ ! -f "$dir/today" ] || IFS=' ' read -r day cost budget <"$dir/today"
  if [ -n "$cost" ] && [ "$day" = "$(date +%Y-%m-%d)" ]; then
    shown="$shown · $(dollars "$cost") today"
    [ -z "$budget" ] || shown="$shown of $(dollars "$budget")"
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
