// Which cards to draw again, and when: those in sight in the next frame, the rest in small
// portions behind them, so that no portion keeps the page from answering.

const PORTION_MS = 6;
const LEAST = 4; // cards a frame, on however slow a machine

export class Painter {
  /** draw(name): draw that card as it is now. */
  constructor(draw) {
    this._draw = draw;
    this._names = new WeakMap(); // card's node -> name
    this._near = new Set(); // names in sight, or nearly
    this._late = new Set(); // names not drawn yet
    this._due = false;
    this._sight = new IntersectionObserver((entries) => this._seen(entries), {
      rootMargin: "300px",
    });
  }

  watch(node, name) {
    this._names.set(node, name);
    this._sight.observe(node);
  }

  forget(node, name) {
    this._sight.unobserve(node);
    this._near.delete(name);
    this._late.delete(name);
  }

  /** The names in sight, or nearly. */
  get near() {
    return this._near;
  }

  /** Draw this one: at once in sight, else soon. */
  ask(name) {
    if (this._near.has(name)) {
      this._late.delete(name);
      this._draw(name);
    } else {
      this._late.add(name);
      this._soon();
    }
  }

  _seen(entries) {
    for (const { target, isIntersecting } of entries) {
      const name = this._names.get(target);
      if (isIntersecting) {
        this._near.add(name);
        this.ask(name); // its age has gone on unseen
      } else {
        this._near.delete(name);
      }
    }
  }

  _soon() {
    if (this._due) return;
    this._due = true;
    requestAnimationFrame(() => this._portion());
  }

  _portion() {
    this._due = false;
    const end = performance.now() + PORTION_MS;
    let count = 0;
    for (const name of this._late) {
      if (count >= LEAST && performance.now() > end) break;
      this._late.delete(name);
      this._draw(name);
      count += 1;
    }
    if (this._late.size > 0) this._soon();
  }
}
