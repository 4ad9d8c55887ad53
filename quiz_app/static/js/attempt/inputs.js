// The controls of the questions: rows, "clear", flags, the prediction; and the note that another device was newer.

import { describeAnswer, readAnswer } from "./fields.js";
import { PREDICTION, isFlag, nameFlag } from "./message.js";
import { say } from "./words.js";

export function wireInputs({ paper, answers, view, announcer }) {
  const flagButton = document.getElementById("flag");
  const clearButtons = new Map();

  for (const slot of answers.slots) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "clear-choice";
    button.append(say("clear"));
    button.addEventListener("click", () => {
      answers.choose(String(slot), null);
      findQuestion(slot).querySelector("input, select, textarea").focus();
    });
    findQuestion(slot).querySelector(".question-foot").append(button);
    clearButtons.set(slot, button);
    button.hidden = !answers.isAnswered(slot);
  }

  function findQuestion(slot) {
    return paper.querySelector(`[data-slot="${slot}"]`);
  }

  paper.addEventListener("change", ({ target }) => {
    const [kind, slot] = target.name.split("-");
    if (kind === "choice" || kind === "pair" || kind === "place") answers.choose(slot, readAnswer(findQuestion(slot)));
    else if (kind === "flag") answers.choose(nameFlag(slot), target.checked ? 1 : 0);
    else if (kind === "prediction" && target.value !== "" && target.checkValidity()) {
      answers.choose(PREDICTION, Number(target.value));
    }
  });

  function toggleFlag() {
    const slot = view.currentSlot();
    if (slot !== null) answers.choose(nameFlag(slot), answers.isFlagged(slot) ? 0 : 1);
  }

  function showFlag() {
    const slot = view.currentSlot();
    flagButton.disabled = slot === null;
    flagButton.setAttribute("aria-pressed", String(slot !== null && answers.isFlagged(slot)));
  }

  // Called for every change, whoever made it.
  function show(name, cause) {
    showFlag();
    if (isFlag(name) || name === PREDICTION) return;
    const slot = Number(name);
    clearButtons.get(slot).hidden = !answers.isAnswered(slot);
    const question = findQuestion(slot);
    question.querySelector(".overtaken")?.remove();
    if (cause !== "elsewhere") return;
    const value = answers.findValue(name);
    const note = document.createElement("p");
    note.className = "overtaken";
    note.textContent =
      value === null ? say("overtakenCleared") : say("overtaken", { number: slot + 1, letter: describeAnswer(question, value) });
    question.querySelector(".question-foot").before(note);
    announcer.announce(note.textContent);
  }

  flagButton.addEventListener("click", toggleFlag);
  view.listen(showFlag);
  showFlag();

  return { show, toggleFlag };
}
