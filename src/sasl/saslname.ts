/** A user name where commas and equal signs have a meaning (RFC 5801 §4). */
export function saslName(user: string): string {
  return user.replaceAll('=', '=3D').replaceAll(',', '=2C');
}
