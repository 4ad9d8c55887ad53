// The fields of a question, of every kind: what they say, and how an answer is put into them. Answers are those of the
// server: a position, positions in rising order, a position or null for each line, an order of positions, or a text.

import { say } from "./words.js";

const list = (question, selector) => [...question.querySelectorAll(selector)];
const radios = (question) => list(question, "input[type=radio]");
const boxes = (question) => list(question, "input[type=checkbox][name^=choice]");
const pairs = (question) => list(question, "select[name^=pair]");
const rows = (question) => list(question, ".order-row");
const text = (question) => question.querySelector("input[type=text], textarea");

const orNull = (values) => (values.length > 0 ? values : null);
const chosenOf = (inputs, isChosen) => orNull(inputs.filter(isChosen).map(({ value }) => Number(value)));

function readPairs(selects, isChosen) {
  const values = selects.map((select) => [...select.options].find(isChosen)?.value ?? "");
  return values.every((value) => value === "") ? null : values.map((value) => (value === "" ? null : Number(value)));
}

// Without a place for each entry there is no order yet.
function readPlaces(question, isChosen) {
  const places = rows(question).map((row) => [
    Number([...row.querySelector("select").options].find(isChosen)?.value || 0),
    Number(row.dataset.position),
  ]);
  return places.every(([place]) => place > 0) ? places.sort(([one], [other]) => one - other).map(([, position]) => position) : null;
}

// Entries stand in the order of the answer; without one, as the paper gave them.
function showPlaces(question, value) {
  const own = rows(question).sort((one, other) => one.dataset.position - other.dataset.position);
  const order = value ?? own.map((_, position) => position);
  question.querySelector(".order-list").append(...order.map((position) => own[position]));
  for (const row of own) {
    row.querySelector("select").value = value === null ? "" : String(value.indexOf(Number(row.dataset.position)) + 1);
  }
}

const letters = (positions) => positions.map((position) => (position === null ? "–" : formatLetter(position)));

function formatLetter(position) {
  return String.fromCharCode(65 + position);
}

const one = {
  read: (question, isDefault) => {
    const found = radios(question).find((input) => (isDefault ? input.defaultChecked : input.checked));
    return found ? Number(found.value) : null;
  },
  show: (question, value) => {
    for (const input of radios(question)) input.checked = value !== null && Number(input.value) === value;
  },
  tell: formatLetter,
};
const several = {
  read: (question, isDefault) => chosenOf(boxes(question), (input) => (isDefault ? input.defaultChecked : input.checked)),
  show: (question, value) => {
    for (const input of boxes(question)) input.checked = value !== null && value.includes(Number(input.value));
  },
  tell: (value) => letters(value).join(", "),
};
const matching = {
  read: (question, isDefault) => readPairs(pairs(question), (option) => (isDefault ? option.defaultSelected : option.selected)),
  show: (question, value) => {
    for (const [row, select] of pairs(question).entries()) select.value = String(value?.[row] ?? "");
  },
  tell: (value) => letters(value).map((letter, row) => `${row + 1}–${letter}`).join(", "),
};
const ordering = {
  read: (question, isDefault) => readPlaces(question, (option) => (isDefault ? option.defaultSelected : option.selected)),
  show: showPlaces,
  tell: (value) => letters(value).join(" → "),
};
const written = {
  read: (question, isDefault) => {
    const field = text(question);
    const value = (isDefault ? field.defaultValue : field.value).normalize("NFC");
    return value.trim() === "" ? null : value;
  },
  show: (question, value) => {
    if (text(question).value !== (value ?? "")) text(question).value = value ?? "";
  },
  tell: (value) => (value.length > 40 ? `${value.slice(0, 40)}…` : value),
};
const KINDS = {
  single_choice: one,
  true_false: one,
  multiple_choice: several,
  matching,
  ordering,
  short_answer: written,
  numerical: written,
  essay: written,
};
const kindOf = (question) => KINDS[question.dataset.kind];

// What the fields say now, and what the page said when it came from the server.
export const readAnswer = (question) => kindOf(question).read(question, false);
export const readGiven = (question) => kindOf(question).read(question, true);
export const showAnswer = (question, value) => kindOf(question).show(question, value);
export const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

// An answer in a few words, for what is read out and noted.
export function describeAnswer(question, value) {
  return value === null ? say("unanswered") : kindOf(question).tell(value);
}
