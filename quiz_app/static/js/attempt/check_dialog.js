// Before handing in: how much is answered, what is not, what is flagged; then the hand-in itself, once.

import { openDialog } from "./dialogs.js";
import { say } from "./words.js";

export function makeCheckDialog({ answers, view, sender, access, countUnsent, onFinished }) {
  const dialog = document.getElementById("check-dialog");
  const form = document.getElementById("finish");
  const button = document.getElementById("hand-in");
  const trouble = document.getElementById("check-trouble");
  const sum = document.getElementById("check-sum");
  const lists = { unanswered: document.getElementById("check-unanswered"), flagged: document.getElementById("check-flagged") };
  let isFinishing = false;

  function makeLink(slot) {
    const link = document.createElement("a");
    link.href = `#question-${slot + 1}`;
    link.textContent = say("number", { number: slot + 1 });
    link.addEventListener("click", (event) => {
      event.preventDefault();
      dialog.close();
      view.goTo(slot);
    });
    const item = document.createElement("li");
    item.append(link);
    return item;
  }

  function fill() {
    const slots = { unanswered: answers.slots.filter((slot) => !answers.isAnswered(slot)), flagged: answers.slots.filter(answers.isFlagged) };
    const [total, open] = [answers.slots.length, slots.unanswered.length];
    sum.textContent = say("answeredOf", { count: total - open, total });
    sum.classList.toggle("check-owed", open > 0);
    for (const [name, list] of Object.entries(lists)) {
      list.parentElement.hidden = slots[name].length === 0;
      list.replaceChildren(...slots[name].map(makeLink));
    }
    button.textContent = open > 0 ? say("handInOpen", { count: open }) : say("handIn");
    const unsent = countUnsent();
    showTrouble(unsent > 0 ? say("kept", { count: unsent }) : "");
  }

  function showTrouble(text) {
    trouble.textContent = text;
    trouble.hidden = text === "";
  }

  function open() {
    fill();
    openDialog(dialog);
  }

  // A second press of the button finds the first at work. What could not be sent is not left behind unsaid.
  async function handIn() {
    if (isFinishing) return;
    isFinishing = true;
    button.disabled = true;
    button.textContent = say("handingIn");
    try {
      if (!(await sender.send())) throw new Error("unsent");
      if (!(await finish())) throw new Error("refused");
    } catch {
      isFinishing = false;
      button.disabled = false;
      fill();
      showTrouble(countUnsent() > 0 ? say("notAllSent", { count: countUnsent() }) : say("notHandedIn"));
      button.focus();
    }
  }

  // The answer to a finish leads on to the result; where it leads is known, so it need not be fetched twice.
  async function finish(mayRenew = true) {
    const response = await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
    if (response.type === "opaqueredirect") {
      onFinished();
      return true;
    }
    if (mayRenew && response.status < 500 && (await access.check()) === "renewed") return finish(false);
    return false;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    handIn();
  });

  return { open, refresh: () => dialog.open && !isFinishing && fill(), finish };
}
