/** What somebody can do whose seen list is lost. */
export function waysOn(account: string): string {
  return `Put the state directory back from a backup. Without one: "popfetch state skip ${account} --all" takes what is on the server for seen, "popfetch --once --all ${account}" fetches all of it again.`;
}
