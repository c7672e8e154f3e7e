// Serves the files of a folder to this machine: node serve.mjs FOLDER [PORT]
import { createServer } from 'node:http';
import { createReadStream, existsSync, statSync } from 'node:fs';
import { extname, join, resolve, sep } from 'node:path';
import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';

const types = {
    '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json', '.wasm': 'application/wasm',
    '.svg': 'image/svg+xml', '.png': 'image/png', '.ico': 'image/x-icon', '.webmanifest': 'application/manifest+json',
};

// The file that a path names, if it is one of the folder's; a folder stands for its index.html
function found(folder, path) {
    let file = resolve(join(folder, path));
    if (file !== folder && !file.startsWith(folder + sep)) return null;
    if (existsSync(file) && statSync(file).isDirectory()) file = join(file, 'index.html');
    return existsSync(file) ? file : null;
}

/** Serves a folder on 127.0.0.1 and returns the server; its port is server.address().port */
export async function serve(folder, port = 0) {
    const root = resolve(folder);
    const server = createServer((request, response) => {
        const file = found(root, decodeURIComponent(new URL(request.url, 'http://localhost').pathname));
        if (!file) return response.writeHead(404).end('not found');
        response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream', 'content-length': statSync(file).size });
        if (request.method === 'HEAD') response.end();
        else createReadStream(file).pipe(response);
    });
    await new Promise((started, failed) => server.once('error', failed).listen(port, '127.0.0.1', started));
    return server;
}

if (import.meta.url === pathToFileURL(argv[1]).href) {
    try {
        const server = await serve(argv[2], Number(argv[3] ?? 3000));
        console.log(`The dashboard is at http://127.0.0.1:${server.address().port}/ until you press Ctrl-C.`);
    } catch (error) {
        console.error(`error: ${error.code === 'EADDRINUSE' ? `port ${argv[3]} is taken; choose another with --port` : error.message}`);
        process.exitCode = 1;
    }
}
