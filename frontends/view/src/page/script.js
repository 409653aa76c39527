"use strict";
(() => {
  const role = (name, within = document) => within.querySelector(`[data-role="${name}"]`);
  const data = (name, within) => {
    const script = role(name, within);
    return script && JSON.parse(script.textContent);
  };
  const element = (name, text, className) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = text;
    if (className) made.className = className;
    return made;
  };
  const list = (place, items, empty) => {
    const all = element("ul");
    for (const item of items) {
      const line = element("li");
      line.append(...item);
      all.append(line);
    }
    place.replaceChildren(items.length ? all : element("span", empty, "quiet"));
  };
  const isolated = (text) => element("bdi", text);

  // A call and its events. The call at an event is computed from the changes of all events up to it.
  const travel = (section) => {
    const panel = role("travel", section);
    const part = (name) => role(name, panel);
    const rows = [...section.querySelectorAll("tr[data-revision]")];
    const findings = [...section.querySelectorAll('[data-role="findings"] > li')];
    const slider = part("slider");
    let moments, known, at = 0;

    const blank = () => ({ step: 0, audio: "", operations: [], roster: new Map(), tones: [], deadlines: [] });
    const take = (moment) => {
      known.step += 1;
      if (moment.audio !== undefined) known.audio = moment.audio;
      for (const [place, work] of moment.operations ?? []) known.operations[place] = work;
      for (const [key, name] of Object.entries(moment.roster ?? {})) {
        if (name === null) known.roster.delete(key);
        else known.roster.set(key, name);
      }
      if (moment.tones) known.tones.splice(moment.tones[0], 0, moment.tones[1]);
      if (moment.deadlines) known.deadlines = moment.deadlines;
    };
    const fold = (step) => {
      if (!known || known.step > step) known = blank();
      while (known.step < step) take(moments.steps[known.step]);
    };
    const happened = (row) => (row ? row.querySelector(".words").textContent : "");

    const show = () => {
      fold(at);
      const row = rows[at - 1];
      const state = row.querySelector(".state-then").textContent;
      const next = rows[at];
      part("revision").textContent = row.dataset.revision;
      part("state").textContent = state;
      part("state").className = `state ${state === "terminated" ? "over" : "live"}`;
      part("meaning").textContent = moments.states[state] ?? "";
      part("time").textContent = row.querySelector(".time").textContent;
      part("event").replaceChildren(isolated(happened(row)));
      part("next-event").replaceChildren(next ? isolated(happened(next)) : element("span", "None: this was the last event.", "quiet"));
      const work = ([kind, status, more]) => [element("b", kind), ` ${status} `, element("span", more, "quiet")];
      list(part("operations"), known.operations.map(work), "None");
      list(part("roster"), [...known.roster.values()].map((name) => [isolated(name)]), "None");
      part("audio").textContent = known.audio || "unknown";
      part("tones").textContent = known.tones.join(" ") || "None";
      list(part("deadlines"), known.deadlines.map((due) => [due]), "None");
      const here = findings.filter((_, index) => moments.found[index] === at);
      list(part("found"), here.map((line) => [...line.cloneNode(true).childNodes]), "None");
      part("back").disabled = at <= 1;
      part("on").disabled = at >= rows.length;
      part("finding-back").disabled = !moments.found.some((step) => step < at);
      part("finding-on").disabled = !moments.found.some((step) => step > at);
      slider.setAttribute("aria-valuetext", `revision ${row.dataset.revision}, ${state}`);
      section.querySelector("tr.at")?.classList.remove("at");
      row.classList.add("at");
    };
    const go = (step, isFirst = false) => {
      moments ??= data("moments", section);
      at = Math.min(Math.max(step, 1), rows.length);
      slider.value = at;
      show();
      timeline.point(at - 1);
      if (!isFirst) follow();
    };
    // Scrolls the current row into view within its own box.
    const follow = () => {
      const row = rows[at - 1];
      const box = row.closest(".tall");
      const isAbove = row.offsetTop < box.scrollTop + 40;
      if (isAbove || row.offsetTop + 30 > box.scrollTop + box.clientHeight) box.scrollTop = row.offsetTop - box.clientHeight / 2;
      timeline.follow(at - 1);
    };
    const timeline = picture(section, (step) => go(step + 1));
    slider.addEventListener("input", () => go(Number(slider.value)));
    part("back").addEventListener("click", () => go(at - 1));
    part("on").addEventListener("click", () => go(at + 1));
    part("finding-back").addEventListener("click", () => go(Math.max(...moments.found.filter((step) => step < at))));
    part("finding-on").addEventListener("click", () => go(Math.min(...moments.found.filter((step) => step > at))));
    return { start: () => go(Number(slider.value), true), by: (steps) => go(at + steps) };
  };

  // The timeline: zoom, and a line at the current event.
  const picture = (section, go) => {
    const box = role("timeline", section);
    const svg = box.querySelector("svg");
    const { width, height } = svg.viewBox.baseVal;
    const ticks = [...svg.querySelectorAll("[data-step]")].map((tick) => [Number(tick.dataset.step), Number(tick.dataset.x), tick]);
    ticks.sort((one, other) => one[0] - other[0]);
    const cursor = document.createElementNS("http://www.w3.org/2000/svg", "line");
    let scale = 1;
    const zoom = (to) => {
      scale = Math.min(Math.max(to, 0.2), 12);
      svg.setAttribute("width", width * scale);
      svg.setAttribute("height", height * scale);
    };
    cursor.setAttribute("class", "cursor");
    // Below the title.
    cursor.setAttribute("y1", 84);
    cursor.setAttribute("y2", height);
    for (const [step, , tick] of ticks) tick.addEventListener("click", () => go(step));
    const buttons = role("zoom", section);
    role("zoom-in", buttons).addEventListener("click", () => zoom(scale * 1.5));
    role("zoom-out", buttons).addEventListener("click", () => zoom(scale / 1.5));
    role("zoom-fit", buttons).addEventListener("click", () => zoom(box.clientWidth / width));
    const tickOf = (step) => ticks.findLast(([first]) => first <= step);
    const point = (step) => {
      const tick = tickOf(step);
      if (!tick) return;
      cursor.setAttribute("x1", tick[1]);
      cursor.setAttribute("x2", tick[1]);
      if (!cursor.isConnected) svg.append(cursor);
    };
    const follow = (step) => {
      const x = (tickOf(step)?.[1] ?? 0) * scale;
      if (x < box.scrollLeft + 20 || x > box.scrollLeft + box.clientWidth - 20) box.scrollLeft = x - box.clientWidth / 2;
    };
    return { point, follow };
  };

  // A section is initialised when it becomes visible, because there can be many.
  const calls = new Map();
  const wake = (section) => {
    if (!calls.has(section)) {
      calls.set(section, travel(section));
      calls.get(section).start();
    }
    return calls.get(section);
  };
  const sections = [...document.querySelectorAll("section[data-call]")];
  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      wake(target);
    }
  }, { rootMargin: "400px" });
  for (const section of sections) {
    role("travel", section).hidden = false;
    role("zoom", section).hidden = false;
    seen.observe(section);
  }
  // A section can be used before the observer has reported it as visible.
  for (const kind of ["input", "click", "focusin"]) {
    document.addEventListener(kind, ({ target }) => {
      const section = target.closest("section[data-call]");
      if (section) wake(section);
    }, true);
  }
  const present = () =>
    document.activeElement?.closest("section[data-call]") ??
    document.getElementById(location.hash.slice(1))?.closest("section[data-call]") ??
    sections.find((section) => !section.hidden && section.getBoundingClientRect().bottom > innerHeight / 3);
  document.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const isTaken = event.target.closest("input, select, textarea, .wide");
    if (!by || isTaken || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const section = present();
    if (!section) return;
    event.preventDefault();
    wake(section).by(by);
  });

  // The list of calls: the filters, and the calls without a row in the page.
  const filters = role("filters");
  if (!filters) return;
  const field = (name) => role(`filter-${name}`, filters);
  const marks = { error: "✖", warn: "▲", info: "●" };
  const rest = data("rows") ?? { rows: [], endings: [], kinds: [] };
  const PAGE = 100;
  let chosen = rest.rows, page = 0;
  const clock = (seconds) => {
    if (seconds === null) return "";
    const two = (number) => String(number).padStart(2, "0");
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
    return hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
  };
  const found = (row) => {
    const counts = { error: 0, warn: 0, info: 0 };
    for (let place = 6; place < row.length; place += 2) counts[rest.kinds[row[place]][1]] += row[place + 1];
    return Object.entries(counts).filter(([, count]) => count).flatMap(([severity, count]) => {
      const mark = element("span", `${marks[severity]} ${count} ${severity}`, `severity ${severity}`);
      return [mark, " "];
    });
  };
  const line = (row) => {
    const [id, state, ending, seconds, operations, people] = row;
    const made = element("tr");
    made.dataset.call = id;
    const head = element("th", id);
    head.scope = "row";
    const stateCell = element("td");
    stateCell.append(element("span", state, `state ${state === "terminated" ? "over" : "live"}`));
    const ended = element("td");
    ended.append(isolated(rest.endings[ending]));
    const foundCell = element("td");
    foundCell.append(...found(row));
    const number = (label, value) => {
      const cell = element("td", value || "", "number");
      cell.dataset.label = label;
      return cell;
    };
    const counts = [number("duration", clock(seconds)), number("operations", operations), number("participants", people)];
    made.append(head, stateCell, ended, ...counts, foundCell);
    return made;
  };
  const others = role("others");
  const turn = () => {
    if (!others) return;
    const pages = Math.max(Math.ceil(chosen.length / PAGE), 1);
    page = Math.min(Math.max(page, 0), pages - 1);
    others.querySelector("tbody").replaceChildren(...chosen.slice(page * PAGE, (page + 1) * PAGE).map(line));
    role("page", others).textContent = `Page ${page + 1} of ${pages}`;
    role("page-back", others).disabled = page === 0;
    role("page-on", others).disabled = page === pages - 1;
    role("pager", others).hidden = pages === 1;
  };
  const choose = () => {
    const text = field("text").value.trim().toLowerCase();
    const [state, finding] = [field("state").value, field("finding").value];
    let count = 0;
    for (const row of document.querySelectorAll('[data-role="detailed"] tr[data-call]')) {
      const section = document.getElementById(`call-${row.dataset.call}`);
      const words = () => `${row.textContent} ${section?.querySelector("header").textContent}`.toLowerCase();
      const fits = (!state || row.dataset.state === state)
        && (!finding || row.dataset.kinds.split(" ").includes(finding))
        && (!text || words().includes(text));
      row.hidden = !fits;
      if (section) section.hidden = !fits;
      count += fits;
    }
    const endings = rest.endings.map((ending) => !text || ending.toLowerCase().includes(text));
    const kinds = rest.kinds.map((names) => names.includes(finding));
    const hasKind = (row) => row.some((kind, place) => place > 5 && place % 2 === 0 && kinds[kind]);
    chosen = rest.rows.filter((row) =>
      (!state || row[1] === state) && (!finding || hasKind(row)) && (endings[row[2]] || row[0].includes(text)));
    page = 0;
    turn();
    const all = document.querySelectorAll('[data-role="detailed"] tr[data-call]').length + rest.rows.length;
    role("matches").textContent = `${(count + chosen.length).toLocaleString("en")} of ${all.toLocaleString("en")} calls`;
  };
  filters.addEventListener("input", choose);
  filters.addEventListener("submit", (event) => event.preventDefault());
  filters.hidden = false;
  if (others) {
    role("cut", others)?.remove();
    role("page-back", others).addEventListener("click", () => { page -= 1; turn(); });
    role("page-on", others).addEventListener("click", () => { page += 1; turn(); });
  }
  choose();
})();
