/** A signal that fires so many ms after another, until it is disposed: for what had better not be broken off at once. */
export function afterwards(
  signal: AbortSignal,
  ms: number,
): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const start = (): void => {
    timer = setTimeout(() => controller.abort(signal.reason), ms);
  };
  signal.addEventListener('abort', start);
  if (signal.aborted) start();
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      clearTimeout(timer);
      signal.removeEventListener('abort', start);
    },
  };
}
