// The end of the time: the page locks, the journal is sent, the person reads how many answers the server has, then the
// result comes by itself. The same for an attempt that was handed in elsewhere.

import { openDialog } from "./dialogs.js";
import { say } from "./words.js";

const LAST_SEND_MS = 8000; // how long what is unsent is tried before the person is told that it waits for the network
const RETRY_MS = 1000;
const READING_MS = 5000;
const SPREAD_MS = 5000;
const CROWD_SPREAD_MS = 25000; // at the close of the round everybody's attempt ends; who does not want to wait presses the button
const FINISH_TRIES = 5;

const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
// Many attempts end in the same second: their pages must not ask again in the same one.
const waitAbout = (milliseconds) => wait(milliseconds * (0.5 + Math.random()));

export function makeEnding({ paper, sender, announcer, countUnsent, countReceived, finish }) {
  const dialog = document.getElementById("over-dialog");
  const heading = document.getElementById("over-heading");
  const text = document.getElementById("over-text");
  const rescue = document.getElementById("over-rescue");
  const toResult = document.getElementById("over-result");
  let hasEnded = false;
  let isReceived = false;
  let isLeaving = false;

  dialog.addEventListener("cancel", (event) => event.preventDefault()); // there is nothing to go back to
  toResult.addEventListener("click", leave);

  function tell(sentence) {
    if (text.textContent === sentence) return;
    text.textContent = sentence;
    announcer.interrupt(`${heading.textContent}. ${sentence}`);
  }

  function lock(reason) {
    hasEnded = true;
    for (const input of paper.elements) input.disabled = true;
    heading.textContent = say(reason);
    openDialog(dialog);
  }

  // Finishing shows the result at once, also while the server still waits for answers that are on their way.
  async function leave() {
    if (isLeaving) return;
    isLeaving = true;
    toResult.disabled = true;
    for (let tries = 0; tries < FINISH_TRIES; tries += 1) {
      if (await finish().catch(() => false)) return;
      await waitAbout(RETRY_MS);
    }
    isLeaving = toResult.disabled = false;
  }

  async function showReceived(count, lateCount) {
    isReceived = true;
    rescue.hidden = true;
    toResult.hidden = false;
    const late = lateCount > 0 ? ` ${say("late", { count: lateCount })}` : "";
    tell(say("received", { count }) + late);
    toResult.focus();
    await wait(READING_MS + Math.random() * ("endsTogether" in paper.dataset ? CROWD_SPREAD_MS : SPREAD_MS));
    leave();
  }

  // The server refused a save: it closed the attempt, or another tab did.
  function close({ received, lateCount }, isTimeOver) {
    if (!hasEnded) lock(isTimeOver ? "over" : "closed");
    if (!isReceived) showReceived(received ?? countReceived(), lateCount);
  }

  async function endTime() {
    if (hasEnded) return;
    lock("over");
    tell(say("lastSend"));
    const giveUpAt = performance.now() + LAST_SEND_MS;
    while (!(await sender.send())) {
      if (isReceived) return; // the refusal said so
      if (performance.now() > giveUpAt && countUnsent() > 0) {
        tell(say("unsentAtEnd", { count: countUnsent() }));
        rescue.hidden = false;
      }
      await waitAbout(RETRY_MS);
    }
    if (!isReceived) showReceived(countReceived(), 0);
  }

  return { endTime, close, hasEnded: () => hasEnded };
}
