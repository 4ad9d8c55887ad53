// The session ended in the middle of the attempt: the same person signs in again on the spot, and nothing is lost.

import { openDialog } from "./dialogs.js";
import { say } from "./words.js";

export function makeRenewal({ access, login, onRenewed }) {
  const dialog = document.getElementById("sign-in-dialog");
  const form = document.getElementById("sign-in-form");
  const problem = document.getElementById("sign-in-problem");
  const { password } = form.elements;
  let wasPutAside = false;

  dialog.addEventListener("close", () => {
    wasPutAside = true;
  });

  function showProblem(text) {
    problem.textContent = text;
    problem.hidden = text === "";
  }

  // Put aside once, it comes back only when asked for: the banner says what is owed.
  function open(isAsked = false) {
    if (dialog.open || (wasPutAside && !isAsked)) return;
    showProblem(access.isOther() ? say("otherAccount", { login }) : "");
    openDialog(dialog);
    password.focus();
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("[type=submit]");
    button.disabled = true;
    const given = password.value;
    password.value = "";
    try {
      const refusal = await access.signIn(login, given);
      showProblem(refusal === "" ? say("otherAccount", { login }) : (refusal ?? ""));
      if (refusal === null) {
        dialog.close();
        wasPutAside = false;
        onRenewed();
      } else {
        password.focus();
      }
    } catch {
      showProblem(say("noNetwork"));
    } finally {
      button.disabled = false;
    }
  });

  return { open };
}
