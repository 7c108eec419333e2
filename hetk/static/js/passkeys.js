/* Passkeys: a form with data-passkey asks the browser for one, then goes its way with the answer. */
(() => {
  const library = window.webauthnJSON;

  const words = {
    InvalidStateError: "There is a passkey for Hetk in that place already.",
    NotAllowedError: "No passkey was used: the question was closed, or took too long. Nothing has changed. Try again.",
    SecurityError: "This page may not ask for passkeys under this address.",
    missing: "This browser knows no passkeys. Use another way, or another browser.",
    other: "The browser could not use a passkey. Nothing has changed. Try again, or use another way.",
  };

  async function options(form) {
    const ask = form.dataset.passkeyOptions;
    if (!ask) return JSON.parse(document.getElementById("passkey-options").textContent);
    const answer = await fetch(ask, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`${answer.status}`);
    return answer.json();
  }

  async function credential(form) {
    const asked = await options(form);
    if (form.dataset.passkey === "create") {
      const wanted = asked.creation_options;
      Object.assign(wanted.publicKey.authenticatorSelection, {
        residentKey: "required",
        requireResidentKey: true,
        userVerification: "required",
      });
      return library.create(wanted);
    }
    return library.get(asked.request_options);
  }

  function say(form, text) {
    const place = form.querySelector("[data-passkey-trouble]");
    place.textContent = text;
    place.hidden = !text;
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      say(form, "");
      if (!window.PublicKeyCredential) return say(form, words.missing);
      const button = form.querySelector("button[type=submit]");
      button.disabled = true;
      try {
        form.elements.credential.value = JSON.stringify(await credential(form));
        form.submit();
      } catch (trouble) {
        say(form, words[trouble.name] ?? words.other);
      } finally {
        button.disabled = false;
      }
    });
  }
})();
