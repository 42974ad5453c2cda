// Says in the page why a passkey was not used; allauth's own script tells the console alone. Its buttons work from when
// the scripts are there.
(function () {
  document.addEventListener("DOMContentLoaded", () => {
    for (const button of document.querySelectorAll("[data-passkey]")) button.disabled = false;
  });
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const place = document.getElementById("passkey-error");
    const error = event.detail.exception;
    const name = error && error.name;
    if (!window.PublicKeyCredential || name === "SecurityError") place.textContent = place.dataset.insecure;
    else if (name === "InvalidStateError") place.textContent = place.dataset.known;
    else place.textContent = place.dataset.refused;
    place.hidden = false;
  });
})();
