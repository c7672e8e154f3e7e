// Reads the dashboard in headless Chromium and compares what it shows with what psql answers: node check.mjs SITE
// The environment says where the mart is (psql, connection, mart) and what serves the site (serve). Prints TAP.
import { spawnSync } from 'node:child_process';
import { argv, env, exit, getuid } from 'node:process';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { figures, tables } from './expected.mjs';

const { serve } = await import(pathToFileURL(env.serve));
const separator = '\x1f';
let count = 0;
let failures = 0;

// One TAP line; what was wrong goes below it
function ok(passed, name, ...wrong) {
    count += 1;
    failures += !passed;
    console.log(`${passed ? 'ok' : 'not ok'} ${count} - ${name}`);
    if (!passed) for (const line of wrong) console.log(`#   ${line}`);
}

// Rows of a query as psql prints them
function answer(query) {
    const mart = `"${env.mart.replaceAll('"', '""')}"`;
    const last = (_, view) => `(SELECT period FROM {mart}.${view} ORDER BY is_complete DESC, period DESC LIMIT 1)`;
    const sql = query.replace(/\{last\((\w+)\)\}/g, last).replaceAll('{mart}', mart);
    const run = spawnSync(env.psql, ['-XqAt', '-F', separator, '-v', 'ON_ERROR_STOP=1', env.connection, '-c', sql], { encoding: 'utf8' });
    if (run.status !== 0) throw new Error(`${sql}: ${run.stderr}`);
    return run.stdout.split('\n').slice(0, -1).map(line => line.split(separator));
}

// The views of the mart that are there and have rows
function filledViews() {
    const names = answer(`SELECT c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE n.nspname = '${env.mart.replaceAll("'", "''")}' AND c.relkind = 'v' AND c.relname !~ '^source_'`);
    return new Set(names.flat().filter(name => answer(`SELECT EXISTS (SELECT FROM {mart}.${name})`)[0][0] === 't'));
}

// Does a text on the page show a value of psql? A number may be rounded to the decimals that are shown, and not further
function shows(text, value) {
    if (value === '') return text === '-' || text === '';
    if (!/^-?[\d.]+(e[-+]?\d+)?$/.test(value) || !/^[-+]?[\d,.]+%?$/.test(text)) return text === value;
    const plain = text.replace(/[,%+]/g, '');
    const decimals = (plain.split('.')[1] ?? '').length;
    return Math.abs(Number(plain) - Number(value)) <= 0.5 * 10 ** -decimals + 1e-9 * Math.abs(Number(value));
}

async function checkFigure(page, title, query) {
    const [[value]] = answer(query);
    const shown = await page.locator(`xpath=//p[normalize-space() = "${title}"]/following-sibling::div[1]`).first().innerText();
    ok(shows(shown.trim(), value), `${title}: ${shown.trim()}`, `psql says ${value}`);
}

async function checkTable(page, heading, query) {
    const rows = answer(query);
    // Evidence has every table twice, once for the printer
    const table = page.locator(`xpath=//h2[contains(normalize-space(), "${heading}")]/following::table`).filter({ visible: true }).first();
    const shown = await table.locator('xpath=.//tr[td]').evaluateAll(lines => lines.map(line => [...line.cells].map(cell => cell.innerText.trim())));
    const cells = shown.flat().length;
    const differences = rows.flatMap((row, i) => row.flatMap((value, j) => shows(shown[i]?.[j] ?? 'nothing', value) ? [] : [`row ${i + 1}, column ${j + 1}: the page says ${shown[i]?.[j]}, psql ${value}`]));
    ok(shown.length === rows.length && cells === rows.flat().length && !differences.length, `${heading} (${cells} cells)`, `${shown.length} rows, psql has ${rows.length}`, ...differences.slice(0, 5));
}

const server = await serve(argv[2]);
const address = `http://127.0.0.1:${server.address().port}`;
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: getuid() === 0 ? ['--no-sandbox'] : [] });
// Far in the west a day must not become the one before
const page = await browser.newPage({ viewport: { width: 1400, height: 1000 }, timezoneId: 'Pacific/Honolulu' });
const elsewhere = new Set();
const errors = [];
page.on('request', request => /^(http|ws)/.test(request.url()) && !request.url().startsWith(address) && elsewhere.add(request.url()));
page.on('pageerror', error => errors.push(error.message));

const filled = filledViews();
for (const path of new Set([...figures, ...tables].map(([path]) => path))) {
    console.log(`# ${path}`);
    const response = await page.goto(address + path, { waitUntil: 'networkidle' });
    for (const [of, title, view, query] of figures) if (of === path && filled.has(view)) await checkFigure(page, title, query);
    for (const [of, heading, view, query] of tables) if (of === path && filled.has(view)) await checkTable(page, heading, query);
    const absent = [...figures, ...tables].filter(([of, , view]) => of === path && !filled.has(view));
    for (const title of new Set(absent.map(([, title]) => title))) ok(await page.getByText(title, { exact: true }).count() === 0, `without rows there is no "${title}"`);
    ok(response.ok() || absent.length > 0, `${path} is there`);
}
ok(elsewhere.size === 0, 'nothing is asked of another machine', ...elsewhere);
ok(errors.length === 0, 'no script fails', ...errors);
console.log(`1..${count}`);
await browser.close();
server.close();
exit(failures ? 1 : 0);
