// Requests to our own server.

import { filled, gettext } from "./texts.js";

const FIELD = "csrfmiddlewaretoken";

/** Whoever logged in again in another tab has a new token, and this page still the old one. */
const token = () =>
  document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/)?.[1] ?? document.querySelector(`input[name=${FIELD}]`)?.value ?? "";

/** Gives a form that is about to be sent the token of today. */
export function renewToken(form) {
  const field = form.querySelector(`input[name=${FIELD}]`);
  if (field) field.value = token();
}

/** POST of a form, from an object or from pairs. Throws an Error whose message can be shown to people. */
export async function post(address, fields, { signal } = {}) {
  const body = new FormData();
  for (const [name, value] of Array.isArray(fields) ? fields : Object.entries(fields)) body.append(name, value);
  const answer = await reach(address, { method: "POST", body, signal, headers: { "X-CSRFToken": token() } });
  if (!answer.ok) throw await refusal(answer);
  return answer;
}

/** The same for a page that is about to go, and cannot wait for an answer. */
export function beacon(address, fields) {
  const body = new FormData();
  for (const [name, value] of [...fields, [FIELD, token()]]) body.append(name, value);
  // A beacon takes 64 kB; a longer text goes as an ordinary request, which mostly arrives too.
  if (!navigator.sendBeacon(address, body)) fetch(address, { method: "POST", body, credentials: "same-origin" }).catch(() => null);
}

export async function getJson(address, { signal } = {}) {
  const answer = await reach(address, { signal, headers: { Accept: "application/json" } });
  if (!answer.ok) throw await refusal(answer);
  return answer.json();
}

async function reach(address, options) {
  try {
    return await fetch(address, { credentials: "same-origin", redirect: "error", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error(gettext("The server cannot be reached."));
  }
}

async function refusal(answer) {
  const data = await answer.json().catch(() => null);
  return Object.assign(new Error(data?.message ?? filled(gettext("The server answered %(status)s."), { status: answer.status })), { status: answer.status });
}
