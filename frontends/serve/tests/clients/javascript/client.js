// Drives a running service with the unmodified package @microsoft/microsoft-graph-client. See ../run.
//
// The package has no classes for calls: it returns the JSON. Its errors are typed.

import { createServer } from "node:http";
import { isDeepStrictEqual } from "node:util";
import { Client, GraphError, ResponseType } from "@microsoft/microsoft-graph-client";

const URL_ = process.env.CALLFOLD_URL;
const APP = "ca11f01d-0000-4000-8000-000000000001";
const TENANT = "ca11f01d-0000-4000-8000-000000000002";

function check(name, found, wanted = true) {
  if (isDeepStrictEqual(found, wanted)) return console.log("ok", name);
  console.log(`FAILED ${name}: ${JSON.stringify(found)}, wanted ${JSON.stringify(wanted)}`);
}

async function admin(path, body, method = "POST") {
  const response = await fetch(`${URL_}/_callfold${path}`, { method, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  const text = await response.text();
  return text ? JSON.parse(text) : null;
}

const advance = (by) => admin("/clock/advance", { by });

/** The token. The package sends it only over https, and only to hosts that it is told of. */
async function getAccessToken() {
  const form = { grant_type: "client_credentials", client_id: APP, client_secret: "any" };
  const body = new URLSearchParams({ ...form, scope: "https://graph.microsoft.com/.default" });
  const response = await fetch(`${URL_}/${TENANT}/oauth2/v2.0/token`, { method: "POST", body });
  return (await response.json()).access_token;
}

async function refused(request) {
  try {
    await request;
    return null;
  } catch (error) {
    return error instanceof GraphError ? error : Promise.reject(error);
  }
}

/** The status of a reply without a body, for which the package returns the empty stream. */
const status = async (request, body) => (await request.responseType(ResponseType.RAW).post(body)).status;

const user = (id) => ({
  "@odata.type": "#microsoft.graph.invitationParticipantInfo",
  identity: { user: { id, displayName: "Megan Bowen" } },
});
const prompts = [{ "@odata.type": "#microsoft.graph.mediaPrompt", mediaInfo: { uri: "https://example.com/menu.wav" } }];
const hosted = { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" };

/** A call that the app places, from its beginning to its end. */
async function placed(graph, callbackUri) {
  const made = await graph.api("/communications/calls").post({
    "@odata.type": "#microsoft.graph.call",
    callbackUri,
    targets: [user("112f7296-5fa4-42ca-bae8-6a692b15d4b8"), user("6898f7d4-5f3f-4b3f-8b3f-1b1b1b1b1b1b")],
    requestedModalities: ["audio"],
    mediaConfig: hosted,
    tenantId: TENANT,
  });
  const call = (action) => graph.api(`/communications/calls/${made.id}${action}`);
  check("place", [made.state, made.direction], ["establishing", "outgoing"]);
  await advance("PT2S");
  const found = await call("").get();
  check("GET", [found.state, found.mediaState.audio], ["established", "active"]);
  const chosen = await call("").select("state").get();
  check("GET with $select", [chosen.state, "mediaState" in chosen], ["established", false]);

  const prompt = await call("/playPrompt").post({ prompts, clientContext: "menu" });
  check("playPrompt", [prompt["@odata.type"], prompt.status, prompt.clientContext],
    ["#microsoft.graph.playPromptOperation", "running", "menu"]);
  await advance("PT3S");
  check("GET of an operation", (await call(`/operations/${prompt.id}`).get()).status, "completed");
  const tones = await call("/subscribeToTone").post({ clientContext: "keys" });
  check("subscribeToTone", [tones["@odata.type"], tones.status], ["#microsoft.graph.subscribeToToneOperation", "completed"]);
  const record = await call("/recordResponse").post({ maxRecordDurationInSeconds: 5, playBeep: true, stopTones: ["#"] });
  check("recordResponse", [record["@odata.type"], record.status], ["#microsoft.graph.recordOperation", "running"]);
  for (const type of ["speechStarted", "speechEnded"]) {
    await advance("PT1S");
    await admin(`/calls/${made.id}/events`, { type });
  }
  await advance("PT10S");
  const ended = await call(`/operations/${record.id}`).get();
  check("recordResponse: its location", ended.recordingLocation, `${URL_}/recordings/${made.id}/${record.id}.wav`);
  const mute = await call("/mute").post({ clientContext: "mute" });
  check("mute", [mute["@odata.type"], mute.status], ["#microsoft.graph.muteParticipantOperation", "completed"]);
  const participants = [user("278405a3-f568-4b3e-b684-009193463064")];
  const invite = await call("/participants/invite").post({ participants, clientContext: "invite" });
  check("invite", [invite["@odata.type"], invite.status], ["#microsoft.graph.inviteParticipantsOperation", "running"]);
  await advance("PT2S");
  const people = await call("/participants").get();
  check("the participants: the app and who was invited", people.value.map((one) => one["@odata.type"]),
    ["#microsoft.graph.participant", "#microsoft.graph.participant"]);
  check("keepAlive", await status(call("/keepAlive"), {}), 200);

  await admin("/faults", { requests: [{ method: "mute", status: 503, times: 1, retryAfter: 1 }] }, "PUT");
  check("the SDK repeats a request that was 503", (await call("/mute").post({ clientContext: "again" })).status, "completed");
  await admin("/faults", {}, "PUT");

  check("DELETE", (await call("").delete()) ?? null, null);
  await advance("PT1S");
  const error = await refused(call("/keepAlive").post({}));
  check("a call that has ended is 404", error.statusCode, 404);
}

/** A call that somebody makes to the app. */
async function offered(graph, callbackUri) {
  const { id } = await admin("/calls", { callbackUri, targets: [{ identity: { application: { id: APP } } }] });
  const call = (action) => graph.api(`/communications/calls/${id}${action}`);
  const conflict = await refused(call("/playPrompt").post({ prompts }));
  check("playPrompt before the answer is 409", [conflict.statusCode, Boolean(conflict.code)], [409, true]);
  check("409: a message, the request id and the date", [conflict.message !== "", conflict.requestId !== null,
    conflict.date instanceof Date && !Number.isNaN(conflict.date.getTime())], [true, true, true]);
  const answer = { callbackUri, acceptedModalities: ["audio"], mediaConfig: hosted };
  check("answer", await status(call("/answer"), answer), 202);
  await advance("PT1S");
  const found = await call("").get();
  check("answer: the state and the direction", [found.state, found.direction], ["established", "incoming"]);
  const transferTarget = user("550fae72-d251-43ec-868c-373732c2704f");
  check("transfer", await status(call("/transfer"), { transferTarget }), 202);
  await advance("PT2S");
  const unknown = await refused(graph.api("/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896").get());
  check("a call that nobody knows is 404", unknown.statusCode, 404);
}

const webhooks = createServer((request, response) => {
  request.resume();
  request.on("end", () => response.writeHead(202).end());
});
await new Promise((listens) => webhooks.listen(0, "127.0.0.1", listens));
const callback = `http://localhost:${webhooks.address().port}/callback`;
const graph = Client.initWithMiddleware({
  baseUrl: `${URL_}/`,
  customHosts: new Set([new URL(URL_).hostname]),
  authProvider: { getAccessToken },
});
for (const scenario of [placed, offered]) {
  try {
    await scenario(graph, callback);
  } catch (failed) {
    console.error(failed);
    check(`${scenario.name}: no exception`, false);
  }
}
webhooks.close();
webhooks.closeAllConnections();
