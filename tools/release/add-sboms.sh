#!/usr/bin/env bash
# Adds the bill of materials of each package to the release of its version on GitHub, and makes the release if a run that
# failed has not. For the workflow, once all versions are on npm. A bill that a release has stays as it is.
set -euo pipefail
cd "$(dirname "$0")/../.."

for bill in reports/sbom/*.cdx.json; do
  short=$(basename "$bill" .cdx.json)
  read -r name version < <(jq --raw-output '"\(.name) \(.version)"' "packages/$short/package.json")
  tag="$name@$version"
  if ! bills=$(gh release view "$tag" --json assets --jq '.assets[] | select(.state == "uploaded").name'); then
    bills=
    awk -v heading="## $version" '/^## / { here = $0 == heading } here && $0 != heading' "packages/$short/CHANGELOG.md" |
      gh release create "$tag" --target "$GITHUB_SHA" --title "$tag" --notes-file -
  fi
  grep --quiet --line-regexp --fixed-strings "${bill##*/}" <<<"$bills" || gh release upload "$tag" "$bill" --clobber
done
