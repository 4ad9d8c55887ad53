// A judge's sheet: saved while it is filled in, one request at a time, in order. Without this script the page is a plain
// form with a button to save and one to confirm.

const QUIET_MS = 900;
const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 30000;

const form = document.querySelector("#sheet-form");
const words = JSON.parse(form.dataset.words);
const line = form.querySelector("[data-save-line]");
const total = form.querySelector("[data-total]");
const criteria = [...form.querySelectorAll(".criterion")];
const dialog = document.querySelector("#confirm-dialog");
const confirmBox = form.querySelector("[data-confirm]");

let isDirty = false;
let isSending = false;
let isOver = false;
let timer = 0;
let pause = FIRST_PAUSE_MS;

// Whole hundredths, or null for what is no mark; the same rule as on the server.
function readMark(text) {
  const match = /^(\d{1,4})(?:[.,](\d{1,2}))?$/.exec(text.trim());
  return match ? Number(match[1]) * 100 + Number((match[2] ?? "").padEnd(2, "0")) : null;
}

function writeMark(hundredths) {
  return String(hundredths / 100).replace(".", words.decimal);
}

function findInput(criterion) {
  return criterion.querySelector("input");
}

function showTotal() {
  // Marks that the server will not keep do not count here either.
  const marks = criteria.map((each) => [readMark(findInput(each).value), Number(each.dataset.weight), each.dataset]);
  const given = marks.filter(([mark, , rule]) => mark !== null && mark <= Number(rule.maximum) && mark % Number(rule.step) === 0);
  total.textContent = given.length ? writeMark(given.reduce((sum, [mark, weight]) => sum + mark * weight, 0)) : "–";
}

function showState(state, text) {
  line.dataset.state = state;
  if (line.textContent !== text) line.textContent = text;
}

function showProblems(problems) {
  for (const each of criteria) {
    const text = problems[each.dataset.code] ?? "";
    const place = each.querySelector(".field-wrong");
    place.textContent = text;
    place.hidden = !text;
    findInput(each).toggleAttribute("aria-invalid", false);
    if (text) findInput(each).setAttribute("aria-invalid", "true");
  }
}

function collect() {
  const sheet = { sequence: Number(form.elements.sequence.value), marks: {}, remarks: {}, opinion: form.elements.opinion.value };
  for (const each of criteria) {
    sheet.marks[each.dataset.code] = findInput(each).value;
    sheet.remarks[each.dataset.code] = each.querySelector("textarea").value;
  }
  return sheet;
}

async function post() {
  const response = await fetch(form.action, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": form.elements.csrf_token.value },
    body: JSON.stringify(collect()),
    redirect: "error",
    signal: AbortSignal.timeout(20000),
  });
  const answer = await response.json().catch(() => ({}));
  return { status: response.status, answer };
}

async function send() {
  window.clearTimeout(timer);
  if (isSending || isOver || !isDirty) return;
  isSending = true;
  isDirty = false;
  showState("saving", words.saving);
  try {
    const { status, answer } = await post();
    if (status === 200) {
      form.elements.sequence.value = answer.sequence;
      pause = FIRST_PAUSE_MS;
      showProblems(answer.problems);
      const isWhole = Object.keys(answer.problems).length === 0;
      if (!isDirty) showState(isWhole ? "saved" : "partial", isWhole ? `${words.saved} ${answer.saved_at}` : words.partial);
    } else if (status >= 500 || status === 429) {
      throw new Error(String(status));
    } else {
      // Saved elsewhere, confirmed, closed, or signed out: nothing that is typed here can be kept any more by trying.
      isOver = true;
      isDirty = true;
      showState("refused", answer.error?.message || words.refused);
    }
  } catch {
    isDirty = true;
    showState("waiting", words.waiting);
    timer = window.setTimeout(send, pause);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  } finally {
    isSending = false;
    if (isDirty && !isOver && line.dataset.state !== "waiting") timer = window.setTimeout(send, QUIET_MS);
  }
}

function noteChange() {
  isDirty = true;
  showTotal();
  if (isOver) return;
  if (!isSending && line.dataset.state !== "waiting") showState("typing", words.typing);
  window.clearTimeout(timer);
  timer = window.setTimeout(send, QUIET_MS);
}

function turn(criterion, direction) {
  const input = findInput(criterion);
  const step = Number(criterion.dataset.step);
  const mark = readMark(input.value);
  // The first press begins in the middle: most marks are nearer to it than to 0.
  const start = Math.round(Number(criterion.dataset.maximum) / 2 / step) * step;
  const wanted = mark === null ? start : mark + direction * step;
  input.value = writeMark(Math.min(Math.max(wanted, 0), Number(criterion.dataset.maximum)));
  noteChange();
}

function fillSummary() {
  const list = dialog.querySelector("[data-summary]");
  const rows = criteria.map((each) => [each.dataset.title, findInput(each).value.trim() || words.missing]);
  const label = form.querySelector(".sheet-total").firstChild.textContent.trim();
  list.replaceChildren(
    ...[...rows, [label, total.textContent]].map(([name, value]) => {
      const row = document.createElement("div");
      const dt = document.createElement("dt");
      const dd = document.createElement("dd");
      dt.textContent = name;
      dd.textContent = value;
      row.append(dt, dd);
      return row;
    }),
  );
}

form.addEventListener("input", noteChange);
for (const each of criteria) {
  for (const button of each.querySelectorAll("[data-turn]")) {
    button.hidden = false;
    button.addEventListener("click", () => turn(each, Number(button.dataset.turn)));
  }
}
confirmBox.querySelector("summary").addEventListener("click", (event) => {
  if (typeof dialog.showModal !== "function") return;
  event.preventDefault();
  fillSummary();
  dialog.showModal();
});
dialog.querySelector("[data-dialog-close]").addEventListener("click", () => dialog.close());
form.addEventListener("submit", () => {
  // The form itself carries everything: a save of the script must not come after it.
  window.clearTimeout(timer);
  isOver = true;
  isDirty = false;
});
window.addEventListener("beforeunload", (event) => {
  if (isDirty || isSending) event.preventDefault();
});
window.addEventListener("online", send);
document.addEventListener("visibilitychange", () => {
  if (document.hidden) send();
});
form.querySelector("[data-plain-save]").hidden = true;
showTotal();
