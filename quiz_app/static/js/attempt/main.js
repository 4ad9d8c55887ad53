// The page on which a person answers: joins the parts. Each part does one thing and knows as few of the others as it can.

import { makeAccess } from "./access.js";
import { listMarks, makeAnnouncer } from "./announcer.js";
import { makeAnswers } from "./answers.js";
import { watchBar } from "./bar.js";
import { makeCheckDialog } from "./check_dialog.js";
import { startCountdown } from "./countdown.js";
import { wireDialogs } from "./dialogs.js";
import { makeEnding } from "./ending.js";
import { makeFeedback } from "./feedback.js";
import { wireInputs } from "./inputs.js";
import { makeJournal } from "./journal.js";
import { wireKeyboard } from "./keyboard.js";
import { countReceived } from "./message.js";
import { wireOptions } from "./options.js";
import { wireOrdering } from "./ordering.js";
import { makePalette } from "./palette.js";
import { makeRenewal } from "./renewal.js";
import { wireRescue } from "./rescue.js";
import { makeSender } from "./sender.js";
import { makeStatus } from "./status.js";
import { wireTyping } from "./typing.js";
import { makeView } from "./view.js";
import { watchWaking } from "./wake.js";

const HURRY_MS = 30000; // so near the end, no pause is long
const SECOND_MS = 1000;

const find = (id) => document.getElementById(id);
const paper = find("paper");
const { accountId, attemptId, login, deadlineClock } = paper.dataset;
const [timeLeftMs, limitMs, serverMs] = ["timeLeftMs", "limitMs", "serverMs"].map((name) => Number(paper.dataset[name]));
let isLeaving = false;
let received = 0;

document.documentElement.classList.add("scripted");
wireDialogs();
watchBar();

const announcer = makeAnnouncer(find("news"), find("alarm"));
const journal = makeJournal(accountId, attemptId);
const countUnsent = () => new Set(journal.list().map(({ name }) => name.replace("f", ""))).size;

const countdown = startCountdown({
  timeLeftMs,
  marks: listMarks(limitMs),
  onMark: (mark) => announcer.tellTime(mark, limitMs),
  onEnd: () => queueMicrotask(() => ending.endTime()),
});
const estimateServerMs = () => serverMs + timeLeftMs - countdown.findLeft();
const answers = makeAnswers(paper, journal, estimateServerMs);
received = answers.slots.filter(answers.isAnswered).length;

const access = makeAccess({
  sessionUrl: paper.dataset.sessionUrl,
  signInUrl: paper.dataset.signInUrl,
  accountId,
  onGone: () => renewal.open(),
});
const status = makeStatus({ announcer, deadlineClock, countUnsent, findTimeLeft: countdown.findLeft });
const sender = makeSender({
  url: paper.dataset.saveUrl,
  journal,
  access,
  isHurried: () => countdown.findLeft() < HURRY_MS,
  onState: showState,
  onAnswer: adoptAnswer,
  onClosed: (facts) => ending.close(facts, countdown.findLeft() < SECOND_MS),
});
const view = makeView(paper, { title: paper.dataset.title, onLast: () => checkDialog.open() });
const palette = makePalette({ answers, view, isTroubled: status.isTroubled });
const feedback = makeFeedback({ paper, announcer, answers });
const checkDialog = makeCheckDialog({ answers, view, sender, access, countUnsent, onFinished: leave });
const countKept = () => received;
const ending = makeEnding({ paper, sender, announcer, countUnsent, countReceived: countKept, finish: checkDialog.finish });
const renewal = makeRenewal({ access, login, onRenewed: () => sender.hurry() });
const inputs = wireInputs({ paper, answers, view, announcer });
const typing = wireTyping({ paper, answers });
wireOrdering({ paper, answers, announcer });

function showState(state, message) {
  if (ending.hasEnded()) return;
  status.show(state, message);
  refresh();
}

function refresh() {
  palette.refresh();
  checkDialog.refresh();
  feedback.refresh();
}

function adoptAnswer(kept, milliseconds, sentAt) {
  countdown.correct(milliseconds, sentAt);
  received = countReceived(kept);
  for (const [name, entry] of kept) answers.adopt(name, entry, "elsewhere");
  refresh();
}

function leave() {
  isLeaving = true;
  journal.clear();
  window.location.replace(find("finish").dataset.resultUrl);
}

answers.listen((name, cause) => {
  inputs.show(name, cause);
  if (cause === "chosen") {
    status.refresh();
    if (/^\d+$/.test(name)) feedback.expect(Number(name));
    sender.send();
  }
  refresh();
});
journal.watch((name, entry) => {
  if (entry) answers.adopt(name, entry, "elsewhere");
  refresh();
});
answers.restore();
journal.recover().then(() => {
  answers.restore();
  sender.send();
});
wireOptions({ view });
wireKeyboard({ view, onChoose: (slot, position) => answers.choose(String(slot), position), onFlag: inputs.toggleFlag });
wireRescue({ journal, accountId, attemptId });
find("sign-in-again").addEventListener("click", () => renewal.open(true));

paper.addEventListener("submit", (event) => {
  event.preventDefault();
  typing.keepAll();
  if (event.submitter?.id === "check") checkDialog.open();
});
for (const button of document.querySelectorAll("[data-check]")) button.addEventListener("click", () => checkDialog.open());

window.addEventListener("offline", () => showIf(() => status.showOffline()));
window.addEventListener("online", catchUp);
watchWaking(catchUp);
window.addEventListener("pagehide", () => isLeaving || sender.send());
window.addEventListener("beforeunload", (event) => {
  if (!isLeaving && countUnsent() > 0) event.preventDefault();
});
if (!navigator.onLine) status.showOffline();

function showIf(action) {
  if (!ending.hasEnded()) action();
}

// After sleep, or with the network back: send what is kept, then hear what the server holds and how much time is left.
async function catchUp() {
  if (ending.hasEnded()) return;
  if ((await sender.hurry()) && (await sender.ask(answers.findOldNews())) && status.isTroubled()) showState("saved");
}
