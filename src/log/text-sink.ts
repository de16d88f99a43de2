/** Where lines go: `process.stdout`, or whatever collects them. */
export interface TextSink {
  write(text: string): unknown;
}
