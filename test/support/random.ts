/** Numbers from 0 up to 1 that look random; the same seed, the same numbers. Park and Miller's generator. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 0x7fffffff;
    return state / 0x7fffffff;
  };
}
