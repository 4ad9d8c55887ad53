// How much of the screen's top the bar takes: more with the banner in it. What must stay in sight below it is told so.

export function watchBar() {
  const bar = document.querySelector(".attempt-bar");
  const { style } = document.documentElement;
  new ResizeObserver(() => style.setProperty("--bar-height", `${bar.offsetHeight}px`)).observe(bar);
}
