/** A place in the file, and its line as people may see it. */
export interface Place {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units, as editors count. */
  readonly column: number;
  /** Of what is wrong, at least 1, within the line. */
  readonly length: number;
  readonly shown: ShownLine;
}

/** A line of the file for a terminal: passwords as `***`, long lines cut, no control characters. */
export interface ShownLine {
  readonly text: string;
  /** Where the carets begin, from 0, and how many there are: mask and cut move them. */
  readonly caret: number;
  readonly carets: number;
}

/** One thing to correct in a configuration. */
export interface Problem {
  /** The file's full name, or `stdin`. */
  readonly path: string;
  /** Undefined where the file as a whole is the problem. */
  readonly place: Place | undefined;
  readonly message: string;
  /** What to do about it. */
  readonly hint: string | undefined;
  /** Somebody may read, write or not read the file who should not, or should. */
  readonly isPermission?: true;
}
