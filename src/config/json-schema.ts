import type { Read } from './reading.ts';

/** The part of JSON Schema (draft-07) that describes the configuration to editors. */
export type JsonSchema =
  | { readonly $ref: string }
  | { readonly anyOf: readonly JsonSchema[] }
  | { readonly enum: readonly (string | number | boolean)[] }
  | { readonly type: 'string'; readonly pattern?: string; readonly minLength?: number }
  | { readonly type: 'integer'; readonly minimum: number; readonly maximum: number }
  | { readonly type: 'boolean' | 'number' | 'null' }
  | { readonly type: 'array'; readonly items: JsonSchema; readonly minItems: number }
  | ObjectSchema;

export interface ObjectSchema {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly required: readonly string[];
  readonly additionalProperties: false;
}

/** A reader that editors can be told of. The schema may take more than the reader does, and never less. */
export function described<T>(
  schema: () => JsonSchema,
  read: (...args: Parameters<Read<T>>) => T | undefined,
): Read<T> {
  return Object.assign(read, { schema });
}

/** What a reader takes; text where it does not say. */
export function schemaOf({ schema }: Pick<Read<unknown>, 'schema'>): JsonSchema {
  return schema?.() ?? { type: 'string' };
}

/** Any of these. */
export function anyOf(...schemas: readonly JsonSchema[]): JsonSchema {
  return { anyOf: schemas };
}

/** A map with these keys and no others. */
export function mapOf(
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[] = [],
): ObjectSchema {
  return { type: 'object', properties, required, additionalProperties: false };
}

/** Text that matches, in the syntax of ECMA-262 without flags. */
export function matching(pattern: string): JsonSchema {
  return { type: 'string', pattern };
}

/** A program and its arguments. */
export const argvSchema: JsonSchema = {
  type: 'array',
  items: { type: 'string', minLength: 1 },
  minItems: 1,
};
