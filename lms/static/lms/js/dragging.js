// Lets a pointer do what the lists of a question do: drag a row to its rank, or onto what goes with it.
// Attached by data-lms-drag="order" or "place"; the lists stay, and what is dragged is chosen in them.
const REACH = 6, EDGE = 64, STEP = 10;  // pixels: before a press is a drag; where the page begins to scroll, and how fast

const select = (row) => row.querySelector("select");
const chosen = (row) => select(row).selectedIndex;
const middle = (row) => { const { top, height } = row.getBoundingClientRect(); return top + height / 2; };

for (const list of document.querySelectorAll("[data-lms-drag]")) {
  const order = list.dataset.lmsDrag === "order";
  for (const row of list.children) {
    const handle = document.createElement("span");
    handle.className = "placing__handle";
    handle.setAttribute("aria-hidden", "true");
    handle.addEventListener("pointerdown", (event) => {
      if (event.isPrimary && event.button === 0) drag(event, row, order ? ranking(list, row) : placing(row));
    });
    row.prepend(handle);
  }
  if (order) {
    sort(list);
    // Rows change places when nobody is among them: what has the focus does not move away.
    list.addEventListener("focusout", ({ relatedTarget }) => { if (!list.contains(relatedTarget)) sort(list); });
  }
}

// One drag, from press to release; Escape or a lost pointer takes it back.
function drag({ clientX, clientY, pointerId }, row, { scrolls, lift, over, drop, end }) {
  const ended = new AbortController(), { signal } = ended;
  let lifted = false, y = clientY;

  function scroll() {
    if (signal.aborted) return;
    if (y < EDGE) scrollBy(0, -STEP);
    else if (y > innerHeight - EDGE) scrollBy(0, STEP);
    requestAnimationFrame(scroll);
  }

  function finish(event) {
    if (event.pointerId !== undefined && event.pointerId !== pointerId) return;
    ended.abort();
    if (lifted && event.type === "pointerup") drop(event);
    if (lifted) end(event.type === "pointerup");
    delete row.dataset.dragged;
  }

  document.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointerId) return;
    y = event.clientY;
    if (!lifted && Math.hypot(event.clientX - clientX, y - clientY) < REACH) return;
    if (!lifted) {
      lifted = true;
      row.dataset.dragged = "";
      lift(event);
      if (scrolls) scroll();
    }
    over(event);
  }, { signal });
  document.addEventListener("pointerup", finish, { signal });
  document.addEventListener("pointercancel", finish, { signal });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") finish(event); }, { signal });
}

function tell(row) {
  select(row).dispatchEvent(new Event("change", { bubbles: true }));
}

// The rows in the order of their ranks, once each has its own.
function sort(list) {
  const rows = [...list.children], ranks = new Set(rows.map(chosen));
  if (!ranks.has(0) && ranks.size === rows.length) list.append(...rows.sort((one, other) => chosen(one) - chosen(other)));
}

function ranking(list, row) {
  let before = [...list.children];
  return {
    scrolls: true,
    lift() { sort(list); before = [...list.children]; },
    // The others make room: a row that left the page for a moment would lose its pointer.
    over({ clientY }) {
      while (row.previousElementSibling && clientY < middle(row.previousElementSibling)) row.after(row.previousElementSibling);
      while (row.nextElementSibling && clientY > middle(row.nextElementSibling)) row.before(row.nextElementSibling);
    },
    drop() {
      [...list.children].forEach((one, rank) => { select(one).selectedIndex = rank + 1; });
      tell(row);
    },
    end(dropped) { if (!dropped) list.append(...before); },
  };
}

function placing(row) {
  const tray = document.createElement("div"), ghost = document.createElement("p");
  const under = ({ clientX, clientY }) => document.elementFromPoint(clientX, clientY)?.closest(".tray__place");
  tray.className = "tray";
  tray.setAttribute("aria-hidden", "true");
  ghost.className = "tray__ghost";
  ghost.textContent = row.querySelector("label").textContent;
  for (const { index, text } of [...select(row).options].slice(1)) {
    const place = tray.appendChild(document.createElement("p"));
    place.className = "tray__place";
    place.textContent = text;
    place.dataset.index = index;
  }
  return {
    // At the other end of the screen than the finger, which hides what is under it.
    lift({ clientY }) {
      tray.dataset.side = clientY > innerHeight / 2 ? "start" : "end";
      row.closest("fieldset").append(tray, ghost);
    },
    over(event) {
      const x = Math.min(event.clientX, innerWidth - ghost.offsetWidth), y = event.clientY - ghost.offsetHeight - EDGE / 2;
      ghost.style.translate = `${x}px ${y}px`;
      const place = under(event);
      for (const one of tray.children) one.toggleAttribute("data-over", one === place);
    },
    drop(event) {
      const place = under(event);
      if (!place) return;
      select(row).selectedIndex = place.dataset.index;
      tell(row);
    },
    end() { tray.remove(); ghost.remove(); },
  };
}
