#!/usr/bin/env bash
# An upgraded extension equals an installed one: from each released version, and through two made-up ones after this one. Values and marts
# keep what they say. What has been released stays: scripts and C symbols.
# shellcheck source=test/tap/tap.sh
source "$(dirname "$0")/tap.sh"

extension_dir=$stage$("$PG_CONFIG" --sharedir)/extension
library=$stage$("$PG_CONFIG" --pkglibdir)/customer_value.so
current=$(sed -n "s/^default_version = '\(.*\)'/\1/p" "$root/customer_value.control")
folder=$work/upgrade
tree=$folder/tree   # a copy of what was built, in which later versions are made up
first=999.1
second=999.2
rm -rf "$folder"     # what a run that was killed has left is of an older tree
mkdir -p "$folder/installed"
cp "$extension_dir"/customer_value--*.sql "$folder/installed/"
clean_up() {
    for database in upgrade_{fresh,old,wrong,kept,trap}; do dropdb --if-exists "$database"; done
    rm -f "$extension_dir"/customer_value--*.sql
    cp "$folder/installed"/*.sql "$extension_dir/"
    psql -Xqc 'DROP ROLE IF EXISTS upgrade_mallory'
} 2>/dev/null
trap clean_up EXIT

# catalogue DATABASE [CHANGE]: what is compared, after a change that is rolled back
catalogue() {
    { printf 'BEGIN; %s;\n' "${2-SELECT}"; cat "$root/test/upgrade/catalogue.sql"; } | sql "$1"
}

# install DATABASE VERSION
install() { new_database "$1" && sql "$1" "CREATE EXTENSION customer_value VERSION '$2'"; }

# upgrade DATABASE VERSION
upgrade() { sql "$1" "ALTER EXTENSION customer_value UPDATE TO '$2'"; }

# is_as_installed FROM... TO NAME: an install that is upgraded step by step is as one of TO
is_as_installed() {
    local name=${*: -1} version=${*: -2:1} step
    install upgrade_fresh "$version"
    install upgrade_old "$1"
    for step in "${@:2:$#-2}"; do upgrade upgrade_old "$step" | sed 's/^/# /'; done
    catalogue upgrade_old >"$folder/old"
    catalogue upgrade_fresh >"$folder/fresh"
    cmp -s "$folder/old" "$folder/fresh"
    ok $? "$name"
    diff "$folder/fresh" "$folder/old" | head -n 20 | cut -c 1-500 | sed 's/^/# /'
}

# --- what is released stays -----------------------------------------------------------------------

is "$(sed '/^#/d; /^$/d' "$root/test/upgrade/symbols" | sort | comm -23 - <(nm -D --defined-only "$library" | awk '{ print $3 }' | sort))" '' \
    'the library has each C symbol that was ever released'
is "$("$root/test/upgrade/new-symbols")" '' 'those of this version are listed: test/upgrade/new-symbols >> test/upgrade/symbols'

mkdir -p "$folder/released"
released=$("$root/test/upgrade/unpack" "$folder/released")
ok $? 'the scripts of released versions can be unpacked'
if grep -q "^## $current (unreleased)" "$root/CHANGELOG.md"; then
    [[ $'\n'$released$'\n' != *$'\n'$current$'\n'* ]]
    ok $? "version $current is not released: its script is not kept yet"
else
    is "$(cat "$folder/released/customer_value--$current.sql")" "$(grep -v '^-- src/sql/' "$extension_dir/customer_value--$current.sql")" \
        "version $current is released: its script is kept (test/upgrade/keep) and does not change (or begin a new version)"
fi
cp "$folder/released"/*.sql "$extension_dir/" 2>/dev/null
for version in $released; do
    [[ $version == "$current" ]] || is_as_installed "$version" "$current" "an upgrade from $version gives what an install of $current gives"
done

# --- two versions after this one --------------------------------------------------------------------

# make_up VERSION FROM NAME: builds and installs a next version of the tree from test/upgrade/made_up/NAME*
make_up() {
    cp "$root/test/upgrade/made_up/$3.sql" "$tree/src/sql/made_up.sql"
    cp "$root/test/upgrade/made_up/$3.delta.sql" "$tree/src/sql/upgrade/$2--$1.sql"
    sed -i "s/^default_version = .*/default_version = '$1'/" "$tree/customer_value.control"
    make -s -C "$tree" PG_CONFIG="$PG_CONFIG" install DESTDIR="$folder/$1" && cp "$folder/$1$("$PG_CONFIG" --sharedir)/extension"/*.sql "$extension_dir/"
}

cp -a "$build" "$tree"
mkdir -p "$tree/src/sql/upgrade"
[[ $'\n'$released$'\n' == *$'\n'$current$'\n'* ]] || "$tree/test/upgrade/keep"
base=$("$tree/test/upgrade/unpack" "$folder/released" | sed -n 1p)
cp "$folder/released"/*.sql "$extension_dir/"
make_up "$first" "$current" first && "$tree/test/upgrade/keep"
ok $? 'a next version is built and kept'
sed -i 's/^LANGUAGE sql IMMUTABLE PARALLEL SAFE$/& COST 2/' "$tree/src/sql/templates/formula.sql"   # hundreds of functions
make_up "$second" "$first" second
ok $? 'and one after it'
"$tree/test/upgrade/unpack" "$folder/released" >/dev/null
cmp -s "$folder/released/customer_value--$first.sql" <(grep -v '^-- src/sql/' "$extension_dir/customer_value--$first.sql")
ok $? 'what was kept as a difference is what was released'

is_as_installed "$base" "$first" "an upgrade from $base to the next version gives what an install gives"
is_as_installed "$base" "$second" 'so does one that skips that version'
is_as_installed "$base" "$first" "$second" 'so does one that does not'
is_as_installed "$first" "$second" 'so does one from an install of it'

# --- values and a mart from before --------------------------------------------------------------------

install upgrade_kept "$base"
sql upgrade_kept 'CREATE TABLE samples (type text, state text)'
sql contrib_regression 'COPY (SELECT type::text, state FROM matrix.states) TO STDOUT' | psql -Xq -d upgrade_kept -c 'COPY samples FROM STDIN'
is "$(sql upgrade_kept <"$root/test/upgrade/values.sql")" '' 'values of each type, and a mart, are stored'
is "$(sql upgrade_kept "SELECT type FROM kept.types WHERE NOT is_composite AND type::text NOT IN (SELECT type FROM samples WHERE state <> 'empty')")" '' 'there is a sample of each type with an input function of its own'
is "$(sql upgrade_kept "SELECT count(*) > 1000 FROM kept.before WHERE answer NOT LIKE 'error%'")" t 'more than a thousand questions have an answer that is no error'
upgrade upgrade_kept "$first"
upgrade upgrade_kept "$second"
sql upgrade_kept "CREATE VIEW kept.after AS SELECT * FROM kept.answers() UNION ALL SELECT * FROM kept.shown('mart')"
is "$(sql upgrade_kept '(TABLE kept.before EXCEPT TABLE kept.after) UNION ALL (TABLE kept.after EXCEPT TABLE kept.before)')" '' 'after the upgrade all of them have the same answer, and the mart shows the same'
for change in 'SELECT' "INSERT INTO lines VALUES (201, 3, '2024-07-20', 30, 'p9', 'g1')" "UPDATE lines SET product = 'p9' WHERE id = 200" 'DELETE FROM lines WHERE id = 3'; do
    is "$(sql upgrade_kept <<SQL
SET client_min_messages = warning;
$change;
CALL refresh_mart('mart');
SELECT FROM kept.make('new');
CALL refresh_mart('new');
(SELECT * FROM kept.shown('mart') EXCEPT SELECT * FROM kept.shown('new')) UNION ALL (SELECT * FROM kept.shown('new') EXCEPT SELECT * FROM kept.shown('mart'));
SELECT FROM drop_mart('new');
SQL
    )" '' "the mart goes on: ${change%% *}"
done

# --- what lies in the way -----------------------------------------------------------------------------

sql postgres 'DROP ROLE IF EXISTS upgrade_mallory; CREATE ROLE upgrade_mallory'
new_database upgrade_trap
sql upgrade_trap "CREATE SCHEMA trap; GRANT ALL ON SCHEMA trap TO upgrade_mallory; CREATE EXTENSION customer_value SCHEMA trap VERSION '$base'"
for planted in 'FUNCTION made_up_rate(amount numeric) RETURNS numeric LANGUAGE sql RETURN 1' 'TYPE made_up_state AS (score integer)' 'TYPE made_up_pair AS (score integer)'; do
    sql upgrade_trap "SET ROLE upgrade_mallory; SET search_path = trap; CREATE $planted"
    [[ $(upgrade upgrade_trap "$first") == ERROR:*('is not a member of extension "customer_value"'|'already exists')* ]]
    ok $? "what a user has planted is not taken for the new object: ${planted%% *}"
    sql upgrade_trap 'DROP OWNED BY upgrade_mallory; GRANT ALL ON SCHEMA trap TO upgrade_mallory'
done
{ echo 'SET ROLE upgrade_mallory;'; decoys trap; } | sql upgrade_trap
is "$(upgrade upgrade_trap "$second")" '' 'beside decoys the upgrade goes on'
is "$(trapped upgrade_trap trap)" '' 'and no function calls one'

# --- the test itself ------------------------------------------------------------------------------------

# Each difference between two databases is seen
install upgrade_fresh "$second"
right=$(catalogue upgrade_fresh)
for change in 'COMMENT ON FUNCTION roi(numeric, numeric) IS NULL' 'ALTER FUNCTION roi(numeric, numeric) COST 3' 'ALTER FUNCTION roi(numeric, numeric) STRICT' \
    'ALTER FUNCTION roi(numeric, numeric) PARALLEL RESTRICTED' "ALTER FUNCTION roi(numeric, numeric) SET search_path = ''" 'REVOKE ALL ON FUNCTION roi(numeric, numeric) FROM PUBLIC' \
    'CREATE OR REPLACE FUNCTION roi(gain numeric, cost numeric) RETURNS numeric LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 2 RETURN 1' \
    'ALTER TYPE nps_state SET (STORAGE = external)' 'ALTER TYPE bg_nbd_model ALTER ATTRIBUTE a TYPE real' 'ALTER OPERATOR || (nps_state, nps_state) OWNER TO upgrade_mallory' \
    'ALTER EXTENSION customer_value DROP CAST (made_up_state AS nps_state)' 'ALTER LANGUAGE customer_value OWNER TO upgrade_mallory' \
    "UPDATE pg_aggregate SET agginitval = '' WHERE aggfnoid = 'rollup(nps_state)'::regprocedure"; do
    wrong=$(catalogue upgrade_fresh "$change")
    [[ $wrong != "$right" && $wrong != *ERROR* ]]
    ok $? "the comparison sees: $change"
done

# wrong_upgrade FROM DELTA TEXT: whether an upgrade from FROM fails, or gives something else, when the delta is this text
wrong_upgrade() {
    printf '%s' "$3" >"$tree/src/sql/upgrade/$2.sql"
    "$tree/script/upgrade-script" "$1" >"$extension_dir/customer_value--$1--$second.sql"
    install upgrade_wrong "$1"
    ! upgrade upgrade_wrong "$second" >/dev/null || [[ $(catalogue upgrade_wrong) != "$right" ]]
}

# each statement of a delta is needed, and no other is
for delta in "$base $current--$first first" "$first $first--$second second"; do
    read -r from name file <<<"$delta"
    text=$(cat "$root/test/upgrade/made_up/$file.delta.sql")
    mapfile -d '' -t statements < <(awk -v RS= -v ORS='\0' '$0 !~ /^--@/' <<<"$text")
    for statement in "${statements[@]}"; do
        wrong_upgrade "$from" "$name" "${text/"$statement"/}"
        ok $? "without this a delta is seen to be wrong: ${statement%%$'\n'*}"
    done
    wrong_upgrade "$from" "$name" "$text"$'\n\nCREATE FUNCTION made_up_leftover() RETURNS integer LANGUAGE sql RETURN 1;\n'
    ok $? 'a function that the current version does not have is seen'
    ! wrong_upgrade "$from" "$name" "$text"
    ok $? "as it is, $file.delta.sql is seen to be right"
done

done_testing
