// A typed client: addresses, parameters and answers are those of the OpenAPI description, checked by the compiler.

import createClient from "openapi-fetch";

import type { components, paths } from "./schema.js";

export type Entry = components["schemas"]["Entry"];
export type ChangeLine = components["schemas"]["ChangeLine"];
export type Problem = components["schemas"]["Problem"];

export class LemmaError extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.status} ${problem.code}: ${problem.detail}`);
  }
}

/** token: only for drafts, writing, or a glossary that is not public. */
export function lemma(baseUrl: string, token?: string) {
  return createClient<paths>({
    baseUrl,
    headers: token ? { Authorization: `Bearer ${token}` } : {},
    // Lists in a query as the API reads them: tag=a&tag=b.
    querySerializer: { array: { style: "form", explode: true } },
  });
}

export type Lemma = ReturnType<typeof lemma>;

/** The data of an answer. Throws LemmaError for a refusal. */
export function data<T>(answer: { data?: T; error?: Problem }): T {
  if (answer.error !== undefined) throw new LemmaError(answer.error);
  return answer.data as T;
}
