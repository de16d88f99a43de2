/**
 * SASLprep (RFC 4013), by which both sides get the same octets from a password however it was typed. Undefined where
 * it forbids a character or mixes directions. Code points that Unicode 3.2 did not assign are let through, as RFC 3454
 * §7 has it for queries.
 */
export function saslPrep(text: string): string | undefined {
  const mapped = text.replace(otherSpaces, ' ').replace(mappedToNothing, '').normalize('NFKC');
  return forbidden.test(mapped) || mixesDirections(mapped) ? undefined : mapped;
}

/** RFC 3454 C.1.2. */
const otherSpaces = /[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/gu;

/** RFC 3454 B.1. Each by itself: some would combine with what stands before them. */
const mappedToNothing =
  /\u00ad|\u034f|\u1806|\u180b|\u180c|\u180d|\u200c|\u200d|\u2060|[\ufe00-\ufe0f]|\ufeff/gu;

/** RFC 3454 C.1.2, C.2 to C.9: spaces, controls, private use, no characters, surrogates, layout, tags. */
const forbidden = new RegExp(
  [
    '[\\u00a0\\u1680\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u2063\\u206a-\\u206f\\u3000]',
    '[\\u0000-\\u001f\\u007f-\\u009f\\u0340\\u0341\\u06dd\\u070f\\u180e\\u2ff0-\\u2ffb\\ufeff]',
    '[\\ufff9-\\ufffd\\u{1d173}-\\u{1d17a}\\u{e0001}\\u{e0020}-\\u{e007f}]',
    '\\p{Co}|\\p{Cs}|\\p{Noncharacter_Code_Point}',
  ].join('|'),
  'u',
);

/** RFC 3454 §6: text from right to left begins and ends so, and has no letter of the other kind. */
function mixesDirections(text: string): boolean {
  const fromRight = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u;
  const characters = Array.from(text);
  if (!characters.some((character) => fromRightLetter(character, fromRight))) return false;
  const ends = [characters[0] ?? '', characters.at(-1) ?? ''];
  const wrongEnd = ends.some((character) => !fromRightLetter(character, fromRight));
  return (
    wrongEnd ||
    characters.some((character) => /\p{L}/u.test(character) && !fromRight.test(character))
  );
}

function fromRightLetter(character: string, fromRight: RegExp): boolean {
  return /[\p{L}\u05be\u05c0\u05c3\u061b\u061f]/u.test(character) && fromRight.test(character);
}
