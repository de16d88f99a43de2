import assert from 'node:assert/strict';
import type { AccountConfig, Config } from '../../src/config/config.ts';
import { parseConfig } from '../../src/config/parse.ts';
import type { Problem } from '../../src/config/problem.ts';
import { problemText } from '../../src/config/problem-text.ts';

export const home = '/home/joe';

/** The configuration that a text holds; fails with the problems in it. */
export function valid(text: string): Config {
  const parsed = parseConfig(text, 'config.yaml', { home });
  assert.equal(parsed.kind, 'config', textOf(parsed));
  assert.ok(parsed.kind === 'config');
  return parsed.config;
}

export function problemsIn(text: string): readonly Problem[] {
  const parsed = parseConfig(text, 'config.yaml', { home });
  return parsed.kind === 'problems' ? parsed.problems : [];
}

function textOf(parsed: ReturnType<typeof parseConfig>): string {
  return parsed.kind === 'problems' ? problemText(parsed.problems, home) : '';
}

const complete = { host: 'pop.example.org', user: 'joe', password: '{prompt: true}' };

/** A configuration with one complete account in which one key stands as written. */
export function withKey(key: string, written: string): string {
  const { password, ...others } = complete;
  // Tokens stand in the place of a password.
  const lines = Object.entries({ ...others, ...(key !== 'oauth' && { password }), [key]: written });
  return `accounts:\n  a:\n${lines.map(([name, value]) => `    ${name}: ${value}\n`).join('')}`;
}

/** The one account of such a configuration. */
export function accountWith(key: string, written: string): AccountConfig {
  const [account] = valid(withKey(key, written)).accounts;
  assert.ok(account);
  return account;
}
