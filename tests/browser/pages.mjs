// An app that is nothing but pages: HTML of a test, and files of a library as they are in its package.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const TYPES = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.json': 'application/json' };

// A file of a package, whether the package exports it or not.
export function fileOf(name, path) {
  const main = fileURLToPath(import.meta.resolve(name));
  const folder = join('node_modules', name);
  return join(main.slice(0, main.lastIndexOf(folder)), folder, path);
}

export const html = (head, body = '') =>
  `<!doctype html><html lang="en"><head><title>App</title>${head}</head><body>${body}</body></html>`;

// Serves at http://localhost; `at(path, request)` gives `{ file }`, `{ html }`, `{ js }`, `{ json }`, or nothing.
export async function servePages(at) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const found = at(pathname, request);
    if (!found) return response.writeHead(404).end();
    const type = TYPES[found.file ? extname(found.file) : `.${Object.keys(found)[0]}`];
    response.writeHead(200, { 'content-type': type });
    return response.end(found.file ? await readFile(found.file) : found.html ?? found.js ?? JSON.stringify(found.json));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  return { url: `http://localhost:${server.address().port}`, stop };
}
