#!/usr/bin/env bash
# What the repository says of itself: scripts without warnings.
source "$(dirname "$0")/tap.sh"

# --- scripts ------------------------------------------------------------------------------------

# The files that are bash, in lines
scripts() { (cd "$root" && grep -rlE '^(#!/usr/bin/env bash|# shellcheck shell=bash)$' script test .ci | sort); }

cd "$root" || exit   # .shellcheckrc is here
for script in $(scripts); do
    warnings=$(shellcheck --format gcc "$script" 2>&1)
    is "$warnings" '' "shellcheck has nothing to say of $script"
done

done_testing
