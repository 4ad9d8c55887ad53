// What is typed is an answer once the person pauses, leaves the field or leaves the page: not at every key.

import { isSame, readAnswer } from "./fields.js";

const PAUSE_MS = 1000;

export function wireTyping({ paper, answers }) {
  const waiting = new Map(); // slot -> timer

  function keep(question) {
    const { slot } = question.dataset;
    clearTimeout(waiting.get(slot));
    waiting.delete(slot);
    const value = readAnswer(question);
    if (!isSame(value, answers.findValue(slot))) answers.choose(slot, value);
  }

  const findQuestion = (target) => (target.name?.startsWith("text-") ? target.closest(".question") : null);

  paper.addEventListener("input", ({ target }) => {
    const question = findQuestion(target);
    if (!question) return;
    const { slot } = question.dataset;
    clearTimeout(waiting.get(slot));
    waiting.set(slot, setTimeout(() => keep(question), PAUSE_MS));
  });
  paper.addEventListener("change", ({ target }) => {
    const question = findQuestion(target);
    if (question) keep(question);
  });

  // Before anything that ends the page or the attempt.
  function keepAll() {
    for (const slot of [...waiting.keys()]) keep(paper.querySelector(`[data-slot="${slot}"]`));
  }

  window.addEventListener("pagehide", keepAll);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && keepAll());
  return { keepAll, isTyping: (slot) => waiting.has(String(slot)) };
}
