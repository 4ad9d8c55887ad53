// The one place on the page in which something is said that needs an answer.

const place = document.getElementById("entry-news");
const see = document.getElementById("see-news"); // in the bar that is always in view

see.addEventListener("click", () => place.focus());

function makeAction({ text, act, href, isNewWindow }) {
  const element = document.createElement(href ? "a" : "button");
  element.className = "btn btn-outline";
  element.textContent = text;
  if (href) {
    element.href = href;
    if (isNewWindow) Object.assign(element, { target: "_blank", rel: "noopener" });
  } else {
    element.type = "button";
    element.addEventListener("click", () => {
      hideNews();
      act();
    });
  }
  return element;
}

export function hideNews() {
  place.hidden = see.hidden = true;
  place.replaceChildren();
}

export function showNews({ heading, text, more, actions = [] }) {
  const box = document.createElement("div");
  box.className = "notice notice-owed";
  box.setAttribute("role", "alert");
  for (const [words, look] of [[heading, "notice-heading"], [text, ""], [more, ""]]) {
    if (!words) continue;
    const line = document.createElement("p");
    line.className = look;
    line.textContent = words;
    box.append(line);
  }
  const row = document.createElement("div");
  row.className = "links";
  row.append(...actions.map(makeAction));
  if (actions.length) box.append(row);
  place.replaceChildren(box);
  place.hidden = see.hidden = false;
}
