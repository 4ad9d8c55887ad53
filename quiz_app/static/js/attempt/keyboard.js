// A–D or 1–4 choose, N and P move, F flags, ? helps. Not while something is typed; can be turned off (WCAG 2.2, 2.1.4).

import { isDialogOpen, openDialog } from "./dialogs.js";
import { keepPreference, readPreference } from "./options.js";

const TYPING = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]";

export function wireKeyboard({ view, onChoose, onFlag }) {
  const help = document.getElementById("help-dialog");
  const box = document.getElementById("keys");
  box.checked = readPreference("keys", "on") === "on";
  box.addEventListener("change", () => keepPreference("keys", box.checked ? "on" : "off"));
  for (const button of document.querySelectorAll("[data-help]")) {
    button.addEventListener("click", () => openDialog(help));
  }

  // The place of the option that the key names in the question in front; -1 for every other key.
  function findOption(key, inputs) {
    const position = /^[1-9]$/.test(key) ? Number(key) - 1 : /^[a-z]$/.test(key) ? key.charCodeAt(0) - 97 : -1;
    return position < inputs.length ? position : -1;
  }

  document.addEventListener("keydown", (event) => {
    if (!box.checked || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat) return;
    if (isDialogOpen() || event.target.closest(TYPING)) return;
    const key = event.key.toLowerCase();
    const inputs = [...view.currentQuestion().querySelectorAll("input[type=radio], input[name^=choice]")];
    const position = findOption(key, inputs);
    const actions = { n: () => view.step(1), p: () => view.step(-1), f: onFlag, "?": () => openDialog(help) };
    if (position !== -1) {
      inputs[position].focus();
      if (inputs[position].type === "checkbox") inputs[position].click();
      else onChoose(view.currentSlot(), position);
    } else if (actions[key]) {
      actions[key]();
    } else {
      return;
    }
    event.preventDefault();
  });
}
