import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";

/** Starts a program that ends with the test, and returns its first line. */
async function start(t, command, options, env = {}) {
  const program = spawn(command, options, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "inherit"] });
  t.after(() => program.kill());
  return new Promise((resolve, reject) => {
    createInterface(program.stdout).once("line", resolve);
    program.once("error", reject);
    program.once("exit", (status) => reject(new Error(`${command} ended with status ${status}`)));
  });
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}

test("a caller who presses 1 is transferred", async (t) => {
  const port = await freePort();
  const options = ["serve", "--listen", "127.0.0.1:0", "--clock", "manual", "--seed", "7"];
  const line = await start(t, "callfold", [...options, "--bot", `http://localhost:${port}/callback`]);
  const service = line.replace("listening on ", "");
  await start(t, "node", [join(import.meta.dirname, "bot.js")], {
    APP_ID: "ca11f01d-0000-4000-8000-000000000001",
    GRAPH_URL: `${service}/v1.0`,
    DISCOVERY_URL: `${service}/v1/.well-known/OpenIdConfiguration`,
    PORT: port,
    RECORDINGS: await mkdtemp(join(tmpdir(), "bot-")),
  });
  const admin = async (path, body) => {
    const request = body && { method: "POST", body: JSON.stringify(body) };
    return (await fetch(`${service}/_callfold${path}`, request)).json();
  };

  const then = [
    { on: "playPrompt completed", tonePressed: "tone1" },
    { on: "recordResponse running", after: "1s", speak: "3s" },
  ];
  await admin("/scenarios", { caller: [{ name: "Adele Vance", then }] });
  await admin("/clock/advance", { by: "PT1M" });
  const { calls } = await admin("/calls");
  assert.equal(calls.length, 1);
  assert.deepEqual([calls[0].from, calls[0].state, calls[0].tones], ["Adele Vance", "terminated", ["tone1"]]);
  assert.deepEqual(calls[0].requests.map((request) => request.method), ["transfer"]);
});
