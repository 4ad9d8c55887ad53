// Buttons for bold, slanting, raised and lowered text and lists. They write the marks that could be typed as well, at
// the place of the cursor; what of them is kept is decided on the server.

const group = (field) => field.closest("[data-format-group]");
const lastField = new WeakMap();

function escapeText(text) {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** From plain words to marks: all texts of the form at once, since one box says for all of them which they are. */
function useMarks(form, field) {
  const box = form.elements.namedItem("markup");
  if (!box || box.checked) return;
  const { selectionStart: start, selectionEnd: end, value } = field;
  const [before, chosen] = [value.slice(0, start), value.slice(start, end)].map(escapeText);
  for (const each of form.querySelectorAll("[data-format-group] textarea")) {
    each.value = escapeText(each.value).replace(/\n/g, "<br>\n");
  }
  box.checked = true;
  const from = before.replace(/\n/g, "<br>\n").length;
  field.setSelectionRange(from, from + chosen.replace(/\n/g, "<br>\n").length);
}

function wrap(tag, text) {
  if (tag !== "ul") return [`<${tag}>`, text, `</${tag}>`];
  const lines = text.split(/(?:<br>)?\n/).filter((line) => line.trim());
  return ["<ul><li>", lines.join("</li>\n<li>"), "</li></ul>"];
}

function format(event) {
  const button = event.target.closest("[data-format]");
  if (!button) return;
  const place = group(button);
  const field = lastField.get(place) ?? place.querySelector("textarea");
  useMarks(field.form, field);
  const { selectionStart: start, selectionEnd: end } = field;
  const [opening, middle, closing] = wrap(button.dataset.format, field.value.slice(start, end));
  field.setRangeText(opening + middle + closing, start, end);
  field.focus();
  field.setSelectionRange(start + opening.length, start + opening.length + middle.length);
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

const template = document.getElementById("format-bar");
for (const place of template ? document.querySelectorAll("[data-format-group]") : []) {
  const bar = template.content.firstElementChild.cloneNode(true);
  bar.setAttribute("aria-label", place.dataset.formatGroup);
  const first = place.querySelector("textarea");
  (first.closest("[data-row], .option-row") ?? first).before(bar);
  bar.addEventListener("click", format);
  place.addEventListener("focusin", (event) => {
    if (event.target.matches("textarea")) lastField.set(place, event.target);
  });
}
