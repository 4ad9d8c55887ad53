// Lines of a table: added and removed in place. Without this script the same button asks the server for one more.

import { words, fill } from "./words.js";

export const listRows = (group) => [...group.querySelectorAll("[data-row]")];

function number(group) {
  const rows = listRows(group);
  rows.forEach((row, place) => {
    row.querySelector("legend").textContent = fill(words.line, { number: place + 1 });
    for (const field of row.querySelectorAll("[name]")) {
      const before = field.id;
      field.name = field.name.replace(/\.(?:\d+|__row__)\.([^.]+)$/, `.${place}.$1`);
      field.id = field.name.replace(/^t\.(.+)\.(\d+)\.([^.]+)$/, "f-$1-$2-$3");
      const label = field.parentElement.querySelector("label");
      if (label.htmlFor === before) label.htmlFor = field.id;
    }
    row.querySelector("[data-remove-row]").hidden = rows.length < 2;
  });
  group.querySelector("[data-add-row]").hidden = rows.length >= Number(group.dataset.mostRows);
}

function append(group) {
  const blank = group.querySelector("template[data-blank-row]");
  blank.before(blank.content.cloneNode(true));
}

export function resizeRows(group, count) {
  while (listRows(group).length < count) append(group);
  for (const row of listRows(group).slice(count)) row.remove();
  number(group);
}

export function startRows(onChange) {
  for (const group of document.querySelectorAll("[data-rows]")) {
    number(group);
    group.querySelector("[data-add-row]").addEventListener("click", (event) => {
      event.preventDefault();
      resizeRows(group, listRows(group).length + 1);
      listRows(group).at(-1).querySelector("[name]").focus();
      onChange();
    });
    group.addEventListener("click", ({ target }) => {
      const button = target.closest("[data-remove-row]");
      if (!button) return;
      const rows = listRows(group);
      const place = rows.indexOf(button.closest("[data-row]"));
      rows[place].remove();
      number(group);
      listRows(group).at(Math.max(0, place - 1)).querySelector("[name]").focus();
      onChange();
    });
  }
}
