// Notes in PostgreSQL: a small HTTP server, as Switchyard or anything else may run it.
//
//     GET  /                  the newest notes, as JSON
//     POST /                  adds one: a JSON object with the fields below
//     GET  /health            the process is well
//     GET  /health/database   and reaches its database
"use strict";

const http = require("node:http");
const { Client, Pool } = require("pg");

const FIELDS = ["text"];
const LONGEST_BODY = 65536;

const pool = new Pool({ connectionString: process.env.DATABASE_URL, max: 8, connectionTimeoutMillis: 5000 });
// A connection that the server closes while nobody uses it is simply opened again.
pool.on("error", (error) => console.error(error.message));

const names = (fields) => fields.map((field) => Client.prototype.escapeIdentifier(field)).join(", ");

async function newestNotes() {
  const result = await pool.query(`SELECT ${names(["id", ...FIELDS])} FROM note ORDER BY id DESC LIMIT 20`);
  return result.rows;
}

async function addNote(note) {
  const given = FIELDS.filter((field) => field in note);
  const places = given.map((_, index) => `$${index + 1}`).join(", ");
  const statement = `INSERT INTO note (${names(given)}) VALUES (${places}) RETURNING ${names(["id", ...FIELDS])}`;
  const result = await pool.query(statement, given.map((field) => String(note[field])));
  return result.rows[0];
}

async function body(request) {
  const parts = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    if (length > LONGEST_BODY) throw new SyntaxError("too long");
    parts.push(part);
  }
  return JSON.parse(Buffer.concat(parts).toString());
}

async function answer(request) {
  const path = request.url.split("?")[0];
  if (path === "/health") return [200, { status: "well" }];
  if (path === "/health/database") return [200, (await pool.query("SELECT count(*) AS notes FROM note")).rows[0]];
  if (path === "/" && request.method === "GET") return [200, await newestNotes()];
  if (path === "/" && request.method === "POST") {
    const note = await body(request);
    return typeof note?.text === "string" ? [201, await addNote(note)] : [400, { error: "a note has a text" }];
  }
  return [404, { error: `nothing is at ${path}` }];
}

const server = http.createServer(async (request, response) => {
  let [status, value] = [503, {}];
  try {
    [status, value] = await answer(request);
  } catch (error) {
    if (error instanceof SyntaxError) [status, value] = [400, { error: "this is no JSON" }];
    else value = { error: error.code ?? error.name };
  }
  const text = JSON.stringify(value) + "\n";
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    "x-release": process.env.RELEASE_VERSION ?? "unknown",
  });
  response.end(text);
});

server.listen(Number(process.env.PORT ?? 3000), process.env.HOST ?? "127.0.0.1");

// No new connections; the process ends when the requests in flight are answered.
process.on("SIGTERM", () => server.close(() => pool.end()));
