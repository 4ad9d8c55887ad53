// Ordering with the script: each entry has a button up and a button down, and the fields for its place, which serve without
// the script, stay behind them.

import { readAnswer, showAnswer } from "./fields.js";
import { say } from "./words.js";

export function wireOrdering({ paper, answers, announcer }) {
  for (const question of paper.querySelectorAll('[data-kind="ordering"]')) wireQuestion(question, answers, announcer);
}

function wireQuestion(question, answers, announcer) {
  const order = question.querySelector(".order-list");
  showAnswer(question, answers.findValue(question.dataset.slot)); // the page came in the order of the paper
  for (const row of order.children) {
    row.querySelector("select").hidden = true;
    row.append(makeButton(row, -1, "moveUp", "↑"), makeButton(row, 1, "moveDown", "↓"));
  }

  function makeButton(row, distance, word, sign) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "order-move";
    button.textContent = sign;
    button.setAttribute("aria-label", `${say(word)}: ${row.querySelector(".order-text").textContent}`);
    button.addEventListener("click", () => move(row, distance, button));
    return button;
  }

  function move(row, distance, button) {
    const rows = [...order.children];
    const from = rows.indexOf(row);
    const to = from + distance;
    if (to < 0 || to >= rows.length) return;
    rows.splice(from, 1);
    rows.splice(to, 0, row);
    rows.forEach((one, place) => {
      one.querySelector("select").value = String(place + 1);
    });
    answers.choose(question.dataset.slot, readAnswer(question));
    button.focus();
    announcer.announce(say("movedTo", { place: to + 1, total: rows.length }));
  }
}
