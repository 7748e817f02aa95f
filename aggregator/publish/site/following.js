// Each address gets a button that copies it. Without this script one tap selects an address whole.
const said = document.querySelector("#said");

async function copy(code, name) {
  said.textContent = "";
  try {
    await navigator.clipboard.writeText(code.textContent);
    said.textContent = `${said.dataset.copied} ${name}`;
  } catch {
    getSelection().selectAllChildren(code); // where the clipboard is closed, one key is left to press
    said.textContent = said.dataset.selected;
  }
}

for (const code of document.querySelectorAll(".feeds code")) {
  const name = code.previousSibling.textContent.trim();
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = said.dataset.copy;
  button.setAttribute("aria-label", `${said.dataset.label} ${name}`);
  button.addEventListener("click", () => copy(code, name));
  code.after(button);
}
