#!/usr/bin/env bash
# A mart as BI tools see it: every view, column and row through JDBC, ODBC and SQLAlchemy, by a role that may read the views and
# nothing else. What a driver shows must be what psql says of the same catalogue and the same views.
source "$(dirname "$0")/../tap/tap.sh"
here=$root/test/drivers
java=/usr/share/java

# what each of them shows of the mart
from_psql() { psql -XqAt -v ON_ERROR_STOP=1 -F $'\t' -v schema=mart -f "$here/listing.sql"; }
from_jdbc() { java -cp "$java/postgresql.jar:$java/junixsocket-common.jar" "$here/JdbcListing.java" mart; }
from_odbc() { /usr/bin/python3 -B "$here/odbc_listing.py" mart; }
from_sqlalchemy() { /usr/bin/python3 -B "$here/sqlalchemy_listing.py" mart; }

# of_views FIELDS LISTING, of_columns FIELDS LISTING: some fields of a listing
of_views() { awk -F '\t' 'NF == 3' <<<"$2" | cut -f "$1"; }
of_columns() { awk -F '\t' 'NF > 3' <<<"$2" | cut -f "$1"; }

# The fields of a listing, as psql has them and as a driver has them
same() { is "$("$1" "$2" "$listing")" "$("$1" "$2" "$truth")" "$driver: $3"; }

printf '# '
dpkg-query -W -f '${Package} ${Version}  ' libpostgresql-jdbc-java odbc-postgresql python3-pyodbc python3-sqlalchemy python3-psycopg2
printf '\n'

new_database drivers
export PGDATABASE=drivers
is "$({ echo 'CREATE EXTENSION customer_value;'; cat "$root/demo/tables.sql" "$root/demo/shop.sql" "$here/mart.sql"; } | sql drivers)" '' 'the shop has a mart'
truth=$(from_psql)
ok $? 'psql reads every view'
((failures == 0)) || done_testing   # there is nothing to compare with
is "$(of_views 1 "$truth")" "$(sql drivers "SELECT name FROM describe_mart('mart') ORDER BY name COLLATE \"C\"")" 'every view of a mart is there'
is "$(awk -F '\t' '(NF == 3 && $2 == 0 || NF > 3 && $5 == 0) && $1 != "rejected" && $1 " " $2 != "refreshes error" { print $1, $2 }' <<<"$truth")" '' 'no view and no column is empty, but of bad rows and of errors'
is "$(awk -F '\t' '$NF == "" { print $1, $2 }' <<<"$truth")" '' 'every view and column has a comment'
is "$(of_columns 1-3 "$truth" | grep -vP '\t(date|text|bigint|boolean|double precision|numeric\(\d+,[1-9]\d*\))$')" '' 'every column is of a plain type'

# the answer to every attempt of the analyst's to read what is no view
attempts=$(sql drivers "SELECT format('TABLE mart.%I LIMIT 0;', relname) FROM pg_class WHERE relnamespace = 'mart'::regnamespace AND relkind IN ('r', 'm', 'p', 'S')")
answers=$(PGUSER=analyst psql -Xq -d drivers <<<"$attempts" 2>&1)
is "$(grep -c 'permission denied' <<<"$answers")" "$(wc -l <<<"$attempts")" "an analyst cannot look into the mart's own tables"

for driver in jdbc odbc sqlalchemy; do
    # in a time zone in which one day a year has no midnight
    listing=$(TZ=America/Santiago PGUSER=analyst "from_$driver" 2>"$work/complaints")
    ok $? "$driver: an analyst can read every view"
    sed 's/^/# /' "$work/complaints"
    same of_views 1-2 'every view is listed, and has all its rows'
    same of_columns 1-4 'every column has its type, in the catalogue and in results'
    same of_columns 1-2,5-8 'every value arrives'
    if [[ $driver == odbc ]]; then
        skip "$driver: every view and column has its comment" 'psqlodbc leaves REMARKS empty'
    else
        same of_views 1,3 'every view has its comment'
        same of_columns 1-2,9 'every column has its comment'
    fi
done

dropdb drivers
dropuser analyst
done_testing
