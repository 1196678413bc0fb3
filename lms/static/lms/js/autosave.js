// Saves the answers of a quiz as they are given; those that cannot leave wait in this browser.
// Attached by data-lms-autosave; without it, each button of the form saves. Words come from the page
// and the server, rules from docs/decisions/0018-answers-in-the-browser.md.
const PAUSE = 1000, LONGEST_PAUSE = 10000, LONGEST_WAIT = 30000, PATIENCE = 20000, DYING = 1000;  // milliseconds

for (const form of document.querySelectorAll("form[data-lms-autosave]")) autosave(form, form.dataset.lmsAutosave);
for (const { dataset } of document.querySelectorAll("[data-lms-sent]")) {
  for (const [key] of kept(dataset.lmsSent)) localStorage.removeItem(key);
}

// What waits for one person and attempt, the newest first: one entry per page that holds answers.
function kept(whose) {
  try {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(`${whose}:`));
    return keys.map((key) => [key, JSON.parse(localStorage[key])]).sort((one, other) => other[1].at - one[1].at);
  } catch { return []; }
}

function autosave(form, whose) {
  const bar = form.querySelector("[data-lms-saving]"), [alert, said] = bar.children;
  const basis = JSON.parse(form.elements.basis.value);
  const controls = (set) => [...set.elements].filter(({ name }) => /^(q|sure)-/.test(name));
  const read = (group, from = form) => [...new FormData(from)].filter(([name]) => group.names.has(name));
  const text = (group) => JSON.stringify(read(group));
  const asServed = form.cloneNode(true);
  asServed.reset();
  const groups = [...form.querySelectorAll("fieldset")]
    .filter((set) => !set.parentElement.closest("fieldset") && controls(set).length)
    .map((set) => {
      const group = { set, names: new Set(controls(set).map(({ name }) => name)) };
      group.held = Boolean(set.querySelector("[data-lms-unsaved]"));  // refused, until the learner decides
      group.saved = group.held ? "" : JSON.stringify(read(group, asServed));
      return group;
    });
  const changed = () => groups.filter((group) => text(group) !== group.saved);
  const leaving = () => changed().filter((group) => !group.held);
  const key = () => `${whose}:${basis.page}`;
  let timer, since = 0, failures = 0, heard = 0, at = Date.now(), made = basis.revision, shown = "", refused = {}, sending = "";
  let line = Promise.resolve();

  function remember() {
    const answers = Object.fromEntries(changed().map((group) => [[...group.names][0], read(group)]));
    try {
      if (Object.keys(answers).length && shown !== "sent") {
        const { turn, revision } = basis;
        localStorage.setItem(key(), JSON.stringify({ at, turn, revision, answers }));
      } else localStorage.removeItem(key());
    } catch { /* no store here: the page itself keeps them */ }
  }

  function show(state, lines = []) {
    said.hidden = ["waiting", "expired", "refused"].includes(state);
    if (shown === [state, ...lines].join("\n")) return;
    shown = [state, ...lines].join("\n");
    alert.replaceChildren(...(state ? [bar.querySelector(`[data-lms-state=${state}]`).content.cloneNode(true)] : []));
    const list = alert.querySelector("[data-lms-list]");
    for (const words of lines) list.appendChild(document.createElement("li")).textContent = words;
    const keep = alert.querySelector("[data-lms-keep]");
    if (keep) keep.hidden = !Object.keys(refused).length;
  }

  function plan() {
    clearTimeout(timer);
    if (shown === "sent" || !(failures || leaving().length)) return;
    since ||= Date.now();
    const pause = failures
      ? Math.min(LONGEST_WAIT, PAUSE * 2 ** failures)
      : Math.min(PAUSE, since + LONGEST_PAUSE - Date.now());
    timer = setTimeout(send, pause * (0.75 + Math.random() / 2));
  }

  // One message at a time; tells whether the server could be asked.
  function send() {
    line = line.then(() => post());
    return line;
  }

  async function post({ keepalive = false, again = false } = {}) {
    since = 0;
    const turn = ++basis.turn, going = leaving().map((group) => [group, text(group)]);
    const body = new FormData();
    form.elements.basis.value = JSON.stringify(basis);
    for (const name of ["csrfmiddlewaretoken", "basis"]) body.append(name, form.elements[name].value);
    for (const [group] of going) for (const [name, value] of read(group)) body.append(name, value);
    remember();
    let status = 0, reply = {};
    try {
      const headers = { Accept: "application/json" }, signal = AbortSignal.timeout(PATIENCE);
      const response = await fetch(bar.dataset.url, { method: "POST", body, headers, signal, keepalive, redirect: "error" });
      status = response.status;
      reply = await response.json();
    } catch { /* no answer, or not ours: the same as none */ }
    for (const input of document.getElementsByName("csrfmiddlewaretoken")) input.value = reply.csrf ?? input.value;
    if (status === 403 && reply.csrf && !again) return post({ keepalive, again: true });
    if (turn < heard) return true;
    heard = turn;
    hear(status, reply, going);
    remember();
    plan();
    return Boolean(reply.answers || reply.result);
  }

  function hear(status, reply, going) {
    failures = reply.answers || reply.result ? 0 : failures + 1;
    if (reply.result) show("sent");
    else if (failures) show(status === 401 ? "expired" : status >= 400 && status < 500 ? "refused" : "waiting");
    else {
      for (const [group, sent] of going) {
        group.held = Object.keys(reply.refused).some((id) => [...group.names].some((name) => name.startsWith(`q-${id}`)));
        if (!group.held) group.saved = sent;
      }
      Object.assign(refused, reply.refused);
      if (Object.keys(refused).length) made = reply.revision;
      else basis.revision = made;  // what an earlier page had left behind is stored by now
      const lines = Object.values({ ...reply.elsewhere, ...refused });
      show(lines.length ? "stale" : "", lines);
      if (said.textContent !== reply.said) said.textContent = reply.said;
    }
  }

  // Answers that a page took with it when it died, unless that page lives on in another tab. One that was closed a
  // moment ago may still be dying: it is asked once more.
  async function adopt(last = false) {
    const own = key();
    const dead = (name) => navigator.locks?.request(name, { ifAvailable: true }, Boolean) ?? true;
    let adopted = false, living = false;
    for (const [name, entry] of kept(whose)) {
      if (name === own) continue;
      if (!(await dead(name))) { living = true; continue; }
      adopted = true;
      for (const group of groups) {
        const pairs = Object.entries(entry.answers).find(([first]) => group.names.has(first))?.[1];
        if (pairs && text(group) === group.saved) write(group, pairs);
      }
      if (key() === own) {  // speaks for that page from now on: what it had sent is not a stranger's
        basis.page = name.slice(whose.length + 1);
        basis.revision = Math.min(basis.revision, entry.revision);
        localStorage.removeItem(own);  // written while the answers were put back
      } else localStorage.removeItem(name);
      basis.turn = Math.max(basis.turn, entry.turn);
    }
    navigator.locks?.request(key(), () => new Promise(() => {}));
    remember();
    if (adopted) send();  // even if the dying page could send them after all: the learner is told that they are safe
    else plan();
    if (living && !last) setTimeout(adopt, DYING, true);
  }

  function write(group, pairs) {
    const left = [...pairs];
    for (const control of controls(group.set)) {
      const { name, value, type } = control;
      if (type === "radio" || type === "checkbox") control.checked = pairs.some(([one, kept]) => one === name && kept === value);
      else {
        const place = left.findIndex(([one]) => one === name);
        if (place >= 0) control.value = left.splice(place, 1)[0][1];
      }
    }
    group.set.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function answered({ target }) {
    const group = groups.find(({ set }) => set.contains(target));
    if (group && !Object.keys(refused).length) group.held = false;
    group?.set.querySelector("[data-lms-missing]")?.remove();  // said of what was sent, not of what is there now
    at = Date.now();  // of the last answer: trying again makes it no younger than what another tab holds
    remember();
    if (!failures) plan();
  }
  form.addEventListener("input", answered);
  form.addEventListener("change", answered);

  form.addEventListener("submit", async (event) => {
    if (sending === "now") { sending = "sent"; setTimeout(() => { sending = ""; }, PATIENCE); return; }
    event.preventDefault();
    if (sending) return;
    sending = "asked";
    const ready = await send().catch(() => true);  // a fault of ours keeps no form from being sent
    sending = ready ? "now" : "";
    if (ready) form.requestSubmit(event.submitter);
    else alert.focus();
  });

  alert.tabIndex = -1;
  alert.addEventListener("click", ({ target }) => {
    if (target.closest("[data-lms-fresh]")) for (const group of groups) if (group.held) group.saved = text(group);
    if (target.closest("[data-lms-keep]")) {
      basis.revision = made;
      refused = {};
      for (const group of groups) group.held = false;
      send();
    }
    remember();
  });

  const flush = () => { if (leaving().length) post({ keepalive: true }); };
  const retry = () => { if (failures) send(); };
  document.addEventListener("submit", ({ target }) => { if (target !== form) flush(); });
  document.addEventListener("visibilitychange", () => (document.hidden ? flush() : retry()));
  window.addEventListener("pagehide", flush);
  window.addEventListener("pageshow", ({ persisted }) => { if (persisted) location.reload(); });
  window.addEventListener("online", send);
  window.addEventListener("offline", () => { failures ||= 1; show("waiting"); plan(); });
  window.addEventListener("focus", retry);
  window.addEventListener("storage", retry);
  window.addEventListener("beforeunload", (event) => { if (failures && leaving().length && !sending) event.preventDefault(); });
  form.autocomplete = "off";  // what a browser restores by itself is older than what the server holds
  adopt();
}
