// On the pages of a signed-in person: sends what an earlier question page of the same account could not send (the browser
// was closed, the time ran out), and does so before a sign-out. Other accounts' journals are not looked at.

import { findJournals, makeJournal } from "./journal.js";
import { toBody } from "./message.js";

const PATIENCE_MS = 5000;
const { accountId, saveUrl } = document.getElementById("left-over").dataset;

async function sendSome(attemptId, entries) {
  const response = await fetch(saveUrl.replace("/0/", `/${attemptId}/`), {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      Accept: "application/json",
      "X-CSRFToken": document.querySelector('input[name="csrf_token"]').value,
    },
    body: toBody(entries),
    keepalive: true,
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  return response.ok ? "saved" : ((await response.json()).error?.code ?? "");
}

async function sendJournal(attemptId) {
  const journal = makeJournal(accountId, attemptId);
  const entries = journal.list();
  if (entries.length === 0) return;
  const outcome = await sendSome(attemptId, entries);
  for (const entry of entries) {
    // One that no paper takes keeps all others back, so they go one by one.
    const own = outcome === "unknown_choice" && entries.length > 1 ? await sendSome(attemptId, [entry]) : outcome;
    // Saved, or on record as late, or never to be taken. Anything else is tried again on the next page.
    if (["saved", "attempt_closed", "unknown_choice"].includes(own)) journal.drop(entry.name, entry.sequence);
  }
}

async function sendAll() {
  const attemptIds = await findJournals(accountId);
  await Promise.allSettled(attemptIds.map(sendJournal));
}

sendAll();

for (const form of document.querySelectorAll("[data-sends-left-over]")) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await sendAll();
    form.submit();
  });
}
