#!/usr/bin/env bash
# What the repository says of itself: scripts without warnings, C++ in its layout, and META.json as PGXN wants it.
source "$(dirname "$0")/tap.sh"

# --- scripts ------------------------------------------------------------------------------------

# The files that are for a shell, in lines
scripts() { (cd "$root" && grep -rlE '^(#!/usr/bin/env bash|#!/bin/sh|# shellcheck shell=bash)$' script test .ci | sort); }

cd "$root" || exit   # .shellcheckrc is here
for script in $(scripts); do
    warnings=$(shellcheck --format gcc "$script" 2>&1)
    is "$warnings" '' "shellcheck has nothing to say of $script"
done

# --- C++ ------------------------------------------------------------------------------------------

# versions differ in details, so that one is right
formatter=
for name in clang-format-14 clang-format; do
    if [[ $("$name" --version 2>/dev/null) == *'version 14.'* ]]; then formatter=$name; break; fi
done
if [[ -z $formatter ]]; then
    skip 'C++ is formatted as .clang-format says' 'there is no clang-format 14'
else
    is "$(find src test -name '*.h' -o -name '*.cpp' | sort | xargs "$formatter" --dry-run 2>&1 | sed -n 's/: warning: code should be clang-formatted.*//p')" '' \
        'C++ is formatted as .clang-format says: clang-format -i FILE'
fi

# --- META.json: https://pgxn.org/meta/spec.txt ----------------------------------------------------

# meta EXPRESSION: a value of META.json, in SQL of the jsonb m
meta() { psql -XqAt -v meta="$(<META.json)" -d postgres <<<"SELECT $1 FROM (SELECT :'meta'::jsonb) AS s (m)" 2>&1; }

version=$(sed -n "s/^default_version = '\(.*\)'$/\1/p" customer_value.control)

is "$(meta "ARRAY(SELECT key FROM unnest('{name,version,abstract,maintainer,license,provides,meta-spec}'::text[]) AS key WHERE NOT m ? key)")" '{}' \
    'META.json has what PGXN requires'
is "$(meta "m ->> 'name', m #>> '{meta-spec,version}', m ->> 'license'")" 'customer_value|1.0.0|postgresql' 'META.json is of the extension, its licence and the form 1.0.0'
is "$(meta "m ->> 'version', m #>> '{provides,customer_value,version}'")" "$version|$version" \
    'META.json has the version of the control file'
is "$(meta "m #>> '{provides,customer_value,file}', m #>> '{provides,customer_value,docfile}'")" 'customer_value.control|README.md' 'META.json names the control file and the manual'
[[ -f customer_value.control && -f README.md ]]
ok $? 'which are there'
# the oldest PostgreSQL is that of script/lib.sh
is "$(meta "m #>> '{prereqs,runtime,requires,PostgreSQL}'")" "$(sed -n 's/^oldest_major=//p' script/lib.sh).0.0" 'META.json requires the oldest PostgreSQL that is supported'
is "$(meta "m #>> '{resources,homepage}'")" 'https://pgxn.org/dist/customer_value/' 'META.json says where the project is'
is "$(meta "(SELECT count(*) > 0 AND bool_and(length(tag) <= 256 AND tag ~ '^[^/\\\\]+\$') FROM jsonb_array_elements_text(m -> 'tags') AS tag)")" t \
    'META.json has tags as PGXN wants them'

done_testing
