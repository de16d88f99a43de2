import { ACCOUNT_NAME } from './accounts.ts';
import { hookKeys } from './hook-keys.ts';
import { anyOf, type JsonSchema, mapOf, schemaOf } from './json-schema.ts';
import { accountKeys, alertKeys, type Key, topKeys } from './keys.ts';
import { inJson } from './settings.ts';

/** The configuration as a JSON Schema, for editors: every key with what it takes, what it is for and its default. */
export function configurationSchema(): object {
  const account = { $ref: '#/definitions/account' } as const;
  const { type, additionalProperties, properties } = mapOf({
    ...propertiesOf(topKeys),
    alerts: orNothing(mapOf(propertiesOf(alertKeys))),
    hooks: orNothing(mapOf(propertiesOf(hookKeys))),
    defaults: account,
  });
  const accounts = {
    description: 'name of the account: its settings',
    type: 'object',
    minProperties: 1,
    propertyNames: { pattern: ACCOUNT_NAME.source },
    additionalProperties: account,
  };
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'popfetch configuration',
    description: 'Every key: popfetch.yaml(5)',
    type,
    required: ['accounts'],
    properties: { accounts, ...properties },
    additionalProperties,
    definitions: { account: orNothing(mapOf(propertiesOf(accountKeys))) },
  };
}

/** A key whose keys are all left out has nothing behind its colon. */
function orNothing(schema: JsonSchema): JsonSchema {
  return anyOf(schema, { type: 'null' });
}

function propertiesOf(keys: Readonly<Record<string, Key<unknown>>>): Record<string, JsonSchema> {
  return Object.fromEntries(
    Object.entries(keys).map(([name, key]) => [
      name,
      { ...annotations(key), ...schemaOf(key.read) },
    ]),
  );
}

function annotations({ doc, default: otherwise, defaultRule }: Key<unknown>) {
  const description = defaultRule === undefined ? doc : `${doc} (default: ${defaultRule})`;
  return { description, ...(otherwise !== undefined && { default: inJson(otherwise) }) };
}
