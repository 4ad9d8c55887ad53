// The form of an initiative: saved as it is typed, kept on the device until the server has it.

import { makeAccess } from "../attempt/access.js";
import { showCounts } from "./counts.js";
import { fillDraft, readDraft } from "./fields.js";
import { startFiles } from "./files.js";
import { makeKeeping } from "./keeping.js";
import { showNews, hideNews } from "./news.js";
import { startRows } from "./rows.js";
import { makeSaver } from "./saver.js";
import { words, fill } from "./words.js";

const form = document.getElementById("entry-form");
const line = document.getElementById("save-state");
const { accountId, entryId, checkUrl, sessionUrl, signInUrl } = form.dataset;
const keeping = makeKeeping(accountId, entryId);
const found = keeping.find();

function showState(state, detail) {
  const text = { saved: fill(words.saved, { time: detail }), refused: detail ?? words.refused }[state] ?? words[state];
  line.dataset.state = state;
  if (line.textContent !== text) line.textContent = text;
}

const access = makeAccess({
  sessionUrl,
  signInUrl,
  accountId,
  onGone: () =>
    showNews({ text: words.signedOut, actions: [{ text: words.signIn, href: signInUrl, isNewWindow: true }] }),
});

const saver = makeSaver({
  url: form.action,
  sequence: Number(form.dataset.sequence),
  isUnsaved: "isUnsaved" in form.dataset, // a page that answers a refusal holds text that was never saved
  access,
  keeping,
  read: () => readDraft(form),
  onState: showState,
  onConflict: ({ by, at, fields, sequence }) =>
    showNews({
      heading: words.changedHeading,
      text: fill(words.changed, { name: by, time: at }),
      more: fields.length ? fill(words.fields, { fields: fields.join("; ") }) : "",
      actions: [
        { text: words.keepMine, act: () => saver.replace(sequence) },
        { text: words.takeTheirs, act: () => { keeping.drop(); location.reload(); } },
      ],
    }),
  onClosed: () => showNews({ heading: words.closedHeading, text: words.closed }),
});

function changed() {
  showCounts();
  saver.note();
}

function restore() {
  fillDraft(form, found.draft);
  changed();
  keeping.decide();
}

// The server drops spaces around a text and between words of a line.
function areAlike(one, other) {
  const plain = (_, value) => (typeof value === "string" ? value.split(/\s+/).join(" ").trim() : value);
  return JSON.stringify(one, plain) === JSON.stringify(other, plain);
}

// Left here by a page that ended before the server had it: offered, never put back by itself.
function offer() {
  if (!found) return;
  if (areAlike(found.draft, readDraft(form))) {
    keeping.drop();
    keeping.decide();
    return;
  }
  keeping.offer(found);
  const time = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" });
  showNews({
    heading: words.foundHeading,
    text: fill(words.found, { time: time.format(found.at) }),
    more: found.sequence === saver.sequence() ? "" : words.foundOlder,
    actions: [
      { text: words.restore, act: restore },
      { text: words.discard, act: () => keeping.decide() },
    ],
  });
}

const isSending = () => document.querySelector(".file-upload:not(.notice)") !== null;

// A file that is on its way belongs to what is checked.
async function waitForFiles() {
  if (!isSending()) return;
  showNews({ text: words.stillSending });
  while (isSending()) await new Promise((done) => setTimeout(done, 300));
  hideNews();
}

form.addEventListener("submit", async (event) => {
  const isCheck = event.submitter?.value === "check";
  event.preventDefault();
  if (isCheck) await waitForFiles();
  const isSaved = !saver.isDirty() || (await saver.hurry());
  if (isSaved && isCheck) location.assign(checkUrl);
});

async function comeBack() {
  if (document.hidden) return;
  if (!saver.isHalted()) {
    saver.hurry();
    return;
  }
  // Signed in again in another window?
  if (line.dataset.state !== "waiting") return;
  try {
    if ((await access.check()) !== "gone") {
      hideNews();
      saver.resume();
    }
  } catch {
    // No network yet.
  }
}

startRows(changed);
startFiles(access);
showCounts();
offer();
for (const kind of ["input", "change"]) {
  document.addEventListener(kind, ({ target }) => target.form === form && changed());
}
addEventListener("beforeunload", (event) => isSending() && event.preventDefault());
addEventListener("online", comeBack);
addEventListener("focus", comeBack);
addEventListener("pagehide", () => saver.hurry());
document.addEventListener("visibilitychange", () => (document.hidden ? saver.hurry() : comeBack()));
if ("isUnsaved" in form.dataset) showState("typing");
