// The last resort: what could not be sent, as a file for the organising committee, with a code that ties it to the attempt.

const CRC_POLYNOMIAL = 0xedb88320;

// CRC-32 as in ISO 3309: short enough to be read out over the telephone. It finds mistakes, it proves nothing.
function computeChecksum(text) {
  let crc = 0xffffffff;
  for (const byte of new TextEncoder().encode(text)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ CRC_POLYNOMIAL : crc >>> 1;
  }
  return ((crc ^ 0xffffffff) >>> 0).toString(16).toUpperCase().padStart(8, "0");
}

export function wireRescue({ journal, accountId, attemptId }) {
  function save() {
    const unsent = journal.list().sort((one, other) => one.name.localeCompare(other.name, "en", { numeric: true }));
    const content = { attempt: attemptId, account: accountId, unsent };
    const code = `${attemptId}-${computeChecksum(JSON.stringify(content))}`;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([JSON.stringify({ code, ...content }, null, 1)], { type: "application/json" }));
    link.download = `${code}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  for (const button of document.querySelectorAll("[data-rescue]")) button.addEventListener("click", save);
}
