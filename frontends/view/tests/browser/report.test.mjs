// Opens the pages that `callfold report` writes, steps through their calls, and compares each step with `callfold replay`.
//
// CALLFOLD is the command, CALLFOLD_LOGS the logs, one a line, CALLFOLD_PAGES the folder where the pages go.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { basename, join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import { launch } from "./browser.mjs";

const { CALLFOLD, CALLFOLD_LOGS, CALLFOLD_PAGES } = process.env;
const LOGS = CALLFOLD_LOGS.split("\n").filter(Boolean);
const SIZES = [{ width: 1280, height: 900 }, { width: 390, height: 844 }];
let browser;

const tests = [];
const test = (name, check) => tests.push([name, check]);

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

// A finding makes the exit status 1, and the page is written nevertheless.
const run = (...args) => {
  const ran = spawnSync(CALLFOLD, args, { encoding: "utf8", maxBuffer: 1 << 28 });
  assert.ok(ran.status === 0 || ran.status === 1, `${args}: ${ran.stderr}`);
  return ran.stdout;
};
const replay = (log, ...args) => JSON.parse(run("replay", "--json", ...args, log));
// The calls in the order in which they began, as the page lists them.
const byStart = (calls) => calls.toSorted((one, other) =>
  (one.firstAt === null) - (other.firstAt === null) || Date.parse(one.firstAt) - Date.parse(other.firstAt) || (one.id < other.id ? -1 : 1));
const key = (tone) => ({ star: "*", pound: "#" })[tone] ?? tone.replace(/^tone(?=.)/, "");

const made = new Map();
const report = (...args) => {
  const name = args.map((arg) => basename(arg)).join(" ").slice(0, 100);
  if (!made.has(name)) {
    const path = join(CALLFOLD_PAGES, `${name}.html`);
    run("report", ...args, "-o", path);
    made.set(name, path);
  }
  return made.get(name);
};

const open = async (path, options = {}) => {
  const page = await browser.newPage({ viewport: SIZES[0], ...options });
  const url = pathToFileURL(path).href;
  page.wrong = [];
  page.on("console", (message) => message.type() === "error" && page.wrong.push(message.text()));
  page.on("pageerror", (error) => page.wrong.push(error.message));
  page.on("request", (request) => request.url().split("#")[0] !== url && page.wrong.push(`requests ${request.url()}`));
  await page.goto(url);
  return page;
};

const close = async (page) => {
  assert.deepEqual(page.wrong, []);
  await page.close();
};

// The call at the current event, in the form of `replay --json`.
const shown = (section) =>
  section.evaluate((section) => {
    const text = (name) => section.querySelector(`[data-role="${name}"]`).textContent;
    const lines = (name) => [...section.querySelectorAll(`[data-role="${name}"] li`)].map((line) => line.textContent);
    return {
      revision: Number(text("revision")),
      state: text("state"),
      audio: text("audio"),
      operations: lines("operations").map((line) => line.split(" ").slice(0, 2).join(" ")),
      participants: lines("roster").length,
      tones: text("tones"),
    };
  });

const expected = (call) => ({
  revision: call.revision,
  state: call.state,
  audio: call.audio ?? "unknown",
  operations: call.operations.map(({ kind, status }) => `${kind} ${status}`),
  participants: call.participants,
  tones: call.tones.map(key).join(" ") || "None",
});

for (const log of LOGS) {
  test(`each moment of ${basename(log)} equals the replay, by slider and by keys`, async () => {
    const all = replay(log);
    const moments = new Map();
    const moment = (id, revision) => {
      if (!moments.has(revision)) moments.set(revision, replay(log, "--until-rev", String(revision)));
      return expected(moments.get(revision).calls.find((call) => call.id === id));
    };
    const page = await open(report(log));
    for (const { id, revision: last } of all.calls) {
      const section = page.locator(`section[data-call="${id}"]`);
      await section.scrollIntoViewIfNeeded();
      const slider = section.locator("[data-role=slider]");
      const words = await section.locator(".events .words").allTextContents();
      assert.equal(words.length, last);
      const next = async (revision) =>
        assert.equal(await section.locator("[data-role=next-event]").textContent(), words[revision] ?? "None: this was the last event.");
      for (let revision = 1; revision <= last; revision += 1) {
        await slider.fill(String(revision));
        assert.deepEqual(await shown(section), moment(id, revision));
        await next(revision);
      }
      await section.locator("h2 a").focus();
      for (let revision = last - 1; revision >= 1; revision -= 1) {
        await page.keyboard.press("ArrowLeft");
        assert.deepEqual(await shown(section), moment(id, revision));
        await next(revision);
      }
      if (last > 1) {
        await page.keyboard.press("ArrowRight");
        assert.deepEqual(await shown(section), moment(id, 2));
      }
    }
    await close(page);
  });

  test(`the findings of ${basename(log)} choose the calls, and lead through them`, async () => {
    const { calls, findings } = replay(log);
    const page = await open(report(log));
    const choice = page.locator("[data-role=filter-finding]");
    for (const value of await choice.locator("option").evaluateAll((options) => options.map(({ value }) => value))) {
      await choice.selectOption(value);
      const has = ({ id }) => findings.some((one) => one.call === id && (one.kind === value || one.severity === value));
      const wanted = byStart(calls).filter((call) => !value || has(call)).map(({ id }) => id);
      assert.deepEqual(await page.locator("tr[data-call]:visible").evaluateAll((rows) => rows.map((row) => row.dataset.call)), wanted, value);
      assert.equal(await page.locator("section[data-call]:visible").count(), wanted.length);
      assert.equal(await page.locator("[data-role=matches]").textContent(), `${wanted.length} of ${calls.length} calls`);
    }
    await choice.selectOption("");
    const found = calls.find(({ id }) => findings.some((one) => one.call === id));
    if (found) {
      const section = page.locator(`section[data-call="${found.id}"]`);
      await section.scrollIntoViewIfNeeded();
      await section.locator("[data-role=slider]").fill(String(found.revision));
      while (await section.locator("[data-role=finding-back]").isEnabled()) await section.locator("[data-role=finding-back]").click();
      assert.notEqual(await section.locator("[data-role=found] li").count(), 0);
    }
    await close(page);
  });

  test(`nothing of ${basename(log)} is wider than the window`, async () => {
    for (const viewport of SIZES) {
      for (const javaScriptEnabled of [true, false]) {
        const page = await open(report(log), { viewport, javaScriptEnabled });
        for (const chart of await page.locator("details.chart > summary").all()) await chart.click();
        const wide = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
        assert.ok(wide[0] <= wide[1], `${viewport.width}: ${wide}`);
        await close(page);
      }
    }
  });
}

test("without its script a page shows every event and every finding", async () => {
  for (const log of LOGS) {
    const { calls, findings } = replay(log);
    const page = await open(report(log), { javaScriptEnabled: false });
    for (const { id, revision } of calls) {
      const section = page.locator(`section[data-call="${id}"]`);
      assert.equal(await section.locator(".events tbody tr").count(), revision);
      assert.equal(await section.locator("[data-role=findings] li").count(), findings.filter(({ call }) => call === id).length);
      assert.equal(await section.locator("[data-role=slider]").isVisible(), false);
      assert.ok((await section.locator("[data-role=timeline] svg").boundingBox()).height > 20);
    }
    assert.equal(await page.locator("tr[data-call]:visible").count(), calls.length);
    await close(page);
  }
});

test("what the timeline marks leads there, and its width can be chosen", async () => {
  const page = await open(report(LOGS[0]));
  const section = page.locator("section[data-call]").first();
  await section.locator('[data-role=timeline] [data-step="0"]').first().dispatchEvent("click");
  assert.equal(await section.locator("[data-role=revision]").textContent(), "1");
  const width = async () => (await section.locator("[data-role=timeline] svg").boundingBox()).width;
  const [before] = [await width(), await section.locator("[data-role=zoom-in]").click()];
  assert.ok((await width()) > before * 1.4);
  await section.locator("[data-role=zoom-fit]").click();
  const box = await section.locator("[data-role=timeline]").evaluate((box) => [box.scrollWidth, box.clientWidth]);
  assert.ok(box[0] <= box[1] + 1, String(box));
  await close(page);
});

test("of many calls the others are shown page by page, and chosen among", async () => {
  const page = await open(report(process.env.CALLFOLD_MANY));
  const rows = page.locator("[data-role=others] tr[data-call]");
  assert.equal(await rows.count(), 100);
  const first = await rows.first().getAttribute("data-call");
  assert.match(await page.locator("[data-role=page]").textContent(), /^Page 1 of \d+$/);
  await page.locator("[data-role=page-on]").click();
  assert.notEqual(await rows.first().getAttribute("data-call"), first);
  await page.locator("[data-role=filter-text]").fill(first);
  assert.equal(await rows.count(), 1);
  await page.locator("[data-role=filter-text]").fill("00000009");
  assert.equal(await rows.first().locator("[data-label=duration]").textContent(), "1d 10:00:00");
  await page.locator("[data-role=filter-text]").fill("");
  await page.locator("[data-role=filter-finding]").selectOption("revisionGap");
  assert.equal(await rows.count(), 0);
  assert.equal(await page.locator("section[data-call]:visible").count(), 1);
  await close(page);
  const bare = await open(report(process.env.CALLFOLD_MANY), { javaScriptEnabled: false });
  assert.equal(await bare.locator("[data-role=others] tr[data-call]").count(), 200);
  assert.match(await bare.locator("[data-role=cut]").textContent(), /The first 200 of 499/);
  await close(bare);
});

const ids = (page) => page.locator("tr[data-call]:visible").evaluateAll((rows) => rows.map((row) => row.dataset.call));

test("a click on a heading sorts the calls, with the keyboard too, and says so", async () => {
  const { calls } = replay(process.env.CALLFOLD_ENDS);
  const page = await open(report(process.env.CALLFOLD_ENDS));
  const heading = page.locator("th[data-sort=duration]");
  const length = ({ firstAt, lastAt }) => (firstAt ? Date.parse(lastAt) - Date.parse(firstAt) : null);
  const timed = byStart(calls).filter((call) => length(call) !== null);
  const untimed = calls.filter((call) => length(call) === null);
  const order = (by) => [...timed.toSorted(by), ...untimed].map(({ id }) => id);
  assert.equal(await page.locator("th[aria-sort]").getAttribute("data-sort"), "begin");
  await heading.locator("button").click();
  assert.equal(await heading.getAttribute("aria-sort"), "ascending");
  assert.deepEqual(await ids(page), order((one, other) => length(one) - length(other)));
  await heading.locator("button").press("Enter");
  assert.equal(await heading.getAttribute("aria-sort"), "descending");
  assert.deepEqual(await ids(page), order((one, other) => length(other) - length(one)));
  assert.equal(await page.locator("th[aria-sort]").count(), 1);
  await close(page);
});

test("on a small screen the calls are sorted by a list, and those that ended badly are chosen", async () => {
  const page = await open(report(process.env.CALLFOLD_ENDS), { viewport: SIZES[1] });
  await page.locator("[data-role=sort]").selectOption("-id");
  const all = await ids(page);
  assert.deepEqual(all, all.toSorted().reverse());
  await page.locator("[data-role=filter-ended]").selectOption("badly");
  const bad = await ids(page);
  assert.equal(bad.length, 10);
  assert.equal(await page.locator("tr[data-call]:visible .bad").count(), 10);
  assert.deepEqual(bad, bad.toSorted().reverse());
  await close(page);
});

test("the first order is that of --sort, and each order of the list is that of --sort", async () => {
  const logs = [process.env.CALLFOLD_ENDS, process.env.CALLFOLD_UNENDED];
  const open1 = await open(report(...logs), { viewport: SIZES[1] });
  for (const key of ["begin", "end", "duration", "state", "from", "to", "findings", "id"]) {
    for (const order of [key, `-${key}`]) {
      const page = await open(report("--sort", order, ...logs), { viewport: SIZES[1] });
      await open1.locator("[data-role=sort]").selectOption(order);
      assert.deepEqual(await ids(open1), await ids(page), order);
      assert.equal(await page.locator("[data-role=sort]").inputValue(), order);
      const column = page.locator("th[aria-sort]");
      assert.equal(await column.count(), key === "end" ? 0 : 1);
      if (key !== "end") assert.equal(await column.getAttribute("aria-sort"), order === key ? "ascending" : "descending");
      await close(page);
    }
  }
  await close(open1);
});

test("at no width is a column of the calls cut off", async () => {
  const path = report(...LOGS, process.env.CALLFOLD_ENDS, process.env.CALLFOLD_RELATED, process.env.CALLFOLD_NARROW);
  const page = await open(path);
  for (const width of [1920, 1280, 1260, 1259, 1100, 1000, 641, 640, 390]) {
    // A scroll bar takes up to 15 px of a window.
    for (const bar of [0, 15]) {
      await page.setViewportSize({ width, height: 900 });
      await page.evaluate((bar) => { document.documentElement.style.paddingRight = `${bar}px`; }, bar);
      const boxes = page.locator(".wide:has(> .calls)");
      for (const [is, has] of await boxes.evaluateAll((all) => all.map((box) => [box.scrollWidth, box.clientWidth]))) {
        assert.ok(is <= has, `${width} px with a bar of ${bar} px: ${is} of ${has}`);
      }
    }
  }
  await close(page);
});

test("a call leads to the calls that belong to it, although a filter has hidden them", async () => {
  const page = await open(report(process.env.CALLFOLD_RELATED));
  const link = page.locator("section[data-call] .related a").first();
  const other = await link.getAttribute("href");
  assert.ok(await page.locator(other).isVisible());
  const here = await link.evaluate((link) => link.closest("section").dataset.call);
  await page.locator("[data-role=filter-text]").fill(here);
  if (await page.locator(other).isVisible()) await page.locator("[data-role=filter-state]").selectOption(await page.locator(`tr[data-call="${here}"]`).getAttribute("data-state"));
  assert.equal(await page.locator(other).isVisible(), false);
  await link.click();
  assert.ok(await page.locator(other).isVisible());
  assert.equal(await page.locator("[data-role=filter-text]").inputValue(), "");
  await close(page);
});

test("calls without details are sorted across all pages", async () => {
  const page = await open(report(process.env.CALLFOLD_MANY));
  await page.locator("[data-role=others] th[data-sort=id] button").click();
  await page.locator("[data-role=others] th[data-sort=id] button").click();
  assert.match((await ids(page))[1], /^000001f3/);
  await close(page);
});

test("of very many operations the failed ones are first, and a button shows more", async () => {
  const page = await open(report(process.env.CALLFOLD_OPERATIONS));
  const section = page.locator("section[data-call]");
  await section.scrollIntoViewIfNeeded();
  await section.locator("details.operations summary").click();
  const counts = await section.locator(".counts tr").evaluateAll((rows) => rows.map((row) => [...row.cells].map((cell) => cell.textContent)));
  assert.deepEqual(counts, [["Kind", "failed", "completed"], ["playPrompt", "1", "199"], ["record", "1", "99"]]);
  const panel = section.locator(".travel [data-role=operations]");
  assert.equal(await panel.locator("p").textContent(), "99 record completed, 199 playPrompt completed, 1 record failed, 1 playPrompt failed");
  for (const [lines, button] of [
    [section.locator("[data-role=operation-rows] tr"), section.locator("[data-role=more-operations]")],
    [panel.locator("li"), panel.locator("button")],
  ]) {
    assert.equal(await lines.count(), 50);
    assert.match(await lines.nth(0).textContent(), /failed/);
    assert.match(await lines.nth(1).textContent(), /failed/);
    assert.doesNotMatch(await lines.nth(2).textContent(), /failed/);
    assert.equal(await button.textContent(), "Show 200 more of 250");
    await button.click();
    assert.equal(await button.textContent(), "Show 50 more of 50");
    await button.press("Enter");
    assert.equal(await lines.count(), 300);
    assert.equal(await button.isVisible(), false);
  }
  await close(page);
});

test("on a small screen the timeline has its names above the lanes, and letters that can be read", async () => {
  const page = await open(report(LOGS[0]), { viewport: SIZES[1] });
  const section = page.locator("section[data-call]").first();
  await section.scrollIntoViewIfNeeded();
  assert.equal(await section.locator("[data-role=timeline]").isVisible(), false);
  const box = section.locator("[data-role=timeline-narrow]");
  const sizes = () => box.locator("svg text").evaluateAll((all) => all.map((text) =>
    parseFloat(getComputedStyle(text).fontSize) * text.getCTM().a));
  assert.ok(Math.min(...(await sizes())) >= 11);
  await section.locator("[data-role=zoom-fit]").click();
  assert.ok(Math.min(...(await sizes())) >= 7.7);
  await section.locator("[data-role=slider]").fill("2");
  const tick = await box.locator('[data-step="1"]').getAttribute("data-x");
  assert.equal(await box.locator(".cursor").getAttribute("x1"), tick);
  await close(page);
});

// The calls with something for each part of a page, and the page of many calls in one colour scheme: a run takes seconds.
const PAGES = [[LOGS.filter((log) => /ivr|service|reordered|malformed|transfer-failed/.test(log)), ["light", "dark"]], [[process.env.CALLFOLD_MANY, process.env.CALLFOLD_OPERATIONS], ["light"]]];
for (const [logs, schemes] of PAGES) {
  for (const viewport of SIZES) {
    for (const colorScheme of schemes) {
      test(`axe finds nothing wrong with ${logs.map((log) => basename(log))}, ${viewport.width} px wide and ${colorScheme}`, async () => {
        const page = await open(report(...logs, process.env.CALLFOLD_ENDS), { viewport, colorScheme });
        await page.evaluate(() => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
        await page.evaluate(axe.source);
        const { violations } = await page.evaluate(() => axe.run());
        const lines = violations.map(({ id, nodes }) => `${id}: ${nodes.length}, such as ${nodes[0].html.slice(0, 200)} ${nodes[0].failureSummary}`);
        assert.deepEqual(lines, []);
        await close(page);
      });
    }
  }
}

test("the policy of a page forbids scripts that are not its own", async () => {
  const page = await browser.newPage();
  await page.goto(pathToFileURL(report(LOGS[0])).href);
  const ran = await page.evaluate(() => {
    document.body.append(Object.assign(document.createElement("script"), { textContent: "window.ran = true" }));
    return window.ran;
  });
  assert.equal(ran, undefined);
  await page.close();
});

// Each test has pages of its own.
describe("pages", { concurrency: 2 }, () => tests.forEach(([name, check]) => it(name, check)));
