-- What the dashboard reads of a mart, one line a query: its name, a tab, the query. Views without rows are left out, and so
-- are pages and sections that would need them. Of the customers, who may be millions, only totals and the first hundred leave the database.
--
--     psql -XqAt -F $'\t' -v mart=shop -f sources.sql
\set ON_ERROR_STOP on
SET client_min_messages = warning;

CREATE TEMP TABLE readable AS
SELECT c.oid, c.relname AS name, format('%I.%I', n.nspname, c.relname) AS view
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = :'mart' AND c.relkind = 'v' AND c.relname !~ '^source_' AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT');

CREATE TEMP TABLE filled (name name);
SELECT format('INSERT INTO filled SELECT %L WHERE EXISTS (SELECT FROM %s)', name, view) FROM readable
\gexec

-- Line ends would break the line-by-line reading of this output
SELECT name, regexp_replace(query, '\s+', ' ', 'g') FROM (
    SELECT name::text, format('SELECT * FROM %s', view) AS query FROM readable JOIN filled USING (name) WHERE name <> 'customers'
    UNION ALL
    SELECT source, format(query, view) FROM readable JOIN filled USING (name) JOIN (VALUES
        ('top_customers', 'SELECT * FROM %s ORDER BY revenue DESC, customer LIMIT 100'),
        ('segments', 'SELECT segment, count(*) AS customers, sum(revenue) AS revenue, count(*) FILTER (WHERE is_golden) AS golden_customers,
                             sum(p_alive) AS still_customers, sum(clv) AS clv FROM %s WHERE orders > 0 GROUP BY segment')) AS v (source, query) ON name = 'customers'
    UNION ALL
    SELECT 'contents', CASE WHEN n.nspowner = current_user::regrole
                            THEN format('SELECT name AS view, CASE WHEN is_there THEN ''yes'' ELSE ''no'' END AS is_there, about FROM %I.describe_mart(%L)', e.extnamespace::regnamespace, n.nspname)
                            ELSE format('SELECT relname::text AS view, ''yes'' AS is_there, obj_description(oid, ''pg_class'') AS about FROM pg_class WHERE relnamespace = %s AND relkind = ''v'' AND relname !~ ''^source_''', n.oid) END
    FROM pg_namespace AS n, pg_extension AS e WHERE n.nspname = :'mart' AND e.extname = 'customer_value'
    UNION ALL
    SELECT 'dictionary', format('SELECT c.relname::text AS view_name, a.attnum AS place, a.attname::text AS column_name, format_type(a.atttypid, a.atttypmod) AS type, col_description(c.oid, a.attnum) AS about
                                 FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid WHERE c.relnamespace = %s AND c.relkind = ''v'' AND c.relname !~ ''^source_'' AND a.attnum > 0', n.oid)
    FROM pg_namespace AS n WHERE n.nspname = :'mart' AND EXISTS (SELECT FROM readable)
) AS source
WHERE EXISTS (SELECT FROM readable)
ORDER BY name;
