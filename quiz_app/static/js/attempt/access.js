// Whose session this browser holds, and the token that its writes carry.

export function makeAccess({ sessionUrl, signInUrl, accountId, onGone }) {
  const listFields = () => document.querySelectorAll('input[name="csrf_token"]');
  let token = listFields()[0].value;
  let signInToken = token;
  let isOther = false; // another account is signed in here now

  function adopt(fresh) {
    token = signInToken = fresh;
    for (const field of listFields()) field.value = fresh;
  }

  // "renewed": the same person with a newer token; "gone": nobody or another person; "same": nothing has changed.
  // Throws without a network.
  async function check() {
    const response = await fetch(sessionUrl, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (!response.ok) return "same";
    const session = await response.json();
    signInToken = session.csrf_token;
    isOther = session.signed_in && String(session.account_id) !== accountId;
    if (!session.signed_in || isOther) {
      onGone();
      return "gone";
    }
    if (session.csrf_token === token) return "same";
    adopt(session.csrf_token);
    return "renewed";
  }

  // null when signed in as the same person, else the sentence that says why not. Throws without a network.
  async function signIn(login, password) {
    const response = await fetch(signInUrl, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": signInToken },
      body: JSON.stringify({ login, password }),
    });
    const answer = await response.json();
    if (!response.ok) return answer.error?.message || String(response.status);
    isOther = String(answer.account_id) !== accountId;
    if (isOther) return "";
    adopt(answer.csrf_token);
    return null;
  }

  return { token: () => token, check, signIn, isOther: () => isOther };
}
