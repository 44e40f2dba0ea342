#!/usr/bin/env bash
# Builds the real backends of these tests from Go modules: build.sh [collector|jaeger|prometheus]…
# They go to $CCOTEL_BACKENDS, else ~/.cache/ccotel-backends, and stay there; what is there already is skipped.
# Needs Go 1.26; with cold caches each takes 2 to 3 minutes on two cores.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
out=${CCOTEL_BACKENDS:-$HOME/.cache/ccotel-backends}
mkdir -p "$out" && out=$(cd "$out" && pwd)
[ $# -gt 0 ] || set -- collector jaeger prometheus
export GOFLAGS=-buildvcs=false
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT

# A main package of a module whose go.mod has replace directives cannot be `go install`ed. As a dependency of an empty
# module that takes over its go.mod and go.sum it can be built.
dependency() { # module version package…
  local module=$1 version=$2 dir
  shift 2
  dir=$(cd "$work" && GOFLAGS=-mod=mod go mod download -json "$module@$version" | sed -n 's/^.*"Dir": "\(.*\)",$/\1/p')
  mkdir -p "$work/b" && cd "$work/b"
  sed 's/^module .*/module x/' "$dir/go.mod" > go.mod && cat "$dir/go.sum" > go.sum
  go mod edit -require "$module@$version"
  GOFLAGS="-buildvcs=false -mod=mod" go build -tags netgo,remove_all_sd -o "$out/" "$@"
  cd "$work" && rm -rf b
}

for what in "$@"; do
  case $what in
    collector)
      [ -x "$out/otelcol" ] && continue
      GOBIN="$work" go install go.opentelemetry.io/collector/cmd/builder@v0.161.0
      cp "$here/otelcol.yaml" "$work/"
      (cd "$work" && ./builder --config otelcol.yaml && mv otelcol/otelcol "$out/otelcol")
      ;;
    jaeger) # this module is Jaeger 2
      [ -x "$out/jaeger" ] || dependency github.com/jaegertracing/jaeger v1.76.0 github.com/jaegertracing/jaeger/cmd/jaeger
      ;;
    prometheus) # this is Prometheus 3.15
      [ -x "$out/promtool" ] || dependency github.com/prometheus/prometheus v0.315.0 \
        github.com/prometheus/prometheus/cmd/prometheus github.com/prometheus/prometheus/cmd/promtool
      ;;
    *) echo "unknown: $what (collector, jaeger, prometheus)" >&2; exit 2 ;;
  esac
done
ls -l "$out"
