// Requests to our own server.

const token = () => document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";

/** POST of a form. Throws an Error whose message can be shown to people. */
export async function post(address, fields, { signal } = {}) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  const answer = await reach(address, { method: "POST", body, signal, headers: { "X-CSRFToken": token() } });
  if (!answer.ok) throw new Error(await reason(answer));
  return answer;
}

export async function getJson(address, { signal } = {}) {
  const answer = await reach(address, { signal, headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(await reason(answer));
  return answer.json();
}

async function reach(address, options) {
  try {
    return await fetch(address, { credentials: "same-origin", redirect: "error", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The server cannot be reached.");
  }
}

async function reason(answer) {
  const data = await answer.json().catch(() => null);
  return data?.message ?? `The server answered ${answer.status}.`;
}
