// What is chosen and flagged on this page, by name (see message.js), each with the number that orders it among the changes
// of all devices. The page shows what stands here, and nothing else decides what its fields say.

import { isSame, readAnswer, readGiven, showAnswer } from "./fields.js";
import { PREDICTION, isFlag, nameFlag } from "./message.js";

export function makeAnswers(paper, journal, estimateServerMs) {
  const known = new Map(); // name -> {value, sequence}
  const listeners = [];
  const fieldsets = [...paper.querySelectorAll("[data-slot]")];
  const early = []; // entered before this script ran

  for (const question of fieldsets) {
    const { dataset } = question;
    const given = readGiven(question);
    const entered = readAnswer(question);
    known.set(dataset.slot, { value: given, sequence: Number(dataset.sequence) });
    if (entered !== null && !isSame(entered, given)) early.push([dataset.slot, entered]);
    known.set(nameFlag(dataset.slot), {
      value: dataset.flagged === "1" ? 1 : 0,
      sequence: Number(dataset.flagSequence ?? 0),
    });
  }
  const guess = paper.elements.prediction;
  if (guess) {
    const given = guess.defaultValue === "" ? null : Number(guess.defaultValue);
    known.set(PREDICTION, { value: given, sequence: Number(guess.closest("[data-prediction]").dataset.sequence) });
    if (guess.value !== "" && Number(guess.value) !== given && guess.checkValidity()) early.push([PREDICTION, Number(guess.value)]);
  }

  const given = new Map([...known].map(([name, { sequence }]) => [name, sequence])); // what the server held at first

  function show(name) {
    const { value } = known.get(name);
    if (name === PREDICTION) {
      guess.value = value ?? "";
    } else if (isFlag(name)) {
      const box = paper.elements[`flag-${name.slice(1)}`];
      if (box) box.checked = value === 1;
    } else {
      showAnswer(fieldsets[Number(name)], value);
    }
  }

  function tell(name, cause) {
    for (const listener of listeners) listener(name, cause);
  }

  // A number above every earlier one, near the server's time, so that the newest choice of two devices wins.
  function choose(name, value) {
    const sequence = Math.max(known.get(name).sequence + 1, Math.round(estimateServerMs()));
    known.set(name, { value, sequence });
    journal.put(name, value, sequence);
    show(name);
    tell(name, "chosen");
  }

  // Something newer from the server or from another tab; what is older or unknown to this paper is passed over.
  function adopt(name, { value, sequence }, cause) {
    const mine = known.get(name);
    if (!mine || sequence <= mine.sequence) return;
    known.set(name, { value, sequence });
    show(name);
    if (!isSame(mine.value, value)) tell(name, cause);
  }

  // What the journal holds of this paper is shown again, and stays there until the server has it.
  function restore() {
    for (const { name, value, sequence } of journal.list()) {
      if (!given.has(name) || sequence <= given.get(name)) journal.drop(name, sequence);
      else adopt(name, { value, sequence }, "restored");
    }
    for (const [name, value] of early.splice(0)) choose(name, value);
  }

  // What the server knows already: sent once more it changes nothing, and is answered with all that is kept. A flag, so
  // that coming after the end of the time it is no late answer.
  function findOldNews() {
    const name = nameFlag(fieldsets[0].dataset.slot);
    return { name, ...known.get(name) };
  }

  return {
    slots: fieldsets.map(({ dataset }) => Number(dataset.slot)),
    choose,
    adopt,
    restore,
    findOldNews,
    findValue: (name) => known.get(name)?.value ?? null,
    isAnswered: (slot) => known.get(String(slot)).value !== null,
    isFlagged: (slot) => known.get(nameFlag(slot)).value === 1,
    isUnsent: (slot) => Boolean(journal.find(String(slot)) ?? journal.find(nameFlag(slot))),
    listen: (listener) => listeners.push(listener),
    show,
  };
}
