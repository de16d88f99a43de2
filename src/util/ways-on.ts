/** What somebody can do whose seen list is lost. */
export function waysOn(account: string): string {
  return `Put the state directory back, or go on without: "popfetch state skip ${account} --all" takes all that is there for seen, "popfetch --once --all ${account}" fetches all of it again.`;
}
