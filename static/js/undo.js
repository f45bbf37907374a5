// The offer to take a tick back: one at a time, for ten seconds, and longer while the reader is on it.

const SECONDS = 10;

const expire = (offer, seconds) =>
  setTimeout(() => {
    if (!offer.isConnected) return;
    if (offer.matches(":hover, :focus-within")) expire(offer, seconds);
    else if (seconds > 1) expire(offer, seconds - 1);
    else offer.remove();
  }, 1000);

// Comes with the answer to a tick, at the end of the row that was pressed.
document.addEventListener("htmx:oobAfterSwap", (event) => {
  const offer = event.detail.target.querySelector?.(":scope > .undo");
  if (!offer) return;
  for (const other of document.querySelectorAll(".undo")) if (other !== offer) other.remove();
  expire(offer, SECONDS);
});

// The next tick makes it pointless, and taking it leaves the keyboard at the box of its row. After ticks.js.
document.addEventListener("click", (event) => {
  const button = event.target.closest("form.progress-form button[formaction]");
  const offer = button && window.htmx && document.querySelector(".undo");
  if (!offer) return;
  if (offer.contains(button)) document.getElementById(`${new URL(button.formAction).searchParams.get("at")}-tick`)?.focus();
  offer.remove();
});

// Stands in the page that a browser without htmx was sent to; where scripts run it goes like the other.
for (const offer of document.querySelectorAll(".undo")) expire(offer, SECONDS);
