// A new order that was refused: Wagtail only throws an error, so the list is read again, with the reason and the order
// that stands.

window.addEventListener("unhandledrejection", ({ reason }) => {
  if (reason instanceof Error && reason.message.endsWith("Status: 409")) window.location.reload();
});
