// What lies over a wall's header strip (a banner, an exercise's band on a small picture) covers words
// from its left: those that would be seen in part stand aside whole, so that no half of a name is
// left. They are back as soon as nothing lies on them.

const OVER = ".cover-banner, .frame-band";
const WORDS = ".strip-lead > *, .line-body > *";

export class Aside {
  #root;
  #asked = false;

  // root: the player's. What is laid over, and how large the window is, is watched here; who shows
  // another picture must `look`.
  constructor(root) {
    this.#root = root;
    const look = () => this.look();
    for (const part of [".player-cover", ".player-frame"])
      new MutationObserver(look).observe(root.querySelector(part), { childList: true, subtree: true });
    new ResizeObserver(look).observe(root);
  }

  // In the next frame, however often it was asked for: it measures.
  look() {
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame(() => {
      this.#asked = false;
      const over = [...this.#root.querySelectorAll(OVER)].map((each) => each.getBoundingClientRect());
      const words = [...this.#root.querySelectorAll(WORDS)];
      const under = words.map((each) => isUnder(each.getBoundingClientRect(), over));
      words.forEach((each, n) => each.classList.toggle("is-under", under[n]));
    });
  }
}

function isUnder(rect, over) {
  return over.some(
    (each) =>
      each.left < rect.right &&
      rect.left < each.right &&
      each.top < rect.bottom &&
      rect.top < each.bottom,
  );
}
