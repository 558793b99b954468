// What scripts of a page find in a browser and Node has not: a storage, a network that answers as a test says, a connection.

export class Storage {
  constructor(limit = Infinity) {
    this.limit = limit;
    Object.defineProperty(this, "limit", { enumerable: false });
  }

  getItem(name) {
    return Object.hasOwn(this, name) ? this[name] : null;
  }

  setItem(name, value) {
    if (Object.keys(this).length >= this.limit && !Object.hasOwn(this, name)) throw new Error("full");
    this[name] = value;
  }

  removeItem(name) {
    delete this[name];
  }
}

export function browser({ online = true, limit = Infinity } = {}) {
  globalThis.localStorage = new Storage(limit);
  Object.defineProperty(globalThis, "navigator", { value: { onLine: online }, configurable: true });
  return globalThis.localStorage;
}

/** A network that gives the next of these replies to each request, and keeps what was asked. */
export function network(...replies) {
  const requests = [];
  globalThis.fetch = async (url, options) => {
    requests.push({ url, ...options, body: JSON.parse(options.body) });
    const reply = replies.length > 1 ? replies.shift() : replies[0];
    if (reply instanceof Error) throw reply;
    const { status = 200, body = {}, type = "application/json", retryAfter } = typeof reply === "function" ? reply(requests.at(-1)) : reply;
    const headers = new Map([["Content-Type", type]]);
    if (retryAfter) headers.set("Retry-After", String(retryAfter));
    return { status, ok: status < 400, headers: { get: (name) => headers.get(name) ?? null }, json: async () => body };
  };
  return requests;
}

export const saved = ({ body }) => ({ body: { slot: body.slot, revision: body.revision, saved: "10:00" } });
export const moment = (milliseconds = 20) => new Promise((resolve) => setTimeout(resolve, milliseconds));
