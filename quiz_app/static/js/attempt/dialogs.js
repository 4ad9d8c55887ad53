// What all dialogs of the page have in common: a button closes them, and a click beside them too.

export function wireDialogs() {
  for (const dialog of document.querySelectorAll("dialog")) {
    for (const button of dialog.querySelectorAll("[data-close]")) button.addEventListener("click", () => dialog.close());
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog && "closesOutside" in dialog.dataset) dialog.close();
    });
  }
}

export function isDialogOpen() {
  return document.querySelector("dialog[open]") !== null;
}

// One at a time: opened from another, it takes its place, and the focus goes back to where the first was opened.
export function openDialog(dialog) {
  if (dialog.open) return;
  closeDialogs();
  dialog.showModal();
}

function closeDialogs() {
  for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
}
