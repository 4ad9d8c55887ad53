// The small drawings of the page, from the sheet in its template; a word beside each says the same.

const SVG = "http://www.w3.org/2000/svg";

export function drawIcon(name) {
  const icon = document.createElementNS(SVG, "svg");
  icon.setAttribute("class", "icon");
  icon.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  icon.append(use);
  return icon;
}
