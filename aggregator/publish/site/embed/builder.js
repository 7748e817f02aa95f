// The page that makes codes, a little quicker: the result follows each choice, and codes can be copied by a button.
// Without this script the form's own button does the same.
const form = document.querySelector("form.builder");
const said = document.querySelector("#said");

function addCopyButtons() {
  for (const code of document.querySelectorAll("pre.code:only-child")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = said.dataset.copy;
    button.setAttribute("aria-describedby", code.id);
    button.addEventListener("click", () => copy(code));
    code.after(button);
  }
}

async function copy(code) {
  try {
    await navigator.clipboard.writeText(code.textContent);
    said.textContent = said.dataset.copied;
  } catch {
    getSelection().selectAllChildren(code); // where the clipboard is closed, one key is left to press
    said.textContent = said.dataset.selected;
  }
}

let turn = 0;
async function follow() {
  const mine = ++turn;
  const address = `${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`;
  const answer = await fetch(address);
  if (!answer.ok || mine !== turn) return;
  const made = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#result");
  if (!made || mine !== turn) return;
  document.querySelector("#result").replaceWith(document.adoptNode(made));
  history.replaceState(null, "", address);
  addCopyButtons();
  said.textContent = said.dataset.renewed;
}

addCopyButtons();
form?.addEventListener("change", follow);
