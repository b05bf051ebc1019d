(() => {
  const form = document.getElementById("passkey");
  const kind = window.PublicKeyCredential;
  if (!form || !kind || !kind.parseRequestOptionsFromJSON || !kind.parseCreationOptionsFromJSON) return;
  const { challenge, site, user, person, known } = form.dataset;
  const send = (credential) => {
    form.elements.passkey.value = JSON.stringify(credential);
    form.submit();
  };
  const use = (more) => {
    const options = { challenge, rpId: site, userVerification: "required" };
    return navigator.credentials.get({ publicKey: kind.parseRequestOptionsFromJSON(options), ...more });
  };
  const make = () => {
    const options = {
      challenge,
      rp: { id: site, name: site },
      user: { id: user, name: person, displayName: person },
      pubKeyCredParams: [-7, -8, -257].map((alg) => ({ type: "public-key", alg })),
      authenticatorSelection: { residentKey: "required", requireResidentKey: true, userVerification: "required" },
      excludeCredentials: known.split(" ").filter(Boolean).map((id) => ({ type: "public-key", id })),
      attestation: "none",
    };
    return navigator.credentials.create({ publicKey: kind.parseCreationOptionsFromJSON(options) });
  };
  let waiting = new AbortController();
  const wait = async () => {
    const can = kind.isConditionalMediationAvailable && (await kind.isConditionalMediationAvailable());
    if (user || !can || !document.getElementById("username")) return;
    waiting = new AbortController();
    await use({ mediation: "conditional", signal: waiting.signal }).then(send, () => {});
  };
  const fail = () => {
    form.querySelector("[role=alert]").hidden = false;
    wait();
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    waiting.abort();
    const typed = document.getElementById("username");
    if (typed && form.elements.username) form.elements.username.value = typed.value;
    form.querySelector("[role=alert]").hidden = true;
    (user ? make() : use({})).then(send, fail);
  });
  form.hidden = false;
  wait();
})();
