// Signing in at the institution's identity provider: OpenID Connect, authorization code with PKCE (RFC 7636).
// Everything is kept in sessionStorage: it must survive the way to ORCID and back, and ends with the tab.

const TOKENS = "orcid-sync.tokens";
const PENDING = "orcid-sync.sign-in";
const SPARE_MS = 30_000;
let configuration;
let provider;

export class SignInError extends Error {
  /** `code` names a text: `sign_in.error.<code>`. */
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** What `/web/config.json` says. */
export const config = () => configuration;

/** Load the configuration. Throws when it cannot be had. */
export async function loadConfiguration() {
  const answer = await fetch("/web/config.json");
  if (!answer.ok) throw new SignInError("unreachable");
  configuration = await answer.json();
}

/** Who is signed in: `{subject, name, administrator}`, or null. */
export function signedIn() {
  const tokens = read(TOKENS);
  if (!configuration || !tokens || tokens.expires <= Date.now() + SPARE_MS) return null;
  const { user_id_claim, groups_claim, admin_group } = configuration;
  const claims = payload(tokens.bearer);
  const identity = payload(tokens.identity);
  const groups = [claims[groups_claim] ?? []].flat();
  return {
    subject: String(claims[user_id_claim] ?? ""),
    name: identity.name ?? identity.preferred_username ?? claims.name ?? String(claims[user_id_claim] ?? ""),
    administrator: admin_group !== "" && groups.includes(admin_group),
  };
}

/** The token for the API, or null when it is over. */
export function bearer() {
  const tokens = read(TOKENS);
  return tokens && tokens.expires > Date.now() ? tokens.bearer : null;
}

/** Whether somebody was signed in whose time is over. */
export const hasExpired = () => read(TOKENS) !== null && signedIn() === null;

/** Send the browser to the identity provider; afterwards it is back where it is now. */
export async function beginSignIn() {
  const found = await discover();
  const pending = { state: random(), nonce: random(), verifier: random(48), hash: location.hash };
  sessionStorage.setItem(PENDING, JSON.stringify(pending));
  const asked = {
    response_type: "code",
    client_id: configuration.client_id,
    redirect_uri: pageAddress(),
    scope: configuration.scope,
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await challenge(pending.verifier),
    code_challenge_method: "S256",
  };
  // Some providers issue a token for an API only when it is named.
  if (configuration.audience !== configuration.client_id) asked.audience = configuration.audience;
  location.assign(withQuery(found.authorization_endpoint, asked));
}

/** Finish a sign-in if the address carries its answer. Throws SignInError; the address is clean afterwards. */
export async function completeSignIn() {
  const query = new URLSearchParams(location.search);
  if (!query.has("state") || !(query.has("code") || query.has("error"))) return;
  const pending = read(PENDING);
  sessionStorage.removeItem(PENDING);
  history.replaceState(null, "", location.pathname + (pending?.hash ?? ""));
  if (!pending || query.get("state") !== pending.state) throw new SignInError("state");
  if (query.has("error")) throw new SignInError(query.get("error") === "access_denied" ? "denied" : "refused");
  const found = await discover();
  if (query.has("iss") && query.get("iss") !== found.issuer) throw new SignInError("state"); // RFC 9207
  store(await exchange(found, query.get("code"), pending), pending, found);
}

async function exchange(found, code, pending) {
  const form = {
    grant_type: "authorization_code",
    code,
    redirect_uri: pageAddress(),
    client_id: configuration.client_id,
    code_verifier: pending.verifier,
  };
  let answer;
  try {
    answer = await fetch(found.token_endpoint, { method: "POST", body: new URLSearchParams(form) });
  } catch {
    throw new SignInError("unreachable");
  }
  if (!answer.ok) throw new SignInError("refused");
  return answer.json();
}

/** Keep the tokens if the identity token is for us, for this sign-in, and not over (OpenID Connect Core, 3.1.3.7). */
function store(answer, pending, found) {
  const identity = payload(answer.id_token);
  const audience = [identity.aud ?? []].flat();
  const good = identity.nonce === pending.nonce && identity.iss === found.issuer && audience.includes(configuration.client_id)
    && identity.exp * 1000 > Date.now() - SPARE_MS;
  if (!good) throw new SignInError("identity");
  // A provider whose access tokens are no JWTs: the API then takes the identity token (docs/operations.md).
  const token = String(answer.access_token ?? "").split(".").length === 3 ? answer.access_token : answer.id_token;
  const over = payload(token).exp ?? identity.exp;
  sessionStorage.setItem(TOKENS, JSON.stringify({ bearer: token, identity: answer.id_token, expires: over * 1000 }));
}

/** Forget the tokens and end the session at the identity provider, if it has a way to. */
export async function signOut() {
  const tokens = read(TOKENS);
  sessionStorage.removeItem(TOKENS);
  const found = await discover().catch(() => ({}));
  if (!found.end_session_endpoint) return location.assign(pageAddress());
  const asked = { client_id: configuration.client_id, post_logout_redirect_uri: pageAddress() };
  return location.assign(withQuery(found.end_session_endpoint, tokens ? { ...asked, id_token_hint: tokens.identity } : asked));
}

/** The page's own address, as it is registered at the identity provider. */
export const pageAddress = () => `${location.origin}/`;

async function discover() {
  if (provider) return provider;
  let answer;
  try {
    answer = await fetch(`${configuration.issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
  } catch {
    throw new SignInError("unreachable");
  }
  if (!answer.ok) throw new SignInError("unreachable");
  const found = await answer.json();
  if (found.issuer !== configuration.issuer) throw new SignInError("issuer");
  provider = found;
  return found;
}

function withQuery(address, added) {
  const url = new URL(address);
  for (const [name, value] of Object.entries(added)) url.searchParams.set(name, value);
  return url.toString();
}

/** The claims of a JWT; of what is none, nothing. Signatures are the API's to check. */
function payload(token) {
  try {
    const part = String(token).split(".")[1].replace(/-/g, "+").replace(/_/g, "/");
    return JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(part), (letter) => letter.charCodeAt(0))));
  } catch {
    return {};
  }
}

function read(key) {
  try {
    return JSON.parse(sessionStorage.getItem(key));
  } catch {
    return null;
  }
}

const base64url = (bytes) => btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const random = (length = 24) => base64url(crypto.getRandomValues(new Uint8Array(length)));
const challenge = async (verifier) => base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
