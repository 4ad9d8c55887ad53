// When the page must ask the server again: it is looked at again, or the device slept or had its clock set.

const LOOK_MS = 1000;
const JUMP_MS = 2500;

export function watchWaking(onWake) {
  let [clock, steady] = [Date.now(), performance.now()];
  setInterval(() => {
    const [clockNow, steadyNow] = [Date.now(), performance.now()];
    // The clock of the device is read for one thing alone: that it ran apart from the one nobody can set.
    const apart = Math.abs(clockNow - clock - (steadyNow - steady));
    [clock, steady] = [clockNow, steadyNow];
    if (apart > JUMP_MS && !document.hidden) onWake();
  }, LOOK_MS);
  document.addEventListener("visibilitychange", () => document.hidden || onWake());
}
