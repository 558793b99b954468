// Pages of other questions, fetched before somebody turns to them. Each is used once: what is turned back to is fetched anew.

export class Pages {
  /**
   * @param {(slot: number, priority?: "low" | "auto") => Promise<object | null>} load null: the browser has to load that
   * page itself; "low": what is saved goes first
   */
  constructor(load) {
    this.load = load;
    this.begun = new Map(); // slot → the promise of its page
  }

  /** Forget all pages but this one. */
  keepOnly(slot) {
    for (const one of this.begun.keys()) if (one !== slot) this.begun.delete(one);
  }

  /** Fetch a page, unless that is under way. */
  fetch(slot, priority = "auto") {
    const before = this.begun.get(slot);
    if (before) return before;
    const page = this.load(slot, priority);
    this.begun.set(slot, page);
    const forget = () => this.begun.get(slot) === page && this.begun.delete(slot);
    page.then((found) => found ?? forget(), forget); // what did not come is tried again when it is needed
    return page;
  }

  /**
   * The page of a question, out of those fetched before or fetched now; null where the browser has to load it. Fails
   * without a connection. One that `isStale` is fetched once more.
   */
  async take(slot, isStale = () => false) {
    const early = await (this.begun.get(slot) ?? Promise.resolve(null)).catch(() => null);
    this.begun.delete(slot);
    if (early && !isStale(early)) return early;
    const page = await this.load(slot);
    return page && !isStale(page) ? page : null;
  }
}
