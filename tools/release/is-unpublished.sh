#!/usr/bin/env bash
# Says whether npm lacks a version that is checked in: `true` or `false`.
set -euo pipefail
cd "$(dirname "$0")/../.."

for manifest in packages/*/package.json; do
  read -r name version < <(jq --raw-output '"\(.name) \(.version)"' "$manifest")
  # Of a version that is not there npm says nothing, and of a package that is not, that.
  if [ -z "$(npm view "$name@$version" version 2>/dev/null)" ]; then
    echo true
    exit
  fi
done
echo false
