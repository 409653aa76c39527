// An IVR bot on the official SDK of Microsoft Graph.
//
// It answers, plays a prompt, waits for a key, records what the caller says, and fetches the recording. Then it transfers
// the call if the key was 1, and hangs up otherwise. README.md beside this folder says how to run it.

import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { Client, GraphError } from "@microsoft/microsoft-graph-client";
import { createRemoteJWKSet, jwtVerify, errors } from "jose";

const {
  APP_ID,
  TENANT_ID,
  CLIENT_SECRET,
  GRAPH_URL = "https://graph.microsoft.com/v1.0",
  LOGIN_URL = "https://login.microsoftonline.com",
  DISCOVERY_URL = "https://api.aps.skype.com/v1/.well-known/OpenIdConfiguration",
  PORT = "3000",
  BOT_URL = `http://localhost:${PORT}/callback`,
  PROMPTS = "https://example.com/prompts",
  TRANSFER_TO = "550fae72-d251-43ec-868c-373732c2704f",
  RECORDINGS = ".",
} = process.env;
const ISSUERS = ["https://graph.microsoft.com", "https://api.botframework.com"];

/** The state of each call: the key that was pressed, and "" before. */
const calls = new Map();
/** The latest webhooks, by the message id of their first delivery. The oldest are first. */
const seen = new Set();

/** The SDK. A service that checks no tokens needs no secret. */
const { origin, pathname, hostname } = new URL(GRAPH_URL);
const graph = Client.initWithMiddleware({
  baseUrl: `${origin}/`,
  defaultVersion: pathname.slice(1),
  customHosts: new Set([hostname]),
  authProvider: { getAccessToken },
});

let access = { token: "", until: 0 };
async function getAccessToken() {
  if (CLIENT_SECRET && access.until < Date.now()) {
    const form = { grant_type: "client_credentials", client_id: APP_ID, client_secret: CLIENT_SECRET };
    const body = new URLSearchParams({ ...form, scope: "https://graph.microsoft.com/.default" });
    const response = await fetch(`${LOGIN_URL}/${TENANT_ID}/oauth2/v2.0/token`, { method: "POST", body });
    if (!response.ok) throw new Error(await response.text());
    const { access_token, expires_in } = await response.json();
    access = { token: access_token, until: Date.now() + (expires_in - 60) * 1000 };
  }
  return access.token;
}

/** The keys that sign webhooks. The discovery document says where they are. */
const discovery = await (await fetch(DISCOVERY_URL)).json();
const keys = createRemoteJWKSet(new URL(discovery.jwks_uri));

/** Refuses a webhook whose token is not meant for this bot. */
async function check(header = "") {
  await jwtVerify(header.replace(/^Bearer /, ""), keys, {
    algorithms: ["RS256"],
    audience: APP_ID,
    issuer: ISSUERS,
    requiredClaims: ["exp", "iss", "aud", "tid"],
  });
}

async function callback(request, response) {
  try {
    await check(request.headers.authorization);
  } catch (refused) {
    if (!(refused instanceof errors.JOSEError)) throw refused;
    console.log("refused a webhook:", refused.message);
    return response.writeHead(401).end();
  }
  // A webhook that comes again has the id of the first one beside its own.
  const message = request.headers["x-microsoft-skype-message-id"];
  const first = request.headers["x-microsoft-skype-original-message-id"] ?? message;
  if (!seen.has(first)) {
    // It is noted before the work begins, because a repeat can arrive meanwhile.
    remember(first);
    try {
      await takeAll((await json(request)).value);
    } catch (failed) {
      // The response is 500, and the webhook comes again.
      seen.delete(first);
      throw failed;
    }
  }
  response.writeHead(202).end();
}

function remember(first) {
  seen.add(first);
  if (seen.size > 10_000) seen.delete(seen.values().next().value);
}

async function takeAll(items) {
  for (const item of items) {
    try {
      await take(item.resourceUrl.split("/")[3], item.resourceData ?? {});
    } catch (refused) {
      if (!(refused instanceof GraphError)) throw refused;
      console.log("Graph refused:", refused.statusCode, refused.code, refused.message);
    }
  }
}

async function take(id, data) {
  const call = (action) => graph.api(`/communications/calls/${id}${action}`);
  const tone = data.toneInfo?.tone;
  const isRecording = data["@odata.type"] === "#microsoft.graph.recordOperation";
  if (data.state === "incoming") {
    const mediaConfig = { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" };
    await call("/answer").post({ callbackUri: BOT_URL, acceptedModalities: ["audio"], mediaConfig });
  } else if (tone && !calls.get(id)) {
    calls.set(id, tone);
    const limits = { maxRecordDurationInSeconds: 20, maxSilenceTimeoutInSeconds: 2 };
    await call("/recordResponse").post({ prompts: [prompt("speak")], playBeep: true, ...limits });
  } else if (data.state === "established" && !calls.has(id)) {
    calls.set(id, "");
    await call("/subscribeToTone").post({});
    await call("/playPrompt").post({ prompts: [prompt("menu")] });
  } else if (isRecording && ["completed", "failed"].includes(data.status)) {
    if (data.recordingLocation) await fetchRecording(id, data.recordingLocation, data.recordingAccessToken);
    if (calls.get(id) === "tone1") {
      await call("/transfer").post({ transferTarget: { identity: { user: { id: TRANSFER_TO } } } });
    } else {
      await call("").delete();
    }
  } else if (data.state === "terminated") {
    calls.delete(id);
  }
}

function prompt(name) {
  return { "@odata.type": "#microsoft.graph.mediaPrompt", mediaInfo: { uri: `${PROMPTS}/${name}.wav` } };
}

async function fetchRecording(id, location, token) {
  const recording = await fetch(location, { headers: { Authorization: `Bearer ${token}` } });
  if (!recording.ok) throw new Error(`the recording: ${recording.status}`);
  const bytes = Buffer.from(await recording.arrayBuffer());
  await writeFile(join(RECORDINGS, `${id}.wav`), bytes);
  console.log("recorded", bytes.length, "bytes");
}

const server = createServer((request, response) => {
  if (request.method !== "POST" || request.url !== "/callback") return response.writeHead(404).end();
  callback(request, response).catch((failed) => {
    console.error(failed);
    response.writeHead(500).end();
  });
});
server.listen(Number(PORT), "127.0.0.1", () => console.log("ready"));
