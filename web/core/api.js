// Calls of the product's API. Every failure is an ApiError that has a text to show and says whether trying again helps.

import { bearer } from "./session.js";
import { has, t } from "./texts.js";

const TIMEOUT_MS = 35_000;
const RETRIES = 2;
const PATIENCE_MS = 5_000;
const BUSY = [429, 503];

export class ApiError extends Error {
  /**
   * `type`: a problem type of the API, or `offline`, `timeout`, `busy`, `signed-out`, `unexpected`. `problem`: its whole
   * body. `seconds`: when to try again, if the server said so.
   */
  constructor(type, status = 0, problem = {}, seconds = null) {
    super(`${type} ${status}`);
    Object.assign(this, { type, status, problem, seconds });
  }

  /** What to tell: our own words for what we know, else the API's. */
  get text() {
    const key = `error.${this.type}`;
    if (this.type === "invalid") return this.problem.errors?.[0]?.message ?? this.problem.detail ?? t(key);
    if (this.seconds) return t("error.busy_for", { count: this.seconds });
    if (has(key)) return t(key);
    return this.problem.detail ?? t("error.unexpected");
  }

  /** Whether the same call may succeed later. */
  get passing() {
    return ["offline", "timeout", "internal", "busy", "unexpected"].includes(this.type) || BUSY.includes(this.status);
  }
}

let onSignedOut = () => {};
/** What to do when the token is refused or over. */
export function whenSignedOut(act) {
  onSignedOut = act;
}

/**
 * One call: `{status, body, etag}`. `path` begins with `/v1/`; `body` is sent as JSON, `raw` {type, content} as it is;
 * `etag` goes as If-Match. Reading is repeated when the network or the server falters; changing is not.
 */
export async function call(method, path, { body, raw, etag, accept = "application/json", signal } = {}) {
  for (let tried = 0; ; tried += 1) {
    try {
      return await once(method, path, { body, raw, etag, accept, signal });
    } catch (error) {
      if (method !== "GET" || !(error instanceof ApiError) || !error.passing || tried >= RETRIES || signal?.aborted) throw error;
      const wait = error.seconds ? error.seconds * 1000 : 400 * 3 ** tried;
      if (wait > PATIENCE_MS) throw error; // better told than waited for
      await new Promise((done) => setTimeout(done, wait));
    }
  }
}

export const get = (path, options) => call("GET", path, options);
export const post = (path, body, options) => call("POST", path, { ...options, body: body ?? {} });
export const patch = (path, body, options) => call("PATCH", path, { ...options, body });
export const put = (path, body, options) => call("PUT", path, { ...options, body });
export const remove = (path, options) => call("DELETE", path, options);

/** A path from literal text and values: path`/v1/users/${id}` escapes the values. */
export const path = (strings, ...values) => strings.reduce((made, part, at) => made + encodeURIComponent(values[at - 1]) + part);

/** A query of the values that are set: `?state=sent&limit=50`, or nothing. */
export function query(values) {
  const set = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== "");
  return set.length ? `?${new URLSearchParams(set)}` : "";
}

async function once(method, address, { body, raw, etag, accept, signal }) {
  const token = bearer();
  if (token === null) return signedOut();
  const headers = { authorization: `Bearer ${token}`, accept };
  if (body !== undefined) headers["content-type"] = "application/json";
  if (raw) headers["content-type"] = raw.type;
  if (etag) headers["if-match"] = etag;
  const content = raw ? raw.content : body === undefined ? undefined : JSON.stringify(body);
  const answer = await send(address, { method, headers, body: content }, signal);
  if (answer.status === 401) return signedOut();
  const isJson = (answer.headers.get("content-type") ?? "").includes("json");
  const read = await (isJson ? answer.json() : answer.text()).catch(() => ({}));
  if (answer.ok) return { status: answer.status, body: read, etag: answer.headers.get("etag") };
  const busy = BUSY.includes(answer.status);
  const type = (isJson && read.type) || (busy ? "busy" : "unexpected");
  const seconds = busy ? Number.parseInt(answer.headers.get("retry-after"), 10) || null : null;
  throw new ApiError(type, answer.status, isJson ? read : {}, seconds);
}

async function send(address, request, signal) {
  const limit = AbortSignal.timeout(TIMEOUT_MS);
  try {
    return await fetch(address, { ...request, cache: "no-store", signal: signal ? AbortSignal.any([signal, limit]) : limit });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(limit.aborted ? "timeout" : "offline");
  }
}

function signedOut() {
  onSignedOut();
  throw new ApiError("signed-out", 401);
}
