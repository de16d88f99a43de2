/** JSON text with C1 controls, line separators and bidi overrides escaped too: safe on a terminal, nothing lost. */
export function escapeHarmful(json: string): string {
  return json.replace(harmful, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(4, '0');
    return `\\u${code}`;
  });
}

/** JSON.stringify escapes C0 controls and lone surrogates itself. */
const harmful = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
