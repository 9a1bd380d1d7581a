'use strict';
// Tags of values that are in this process alone: a generation each, which every invalidation raises.

// Beyond so many, all values are forgotten in place of those with one of the tags.
const MOST = 100_000;

class Generations {
  #floor = 0;
  #raised = new Map();
  #last = 0;

  /** The tags as they are now: pairs of a tag and its generation. */
  marks(tags) {
    return tags.map((tag) => [tag, this.#of(tag)]);
  }

  isValid(marks) {
    return marks.every(([tag, generation]) => this.#of(tag) === generation);
  }

  raise(tag) {
    this.#last += 1;
    if (this.#raised.size >= MOST) {
      this.#floor = this.#last;
      this.#raised.clear();
    }
    this.#raised.set(tag, this.#last);
  }

  #of(tag) {
    return Math.max(this.#floor, this.#raised.get(tag) ?? 0);
  }
}

module.exports = { Generations };
