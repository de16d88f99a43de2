/** Where in an mbox a message was promised, and where its bytes wait until then. */
export interface MboxPlace {
  /** Of the mbox. Without its device, whose number may be another after the next boot. */
  readonly inode: number;
  readonly offset: number;
  readonly length: number;
  /** Of all its octets in the mbox, hex. */
  readonly sha256: string;
  /** The beginning of the SHA-256 of its `From ` line: finds it in a file that was changed. */
  readonly head: string;
  /** Name of the spool file. */
  readonly spool: string;
  readonly spoolOffset: number;
}

export function formatPlace(place: MboxPlace): string {
  const { inode, offset, length, sha256, head, spool, spoolOffset } = place;
  return ['mbox1', inode, offset, length, sha256, head, spool, spoolOffset].join(':');
}

const form =
  /^mbox1:(\d{1,20}):(\d{1,15}):(\d{1,15}):([0-9a-f]{64}):([0-9a-f]{16}):([\w-]{1,80}):(\d{1,15})$/;

/** Undefined for what another kind of destination wrote. */
export function parsePlace(text: string): MboxPlace | undefined {
  const [whole, inode, offset, length, sha256 = '', head = '', spool = '', spoolOffset] =
    form.exec(text) ?? [];
  if (whole === undefined) return undefined;
  return {
    inode: Number(inode),
    offset: Number(offset),
    length: Number(length),
    sha256,
    head,
    spool,
    spoolOffset: Number(spoolOffset),
  };
}
