// A form that is larger than the site takes is not sent: its author is told, and keeps what they have written.
const encoded = (form) => new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === "string"));

for (const notice of document.querySelectorAll("[data-max-bytes]")) {
  notice.closest("form").addEventListener("submit", (event) => {
    notice.hidden = encoded(event.target).toString().length <= Number(notice.dataset.maxBytes);
    if (notice.hidden) return;
    event.preventDefault();
    notice.focus();
  });
}
