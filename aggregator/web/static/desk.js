// Keys for the queue. A key presses a button or follows a link that is on the page (`data-key`), so nothing can be done
// by key that cannot be done without; without this file every button works all the same.
"use strict";

(() => {
  const queue = () => document.getElementById("queue");
  const rows = () => [...document.querySelectorAll("#queue .item")];
  const unseen = (text) => { document.getElementById("said").textContent = text; };
  let pending = []; // keys that were pressed while an answer was awaited
  let isBusy = false;
  let place = 0; // of the row that was decided
  let stays = ""; // the row that keeps the focus, when it is still there

  const row = () => document.activeElement && document.activeElement.closest("#queue .item");

  // Letters are commands in the list only (WCAG 2.1.4), never where someone types or in a dialog.
  const isListening = () => {
    const list = queue();
    const at = document.activeElement;
    if (!list || !("keys" in list.dataset) || document.querySelector("dialog[open]")) return false;
    if (at.matches("input:not([type=checkbox]), select, textarea, [contenteditable]")) return false;
    return at === document.body || at.id === "content" || list.contains(at);
  };

  const focus = (target) => {
    if (!target) return;
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: "nearest" });
  };

  const named = (event) => {
    const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code);
    if (digit && event.shiftKey) return `s${digit[1]}`;
    return digit ? digit[1] : event.key;
  };

  const move = (step) => {
    const all = rows();
    const now = all.indexOf(row());
    focus(all[Math.max(0, Math.min(all.length - 1, now < 0 ? 0 : now + step))]);
  };

  const OF_THE_PAGE = new Set(["z", "A", "D", "l", "/", "?", "n", "f"]);

  const press = (key) => {
    const list = queue();
    if (!list) return false;
    if (key === "j" || key === "k") { move(key === "j" ? 1 : -1); return true; }
    if (key === "f" && list.querySelector(".queue-flood button")) {
      focus(list.querySelector(".queue-flood button")); // there are three ways to settle it: one more key chooses
      return true;
    }
    const within = OF_THE_PAGE.has(key) ? list : row() || rows()[0];
    const target = within && within.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!target) return false;
    if (key === "?") { document.getElementById("help").showModal(); return true; }
    if (key === "/") { target.parentElement.open = true; document.getElementById("q").focus(); return true; }
    if (key === "A" || key === "D") {
      if (!list.querySelector(".item input:checked")) return false;
    }
    target.click(); // and not requestSubmit: htmx sends the button along that was clicked
    if (key === "x") move(1);
    return true;
  };

  const note = (button) => {
    const own = button.closest(".item");
    const all = rows();
    place = Math.max(0, all.indexOf(own || row()));
    stays = "stays" in button.dataset && own ? own.id : "";
  };

  const goOn = () => {
    while (!isBusy && pending.length) press(pending.shift());
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !isListening()) return;
    const key = named(event);
    if (isBusy) {
      pending.push(key);
      event.preventDefault();
    } else if (press(key)) {
      event.preventDefault();
    }
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("#queue button");
    if (!button) return;
    if (button.dataset.key === "?") document.getElementById("help").showModal();
    else note(button);
  });

  document.addEventListener("htmx:beforeRequest", () => {
    isBusy = true;
    document.getElementById("broken").hidden = true;
    queue().setAttribute("aria-busy", "true");
  });

  // An error page takes the place of the whole content: it says what happened and the way on.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const swap = event.detail;
    if (swap.xhr.status < 400) return;
    pending = [];
    swap.shouldSwap = true;
    swap.isError = false;
    swap.target = document.getElementById("content");
    swap.selectOverride = "#content";
    swap.swapOverride = "outerHTML";
  });

  document.addEventListener("htmx:afterSettle", () => {
    isBusy = false;
    const list = queue();
    if (!list) { focus(document.getElementById("content")); return; }
    const all = rows();
    const wanted = stays || (list.dataset.at ? `s-${list.dataset.at}` : "");
    focus(document.getElementById(wanted) || all[Math.min(place, all.length - 1)] || document.getElementById("empty"));
    unseen(list.dataset.said || "");
    goOn();
  });

  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:swapError"]) {
    document.addEventListener(name, () => {
      isBusy = false;
      pending = [];
      const broken = document.getElementById("broken");
      broken.textContent = broken.dataset.text;
      broken.hidden = false;
      queue()?.removeAttribute("aria-busy");
    });
  }

  document.documentElement.classList.add("has-script");
  if (queue() && !location.hash && document.activeElement === document.body) focus(rows()[0]);
})();
