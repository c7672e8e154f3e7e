// DuckDB as a child process, for comparison: a table in memory, one thread.
//
// The first line out is "ready VERSION", or "missing" where the package is not installed (it is looked for in the folders
// of NODE_PATH). Then a statement a line in, and a line out for each:
//
//     SECONDS <tab> ANSWER       its rows parted by the byte 30, the values of a row by the byte 31, as PostgreSQL writes them
//     error <tab> MESSAGE

import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const say = (line) => process.stdout.write(line.replaceAll('\n', ' ') + '\n');

function load(name) {
    try {
        return createRequire(import.meta.url)(name);
    } catch (problem) {
        if (problem.code !== 'MODULE_NOT_FOUND') throw problem;
        say('missing');
        process.exit(0);
    }
}

function shown(value) {
    if (value === null) return 'NULL';
    if (typeof value === 'boolean') return value ? 't' : 'f';
    return String(value);
}

async function answered(connection, sql) {
    const start = process.hrtime.bigint();
    const reader = await connection.runAndReadAll(sql);
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    const rows = reader.getRows().map((row) => row.map(shown).join('\x1f'));
    return `${seconds}\t${rows.join('\x1e')}`;
}

const duckdb = load('@duckdb/node-api');
const instance = await duckdb.DuckDBInstance.create(':memory:', { threads: '1' });
const connection = await instance.connect();
say(`ready ${duckdb.version()}`);
for await (const sql of createInterface({ input: process.stdin })) {
    try {
        say(await answered(connection, sql));
    } catch (problem) {
        say(`error\t${problem.message}`);
    }
}
