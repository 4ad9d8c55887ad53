// All questions at a glance: number and state by shape and word. Beside the paper on a wide screen, else in a drawer.

import { openDialog } from "./dialogs.js";
import { drawIcon } from "./icons.js";
import { say } from "./words.js";

export function makePalette({ answers, view, isTroubled }) {
  const panel = document.getElementById("panel");
  const side = document.getElementById("side");
  const drawer = document.getElementById("drawer");
  const opener = document.getElementById("open-drawer");
  const place = document.getElementById("where");
  const list = document.getElementById("palette");
  const counts = document.getElementById("palette-counts");
  const wide = window.matchMedia("(min-width: 992px)");
  const links = new Map();

  for (const slot of answers.slots) {
    const link = document.createElement("a");
    link.className = "palette-link";
    link.href = `#question-${slot + 1}`;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      drawer.close();
      view.goTo(slot);
    });
    const item = document.createElement("li");
    item.append(link);
    list.append(item);
    links.set(slot, link);
  }

  function listStates(slot) {
    const states = [answers.isAnswered(slot) ? "answered" : "unanswered"];
    if (answers.isFlagged(slot)) states.push("flagged");
    // While all goes well, a save takes a moment: no mark comes and goes with it.
    if (isTroubled() && answers.isUnsent(slot)) states.push("unsent");
    return states;
  }

  function draw(slot) {
    const link = links.get(slot);
    const states = listStates(slot);
    link.className = `palette-link ${states.map((state) => `is-${state}`).join(" ")}`;
    const number = document.createElement("span");
    number.textContent = slot + 1;
    const marks = document.createElement("span");
    marks.className = "palette-marks";
    marks.append(...states.map(drawIcon));
    link.replaceChildren(number, marks);
    link.setAttribute("aria-label", [say("number", { number: slot + 1 }), ...states.map((state) => say(state))].join(", "));
    if (view.currentSlot() === slot) link.setAttribute("aria-current", "step");
    else link.removeAttribute("aria-current");
  }

  function count() {
    const tell = (state) => answers.slots.filter((slot) => listStates(slot).includes(state)).length;
    const shown = ["answered", "unanswered", "flagged", "unsent"].map((state) => {
      const line = document.createElement("li");
      line.className = `is-${state}`;
      line.append(drawIcon(state), `${tell(state)} ${say(state)}`);
      line.hidden = state === "unsent" && tell(state) === 0;
      return line;
    });
    counts.replaceChildren(...shown);
  }

  function refresh() {
    for (const slot of answers.slots) draw(slot);
    count();
  }

  function arrange() {
    drawer.close();
    side.hidden = !wide.matches;
    opener.hidden = wide.matches;
    place.hidden = !wide.matches;
    (wide.matches ? side : drawer).append(panel);
    panel.hidden = false;
  }

  wide.addEventListener("change", arrange);
  opener.addEventListener("click", () => openDialog(drawer));
  view.listen(refresh);
  arrange();

  return { refresh };
}
