'use strict';

// The web process of the sample app: says which instance answers, without any npm package.
//
// GET /            app, instance, release and language, as plain text
// GET /healthz     200 while it takes requests
// GET /env?name=X  the environment variable X as JSON

const http = require('node:http');

const LANGUAGE = 'JavaScript';

function greeting() {
  const tenant = process.env.BERTH_TENANT ?? 'no tenant';
  const app = process.env.BERTH_APP ?? 'no app';
  const instance = process.env.BERTH_INSTANCE ?? 'no instance';
  const release = process.env.BERTH_RELEASE ?? 'no release';
  return `Hello from ${tenant}/${app}, instance ${instance}, release ${release}, written in ${LANGUAGE}.\n`;
}

function answer(request, response) {
  const url = new URL(request.url, 'http://localhost');
  switch (url.pathname) {
    case '/':
      return send(response, 200, 'text/plain; charset=utf-8', greeting());
    case '/healthz':
      return send(response, 200, 'text/plain; charset=utf-8', 'ok\n');
    case '/env': {
      const name = url.searchParams.get('name') ?? '';
      const value = process.env[name] ?? null;
      return send(response, 200, 'application/json', `${JSON.stringify({ name, value })}\n`);
    }
    default:
      return send(response, 404, 'text/plain; charset=utf-8', `There is nothing at ${url.pathname}.\n`);
  }
}

function send(response, status, contentType, text) {
  const headers = { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(text) };
  if (stopping) headers.Connection = 'close';
  response.writeHead(status, headers).end(text);
}

let stopping = false;
const server = http.createServer(answer);
// Longer than the router keeps an idle connection, so that it is the router that closes.
server.keepAliveTimeout = 75_000;

function stop() {
  if (stopping) return;
  stopping = true;
  // Takes no new connection, lets requests in flight finish, and ends those that wait idle.
  server.close(() => console.log('web has stopped'));
  server.closeIdleConnections();
}

process.on('SIGTERM', stop);
process.on('SIGINT', stop);

const port = Number(process.env.PORT ?? 5000);
server.listen(port, '0.0.0.0', 1024, () => console.log(`web listens on port ${port}`));
