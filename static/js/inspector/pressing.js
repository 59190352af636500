// Whether a pointer is pressed anywhere in the window.

/** Tell when a pointer goes down (true), and when it was let go and what it did is done (false). */
export function whilePressed(tell, signal) {
  addEventListener('pointerdown', () => tell(true), { signal, capture: true });
  for (const name of ['pointerup', 'pointercancel']) {
    addEventListener(name, () => setTimeout(() => tell(false)), { signal, capture: true });
  }
}
