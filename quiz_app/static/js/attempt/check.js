// The check page, which those see whose browser ran no script on the question page: the time goes on, and at its end what
// is saved is handed in.

import { startCountdown } from "./countdown.js";

const finish = document.getElementById("finish");
const face = document.querySelector("[data-time-left-ms]");

startCountdown({ timeLeftMs: Number(face.dataset.timeLeftMs), onEnd: () => finish.submit() });

// A second press of the button would do no harm on the server; this spares the person a second wait.
finish.addEventListener("submit", () => {
  finish.querySelector("button").disabled = true;
});
