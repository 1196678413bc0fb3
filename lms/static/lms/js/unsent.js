// Warns before leaving a form whose answers were changed and not sent.
// Attached by data-lms-unsent; without it, everything still works.
for (const form of document.querySelectorAll("form[data-lms-unsent]")) {
  let changed = false;
  const warn = (event) => { if (changed) event.preventDefault(); };
  form.addEventListener("change", () => { changed = true; });
  form.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", warn);
}
