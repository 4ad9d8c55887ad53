// The form as data and back: { title, category, values }, with the names that the server reads.

import { listRows, resizeRows } from "./rows.js";

const CELL = /^t\.(.+)\.(\d+)\.([^.]+)$/;

export function readDraft(form) {
  const values = {};
  const tables = new Map();
  for (const field of form.elements) {
    if (field.name.startsWith("v.")) values[field.name.slice(2)] = field.value;
    const cell = CELL.exec(field.name);
    if (!cell) continue;
    const [, code, row, column] = cell;
    if (!tables.has(code)) tables.set(code, new Map());
    const rows = tables.get(code);
    if (!rows.has(row)) rows.set(row, {});
    rows.get(row)[column] = field.value;
  }
  // A line that is empty is no line: whether one stands ready at the end is no change of the draft.
  for (const [code, rows] of tables) {
    values[code] = [...rows.values()].filter((row) => Object.values(row).some((text) => text.trim()));
  }
  return { title: form.elements.title.value, category: form.elements.category.value, values };
}

export function fillDraft(form, draft) {
  form.elements.title.value = draft.title;
  if (draft.category) form.elements.category.value = draft.category;
  for (const group of document.querySelectorAll("[data-rows]")) {
    const rows = draft.values[group.dataset.rows] ?? [];
    resizeRows(group, Math.max(1, rows.length));
    listRows(group).forEach((row, place) => {
      for (const field of row.querySelectorAll("[name]")) field.value = rows[place]?.[CELL.exec(field.name)[3]] ?? "";
    });
  }
  for (const field of form.elements) {
    if (field.name.startsWith("v.")) field.value = draft.values[field.name.slice(2)] ?? "";
  }
}
