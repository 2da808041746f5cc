// Looks again and again, politely: slower by and by, not while the page is hidden, never twice at once.

const FIRST_MS = 1_500;
const LONGEST_MS = 15_000;

/**
 * Call `look` until it returns false or `stop()` is called; errors that pass are waited out.
 * Returns `{stop, hurry}`; `hurry` begins with short waits again, also when looking had ended.
 */
export function poll(look, { first = FIRST_MS, longest = LONGEST_MS } = {}) {
  let wait = first;
  let timer = null;
  let stopped = false;
  let running = false;
  const again = () => {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(run, wait);
  };
  const run = async () => {
    if (document.hidden || running) return again();
    running = true;
    let goOn = true;
    try {
      goOn = await look();
    } catch (error) {
      goOn = Boolean(error.passing);
    } finally {
      running = false;
    }
    wait = Math.min(longest, wait * 1.3);
    return goOn && again();
  };
  again();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
    hurry() {
      wait = first;
      again();
    },
  };
}
