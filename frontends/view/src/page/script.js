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

  // Shows the first items, and a button that shows more of them.
  const BATCH = 200;
  const inBatches = (items, first, show, button) => {
    let shown = 0;
    const more = (count) => {
      show(items.slice(shown, shown + count));
      shown += count;
      const rest = items.length - shown;
      button.hidden = rest <= 0;
      button.textContent = `Show ${Math.min(rest, BATCH).toLocaleString("en")} more of ${rest.toLocaleString("en")}`;
    };
    button.type = "button";
    button.addEventListener("click", () => more(BATCH));
    more(first);
  };

  // The operations at a moment: all of a few, and of very many the counts, and the failed ones first.
  const MANY = 50;
  const operations = (place, all) => {
    const line = ([kind, status, more]) => [element("b", kind), ` ${status} `, element("span", more, "quiet")];
    if (all.length <= MANY) {
      list(place, all.map(line), "None");
      return;
    }
    const counts = new Map();
    for (const [kind, status] of all) counts.set(`${kind} ${status}`, (counts.get(`${kind} ${status}`) ?? 0) + 1);
    const rank = ([, status]) => ({ failed: 0, completed: 2 })[status] ?? 1;
    const made = element("ul");
    const button = element("button");
    const summary = [...counts].map(([what, count]) => `${count.toLocaleString("en")} ${what}`).join(", ");
    place.replaceChildren(element("p", summary, "quiet"), made, button);
    const add = (items) => made.append(...items.map((one) => {
      const item = element("li");
      item.append(...line(one));
      return item;
    }));
    inBatches(all.toSorted((one, other) => rank(one) - rank(other)), MANY, add, button);
  };

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
      operations(part("operations"), known.operations);
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
      for (const { point } of timelines) point(at - 1);
      if (!isFirst) follow();
    };
    // Scrolls the current row into view within its own box.
    const follow = () => {
      const row = rows[at - 1];
      const box = row.closest(".tall");
      const isAbove = row.offsetTop < box.scrollTop + 40;
      if (isAbove || row.offsetTop + 30 > box.scrollTop + box.clientHeight) box.scrollTop = row.offsetTop - box.clientHeight / 2;
      for (const { follow } of timelines) follow(at - 1);
    };
    const timelines = ["timeline", "timeline-narrow"].map((name) => picture(section, role(name, section), (step) => go(step + 1)));
    const others = data("other-operations", section);
    if (others) {
      role("cut", section).remove();
      const row = (cells) => {
        const made = element("tr");
        made.dataset.outcome = cells[1];
        for (const text of cells) {
          const cell = element("td");
          cell.append(isolated(text));
          made.append(cell);
        }
        return made;
      };
      const show = (items) => role("operation-rows", section).append(...items.map(row));
      inBatches(others, 0, show, role("more-operations", section));
    }
    slider.addEventListener("input", () => go(Number(slider.value)));
    part("back").addEventListener("click", () => go(at - 1));
    part("on").addEventListener("click", () => go(at + 1));
    part("finding-back").addEventListener("click", () => go(Math.max(...moments.found.filter((step) => step < at))));
    part("finding-on").addEventListener("click", () => go(Math.min(...moments.found.filter((step) => step > at))));
    return { start: () => go(Number(slider.value), true), by: (steps) => go(at + steps) };
  };

  // The timeline: zoom, and a line at the current event.
  const picture = (section, box, go) => {
    const svg = box.querySelector("svg");
    const { width, height } = svg.viewBox.baseVal;
    const ticks = [...svg.querySelectorAll("[data-step]")].map((tick) => [Number(tick.dataset.step), Number(tick.dataset.x), tick]);
    ticks.sort((one, other) => one[0] - other[0]);
    const cursor = document.createElementNS("http://www.w3.org/2000/svg", "line");
    // A smaller picture has letters that nobody can read.
    const READABLE = 0.7;
    let scale = 1;
    const zoom = (to) => {
      scale = Math.min(Math.max(to, 0.2), 12);
      svg.setAttribute("width", width * scale);
      svg.setAttribute("height", height * scale);
    };
    cursor.setAttribute("class", "cursor");
    // Below the title.
    cursor.setAttribute("y1", svg.dataset.top);
    cursor.setAttribute("y2", height);
    for (const [step, , tick] of ticks) tick.addEventListener("click", () => go(step));
    const buttons = role("zoom", section);
    role("zoom-in", buttons).addEventListener("click", () => zoom(scale * 1.5));
    role("zoom-out", buttons).addEventListener("click", () => zoom(scale / 1.5));
    role("zoom-fit", buttons).addEventListener("click", () => zoom(Math.max(box.clientWidth / width, READABLE)));
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
  const awake = new Map();
  const wake = (section) => {
    if (!awake.has(section)) {
      awake.set(section, travel(section));
      awake.get(section).start();
    }
    return awake.get(section);
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

  // The list of calls: the filters, the order, and the calls without a row in the page.
  const filters = role("filters");
  if (!filters) return;
  const field = (name) => role(`filter-${name}`, filters);
  const marks = { error: "✖", warn: "▲", info: "●" };
  const known = data("rows");
  const calls = (rows) => rows.map(([id, start, direction, from, to, state, ended, seconds, operations, participants, ...kinds]) => {
    const counts = { error: 0, warn: 0, info: 0 };
    for (let place = 0; place < kinds.length; place += 2) counts[known.kinds[kinds[place]][1]] += kinds[place + 1];
    const [[ending, isBad], names] = [known.endings[ended], [direction, from, to].map((name) => known.names[name])];
    return {
      id, begin: start, end: start === null || seconds === null ? null : start + seconds * 1000, direction: names[0], from: names[1], to: names[2], state, ending, isBad, duration: seconds, operations, participants,
      counts, kinds: kinds.filter((_, place) => place % 2 === 0),
    };
  });
  const detailed = { place: role("detailed"), all: calls(known.detailed) };
  const others = { place: role("others"), all: calls(known.others) };
  const PAGE = 100;
  let page = 0;
  const clock = (seconds) => {
    if (seconds === null) return "";
    const two = (number) => String(number).padStart(2, "0");
    const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60];
    const rest = `${two(minutes)}:${two(seconds % 60)}`;
    if (days) return `${days}d ${two(hours)}:${rest}`;
    return hours ? `${hours}:${rest}` : `${minutes}:${two(seconds % 60)}`;
  };
  const line = (call) => {
    const made = element("tr");
    made.dataset.call = call.id;
    const head = element("th", call.id);
    head.scope = "row";
    const cell = (content, className, label) => {
      const cell = element("td", undefined, className);
      cell.append(...content);
      if (label) cell.dataset.label = label;
      return cell;
    };
    const name = (text) => (text ? [isolated(text)] : []);
    const count = (label) => cell([call[label] || ""], "number", label);
    const found = Object.entries(call.counts).filter(([, count]) => count);
    made.append(
      head,
      cell([call.begin === null ? "" : new Date(call.begin).toISOString().slice(0, 19).replace("T", " ")], "time"),
      cell([call.direction]),
      cell(name(call.from), "party", "from"),
      cell(name(call.to), "party", "to"),
      cell([element("span", call.state, `state ${call.state === "terminated" ? "over" : "live"}`)]),
      cell([...(call.isBad ? [element("span", filters.dataset.bad, "bad"), " "] : []), ...name(call.ending)], "ended"),
      cell([clock(call.duration)], "number", "duration"),
      count("operations"),
      count("participants"),
      cell(found.flatMap(([severity, count]) => [element("span", `${marks[severity]} ${count} ${severity}`, `severity ${severity}`), " "])),
    );
    return made;
  };
  const turn = () => {
    if (!others.place) return;
    const pages = Math.max(Math.ceil(others.chosen.length / PAGE), 1);
    page = Math.min(Math.max(page, 0), pages - 1);
    others.place.querySelector("tbody").replaceChildren(...others.chosen.slice(page * PAGE, (page + 1) * PAGE).map(line));
    role("page", others.place).textContent = `Page ${page + 1} of ${pages}`;
    role("page-back", others.place).disabled = page === 0;
    role("page-on", others.place).disabled = page === pages - 1;
    role("pager", others.place).hidden = pages === 1;
  };
  const choose = () => {
    const text = field("text").value.trim().toLowerCase();
    const [state, finding, isBadly] = [field("state").value, field("finding").value, field("ended").value === "badly"];
    const kinds = known.kinds.map((names) => names.includes(finding));
    const fits = (call) => (!state || call.state === state) && (!isBadly || call.isBad) && (!finding || call.kinds.some((kind) => kinds[kind]));
    const says = (texts) => !text || texts.some((one) => one.toLowerCase().includes(text));
    let count = 0;
    for (const call of detailed.all) {
      const section = document.getElementById(`call-${call.id}`);
      const isChosen = fits(call) && says([rows.get(call.id).textContent, section.querySelector("header").textContent]);
      rows.get(call.id).hidden = section.hidden = !isChosen;
      count += isChosen;
    }
    others.chosen = others.all.filter((call) => fits(call) && says([call.id, call.ending, call.from, call.to]));
    page = 0;
    turn();
    const all = detailed.all.length + others.all.length;
    role("matches").textContent = `${(count + others.chosen.length).toLocaleString("en")} of ${all.toLocaleString("en")} calls`;
  };
  const rows = new Map([...(detailed.place?.querySelectorAll("tr[data-call]") ?? [])].map((row) => [row.dataset.call, row]));

  // The order. Calls without a value are last in both directions, and equal ones are in the order in which they began.
  const ofEnded = (name) => (call) => (call.state === "terminated" ? call[name] : null);
  const states = [...field("state").options].map(({ value }) => value);
  const values = {
    state: ({ state }) => states.indexOf(state),
    end: ofEnded("end"),
    duration: ofEnded("duration"),
    ended: (call) => (call.ending ? `${call.isBad ? 0 : 1}${call.ending}` : null),
    findings: ({ counts }) => counts.error * 1e12 + counts.warn * 1e6 + counts.info,
  };
  const order = (all, name, isDown) => {
    // The digits of an id are no number.
    const texts = new Intl.Collator("en", { numeric: name !== "id" });
    const compare = (one, other) => (typeof one === "number" ? one - other : texts.compare(one, other));
    const value = values[name] ?? ((call) => (call[name] === "" ? null : call[name]));
    const keyed = all.map((call) => [value(call), call]);
    const missing = (one, other) => (one === null) - (other === null);
    const earlier = (one, other) => missing(one.begin, other.begin) || one.begin - other.begin || (one.id < other.id ? -1 : 1);
    keyed.sort(([one, first], [other, second]) => {
      if (one === null || other === null) return missing(one, other) || earlier(first, second);
      return (isDown ? compare(other, one) : compare(one, other)) || earlier(first, second);
    });
    return keyed.map(([, call]) => call);
  };
  const select = role("sort", filters);
  const sort = (name, isDown) => {
    for (const list of [detailed, others]) list.all = order(list.all, name, isDown);
    const body = detailed.place?.querySelector("tbody");
    body?.replaceChildren(...detailed.all.map((call) => rows.get(call.id)));
    for (const heading of document.querySelectorAll("th[data-sort]")) {
      if (heading.dataset.sort === name) heading.setAttribute("aria-sort", isDown ? "descending" : "ascending");
      else heading.removeAttribute("aria-sort");
    }
    select.value = `${isDown ? "-" : ""}${name}`;
    choose();
  };
  for (const heading of document.querySelectorAll("th[data-sort]")) {
    const button = element("button", heading.textContent);
    button.type = "button";
    button.addEventListener("click", () => sort(heading.dataset.sort, heading.getAttribute("aria-sort") === "ascending"));
    heading.replaceChildren(button);
  }
  select.addEventListener("change", () => sort(select.value.replace("-", ""), select.value.startsWith("-")));
  filters.addEventListener("input", ({ target }) => { if (target !== select) choose(); });
  // A link leads to a call that the filters have hidden: then they are cleared.
  document.addEventListener("click", ({ target }) => {
    const link = target.closest('a[href^="#call-"]');
    if (!link || !document.getElementById(link.hash.slice(1))?.hidden) return;
    for (const name of ["text", "state", "finding", "ended"]) field(name).value = "";
    choose();
  });
  filters.addEventListener("submit", (event) => event.preventDefault());
  filters.hidden = false;
  if (others.place) {
    role("cut", others.place)?.remove();
    role("page-back", others.place).addEventListener("click", () => { page -= 1; turn(); });
    role("page-on", others.place).addEventListener("click", () => { page += 1; turn(); });
  }
  choose();
})();
