// Rows are added in place where scripts run; without them the same button asks the server for more.

const MOST = 50;

function addRow(event) {
  const group = event.currentTarget.closest("[data-rows]");
  const rows = group.querySelectorAll("[data-row]");
  const limit = group.querySelector(".answer-row") ? MOST : 8;
  if (rows.length >= limit) return;
  event.preventDefault();
  const last = rows[rows.length - 1];
  const row = last.cloneNode(true);
  const place = rows.length;
  for (const field of row.querySelectorAll("[name]")) {
    field.name = field.name.replace(/-\d+$/, `-${place}`);
    if (field.id) field.id = field.id.replace(/-\d+$/, `-${place}`);
    if (field.name === "right") field.value = String(place);
    if (field.type === "checkbox" || field.type === "radio") field.checked = false;
    else field.value = field.name.startsWith("percent-") ? "100" : "";
  }
  const letter = row.querySelector(".option-letter");
  if (letter) {
    letter.htmlFor = `option-${place}`;
    const isNumber = /^\d/.test(letter.firstChild.data.trim());
    letter.firstChild.data = isNumber ? String(place + 1) : "ABCDEFGH"[place];
  }
  last.after(row);
  row.querySelector("textarea, input:not([type=radio]):not([type=checkbox])").focus();
  if (place + 1 >= limit) event.currentTarget.hidden = true;
}

for (const button of document.querySelectorAll("[data-add-row]")) button.addEventListener("click", addRow);
