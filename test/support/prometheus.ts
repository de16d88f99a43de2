import assert from 'node:assert/strict';

export interface ParsedFamily {
  readonly help: string;
  readonly type: string;
  /** Values by their labels, as JSON with the names in order. */
  readonly samples: Readonly<Record<string, number>>;
}

/** Reads the text form of Prometheus 0.0.4 and fails where the collector would, or where promtool would complain. */
export function parseExposition(text: string): Readonly<Record<string, ParsedFamily>> {
  assert.ok(text.endsWith('\n'), 'the last line ends');
  const families: Record<string, ParsedFamily & { samples: Record<string, number> }> = {};
  let current: string | undefined;
  let help: readonly [string, string] | undefined;
  for (const line of text.slice(0, -1).split('\n')) {
    const comment = /^# (HELP|TYPE) ([a-z][a-z0-9_]*) (.+)$/.exec(line);
    if (comment !== null) {
      const [, kind, name = '', rest = ''] = comment;
      if (kind === 'HELP') help = [name, unescaped(rest, /^(?:[^\\]|\\[\\n])*$/)];
      else {
        assert.ok(help?.[0] === name && families[name] === undefined, `TYPE of ${name}`);
        assert.match(rest, /^(?:counter|gauge)$/);
        assert.equal(name.endsWith('_total'), rest === 'counter', name);
        families[name] = { help: help[1], type: rest, samples: {} };
        current = name;
      }
      continue;
    }
    const [, name = '', labels = '', value = ''] =
      /^([a-z][a-z0-9_]*)(?:\{(.*)\})? (-?\d+(?:\.\d+)?(?:e[+-]\d+)?)$/.exec(line) ??
      assert.fail(line);
    assert.equal(name, current, 'the samples of a family stand together');
    const key = JSON.stringify(labelsIn(labels));
    const { samples } = families[name] ?? assert.fail(name);
    assert.equal(samples[key], undefined, `${line} twice`);
    samples[key] = Number(value);
  }
  return families;
}

function labelsIn(text: string): Record<string, string> {
  const label = /([a-z_]+)="((?:[^"\\]|\\.)*)"(?:,|$)/gy;
  const found = [...text.matchAll(label)];
  assert.equal(found.map(([whole]) => whole).join(''), text, 'nothing but labels in braces');
  return Object.fromEntries(
    found
      .map(
        ([, name = '', value = '']) => [name, unescaped(value, /^(?:[^\\"]|\\[\\n"])*$/)] as const,
      )
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  );
}

function unescaped(text: string, valid: RegExp): string {
  assert.match(text, valid);
  return text.replace(/\\(.)/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}
