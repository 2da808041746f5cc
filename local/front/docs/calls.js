// Tokens of the local identity provider, and calls with them.

const ADMINISTRATORS = "orcid-admins";
const FEED = "orcid-feed";

// `right`: user, administrator, feed or nobody. A token lives an hour; one is asked for at each call.
export async function tokenOf(right, user) {
  if (right === "nobody") return null;
  const claims = {
    user: { sub: user },
    administrator: { sub: "admin", groups: [ADMINISTRATORS] },
    feed: { sub: "ris", scope: FEED },
  }[right];
  const answer = await fetch("/_local/token", { method: "POST", body: JSON.stringify(claims) });
  if (!answer.ok) throw new Error(`no token: ${await answer.text()}`);
  return (await answer.json()).access_token;
}

export async function send({ method, address, right, user, headers = {}, body }) {
  const token = await tokenOf(right, user);
  const all = { ...headers, ...(token ? { authorization: `Bearer ${token}` } : {}) };
  const began = performance.now();
  const answer = await fetch(address, { method, headers: all, body, redirect: "manual" });
  const text = await answer.text();
  const took = Math.round(performance.now() - began);
  return { status: answer.status, redirected: answer.type === "opaqueredirect", headers: [...answer.headers], text, took };
}

async function list(address, user) {
  const answer = await send({ method: "GET", address, right: "user", user });
  if (answer.status !== 200) return [];
  return JSON.parse(answer.text).items || [];
}

// What a parameter can be for this user: their iDs, their publications, their suggestions.
export async function candidates(name, user, orcidId) {
  if (name === "orcid_id") return (await list("/v1/users/me/claiming", user)).map((one) => [one.orcid_id, one.connection]);
  if (name === "suggestion_id") return (await list("/v1/users/me/suggestions", user)).map((one) => [one.suggestion_id, one.title]);
  if (name === "publication_id" && orcidId) {
    const address = `/v1/users/me/orcid/${encodeURIComponent(orcidId)}/publications?limit=100`;
    return (await list(address, user)).map((one) => [one.publication_id, `${one.state}: ${one.title}`]);
  }
  return [];
}
