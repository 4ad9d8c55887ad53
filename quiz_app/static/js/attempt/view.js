// Which question is in front of the person: one at a time on a phone, the whole list or one at a time on a wider screen.

import { readAnswer } from "./fields.js";
import { readPreference } from "./options.js";
import { say } from "./words.js";

const LOOKED_AT = 0.35; // in a list: the question at this part of the screen's height is the one being read

export function makeView(paper, { title, onLast }) {
  const questions = [...paper.querySelectorAll(".question")];
  const counted = questions.filter(({ dataset }) => "slot" in dataset).length;
  const [end, steps, previous, next] = [".attempt-end", "#steps", "#previous", "#next"].map((name) =>
    document.querySelector(name),
  );
  const progress = document.getElementById("progress");
  const places = document.querySelectorAll("[data-where]");
  const narrow = window.matchMedia("(max-width: 767.98px)");
  const listeners = [];
  let isOne = false;
  let current = findFromAddress() ?? findFirstUnanswered();
  let isMoving = false;
  let looking = null;

  function findFromAddress() {
    const position = questions.findIndex(({ id }) => `#${id}` === window.location.hash);
    return position === -1 ? null : position;
  }

  function findFirstUnanswered() {
    const isOpen = (question) => "slot" in question.dataset && readAnswer(question) === null;
    return Math.max(0, questions.findIndex(isOpen));
  }

  function mark(position) {
    current = position;
    const text = position < counted ? say("where", { number: position + 1, total: counted }) : say("prediction");
    for (const place of places) place.textContent = text;
    document.title = `${text} – ${title}`;
    progress.value = Math.min(position + 1, counted);
    if (isOne) {
      questions.forEach((question, other) => {
        question.hidden = other !== position;
      });
      previous.disabled = position === 0;
      next.textContent = say(position === questions.length - 1 ? "check" : "next");
    }
    for (const listener of listeners) listener(position);
  }

  function arrange() {
    isOne = narrow.matches || readPreference("view", "list") === "one";
    document.documentElement.classList.toggle("one-question", isOne);
    steps.hidden = !isOne;
    end.hidden = isOne;
    progress.hidden = !narrow.matches;
    for (const question of questions) question.hidden = false;
    mark(current);
  }

  function goTo(position) {
    if (position < 0 || position >= questions.length) return;
    mark(position);
    const question = questions[position];
    holdStill();
    if (isOne) window.scrollTo(0, 0);
    else question.scrollIntoView();
    question.querySelector("legend, input").focus({ preventScroll: true });
  }

  // A question that was gone to, or that has the focus, may stand anywhere on the screen: the scrolling that this brings
  // about is not the person's, and the next key must not go to the question that happens to lie at the height looked at.
  function holdStill() {
    clearTimeout(looking);
    looking = null;
    isMoving = true;
    requestAnimationFrame(() => requestAnimationFrame(() => (isMoving = false)));
  }

  function step(distance) {
    if (current + distance === questions.length) onLast();
    else goTo(current + distance);
  }

  function followEyes() {
    looking = null;
    if (isOne) return;
    const height = window.innerHeight * LOOKED_AT;
    const position = questions.findIndex((question) => question.getBoundingClientRect().bottom > height);
    if (position !== -1 && position !== current) mark(position);
  }

  window.addEventListener("scroll", () => {
    if (!isMoving) looking ??= setTimeout(followEyes, 150);
  });
  paper.addEventListener("focusin", ({ target }) => {
    const position = questions.indexOf(target.closest(".question"));
    if (position === -1) return;
    holdStill();
    if (position !== current) mark(position);
  });
  previous.addEventListener("click", () => step(-1));
  next.addEventListener("click", () => step(1));
  narrow.addEventListener("change", arrange);
  window.addEventListener("hashchange", () => goTo(findFromAddress() ?? -1));

  return {
    arrange,
    goTo,
    step,
    listen: (listener) => listeners.push(listener),
    currentQuestion: () => questions[current],
    currentSlot: () => (current < counted ? current : null),
  };
}
