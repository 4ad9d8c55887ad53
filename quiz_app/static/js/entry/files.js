// Files of the form: sent in parts as soon as they are chosen, with their progress; sent on where a connection broke.

import { fill, words } from "./words.js";

const PART_BYTES = 2 * 1024 * 1024; // as much as the server takes at a time
const FIRST_PAUSE_MS = 1500;
const LONGEST_PAUSE_MS = 20000;
const LONGEST_TURN_MS = 4000; // a place on a busy server is free again soon
const SCAN_PAUSE_MS = 5000;

const pause = (ms) => new Promise((done) => setTimeout(done, ms * (0.5 + Math.random() / 2)));

export function startFiles(access) {
  for (const place of document.querySelectorAll("[data-files]")) startField(place, access);
}

function startField(place, access) {
  const { files: code, url, listUrl, largest, kinds } = place.dataset;
  const input = place.querySelector('input[type="file"]');
  const list = place.querySelector("[data-file-list]");
  const uploads = place.querySelector("[data-file-uploads]");
  let [chain, looking] = [Promise.resolve(), null];
  input.removeAttribute("name"); // never sent with the form: each file goes by itself

  function showList(html) {
    list.innerHTML = html;
    clearTimeout(looking);
    if (list.querySelector('[data-scan="waiting"]')) looking = setTimeout(look, SCAN_PAUSE_MS);
  }

  async function look() {
    try {
      const response = await fetch(listUrl, { headers: { Accept: "application/json" }, cache: "no-store" });
      if (response.ok) showList((await response.json()).files);
    } catch {
      looking = setTimeout(look, SCAN_PAUSE_MS);
    }
  }

  input.addEventListener("change", () => {
    for (const file of input.files) {
      const row = makeRow(file, uploads);
      const wrong = findWrong(file, Number(largest), kinds.split(","));
      if (wrong) row.fail(wrong);
      else chain = chain.then(() => upload(file, row));
    }
    input.value = "";
  });

  list.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-remove-url]");
    if (!button) return;
    event.preventDefault();
    button.disabled = true;
    const answer = await post(button.dataset.removeUrl, null, access).catch(() => ({ status: 0, body: {} }));
    if (answer.body.files !== undefined) showList(answer.body.files);
    else {
      button.disabled = false;
      makeRow(null, uploads).fail(answer.body.error?.message || words.uploadLost);
    }
    input.focus();
  });

  async function upload(file, row) {
    const token = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
    const query = new URLSearchParams({ field: code, name: file.name, token, total: file.size });
    let [offset, failures] = [0, 0];
    for (;;) {
      if (row.isCancelled()) return;
      query.set("offset", offset);
      const part = file.slice(offset, offset + PART_BYTES);
      const begun = offset;
      const answer = await post(`${url}?${query}`, part, access, (sent) => row.show(begun + sent, file.size)).catch(
        () => ({ status: 0, body: {} }),
      );
      const { status, body } = answer;
      if (body.files !== undefined) {
        row.remove();
        showList(body.files);
        return;
      }
      if (body.received !== undefined) {
        [offset, failures] = [body.received, 0];
        continue;
      }
      if (status === 0 || status === 429 || status >= 500) {
        failures += 1;
        row.wait();
        const longest = status === 503 ? LONGEST_TURN_MS : LONGEST_PAUSE_MS;
        await pause(Math.min(longest, FIRST_PAUSE_MS * 2 ** (failures - 1)));
        continue;
      }
      const found = await access.check().catch(() => "same");
      if (found === "renewed") continue;
      const told = found === "gone" ? words.signedOut : body.error?.message || words.uploadLost;
      row.fail(`${file.name}: ${told}`);
      return;
    }
  }

  if (list.querySelector('[data-scan="waiting"]')) looking = setTimeout(look, SCAN_PAUSE_MS);
}

function findWrong(file, largest, kinds) {
  const suffix = file.name.includes(".") ? file.name.split(".").pop().toLowerCase() : "";
  if (!kinds.includes(suffix === "jpeg" ? "jpg" : suffix)) return fill(words.wrongKind, { name: file.name });
  if (file.size > largest) return fill(words.tooLarge, { name: file.name });
  if (file.size === 0) return fill(words.emptyFile, { name: file.name });
  return "";
}

// The progress of a file, or what became of it.
function makeRow(file, uploads) {
  const [row, text, button] = [document.createElement("div"), document.createElement("p"), document.createElement("button")];
  const bar = document.createElement("progress");
  let isCancelled = false;
  row.className = "file-upload";
  button.type = "button";
  button.className = "btn btn-outline";
  button.textContent = words.cancelUpload;
  button.addEventListener("click", () => {
    isCancelled = true;
    row.remove();
  });
  bar.max = 1;
  bar.value = 0;
  if (file) {
    text.textContent = fill(words.uploadWaits, { name: file.name });
    bar.setAttribute("aria-label", file.name);
    row.append(text, bar, button);
  } else row.append(text, button);
  uploads.append(row);
  return {
    isCancelled: () => isCancelled,
    remove: () => row.remove(),
    show(sent, total) {
      bar.value = total ? sent / total : 0;
      const percent = Math.floor((100 * sent) / total);
      text.textContent = percent >= 100 ? fill(words.uploadChecks, { name: file.name }) : fill(words.uploading, { name: file.name, percent });
    },
    wait() {
      text.textContent = fill(words.uploadAgain, { name: file.name });
    },
    fail(message) {
      row.className = "file-upload notice notice-problem";
      text.setAttribute("role", "alert");
      text.textContent = message;
      bar.remove();
      button.textContent = words.closeMessage;
    },
  };
}

function post(url, body, access, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRFToken", access.token());
    if (body) request.setRequestHeader("Content-Type", "application/octet-stream");
    if (onProgress) request.upload.addEventListener("progress", ({ loaded }) => onProgress(loaded));
    request.addEventListener("load", () => {
      let answer = {};
      try {
        answer = JSON.parse(request.responseText);
      } catch {
        // A page, not an answer of the engine: the status says enough.
      }
      resolve({ status: request.status, body: answer });
    });
    for (const kind of ["error", "abort", "timeout"]) request.addEventListener(kind, reject);
    request.send(body);
  });
}
