import { z } from 'zod';

type JsonSchema = Record<string, unknown>;

/** Collects the schemas of a document: those with an id once, under components, and everything else in its place. */
export interface SchemaBook {
  /** the schema as JSON Schema 2020-12, which is that of OpenAPI 3.1 */
  schema(schema: z.ZodType, io: 'input' | 'output'): JsonSchema;
  readonly components: Readonly<Record<string, JsonSchema>>;
  /** looks behind a reference to a component */
  resolved(schema: JsonSchema): JsonSchema;
}

const PREFIX = '#/components/schemas/';

export function createSchemaBook(): SchemaBook {
  const components: Record<string, JsonSchema> = {};
  const texts = new Map<string, string>();

  /**
   * The same id means another schema where a default or a conversion makes what is sent differ from what is read. What
   * has no id but refers to itself gets a number.
   */
  function nameFor(id: string, text: string, io: 'input' | 'output'): string {
    const own = id.startsWith('__') ? [] : [id, `${id}${io === 'input' ? 'Input' : 'Output'}`];
    const free = own.find((name) => (texts.get(name) ?? text) === text);
    if (free !== undefined) return free;
    let number = 1;
    while (texts.has(`${own[0] ?? 'Part'}${number}`)) number += 1;
    return `${own[0] ?? 'Part'}${number}`;
  }

  return {
    components,
    resolved(schema) {
      const { $ref } = schema;
      return typeof $ref === 'string' && $ref.startsWith(PREFIX)
        ? (components[$ref.slice(PREFIX.length)] ?? schema)
        : schema;
    },
    schema(schema, io) {
      const made = z.toJSONSchema(schema, {
        target: 'draft-2020-12',
        io,
        unrepresentable: 'any',
        override: ({ zodSchema, jsonSchema }) => {
          // A moment goes out as text.
          if (zodSchema._zod.def.type === 'date')
            Object.assign(jsonSchema, { type: 'string', format: 'date-time' });
          // The name of a format says more than the expression behind it.
          if (jsonSchema.format !== undefined) delete jsonSchema.pattern;
          // Answers may gain fields, and a client made from the document must not stumble over them.
          if (io === 'output' && jsonSchema.additionalProperties === false)
            delete jsonSchema.additionalProperties;
        },
      }) as JsonSchema;
      const { $schema: _, $defs = {}, ...root } = made;
      const defs = Object.entries($defs as Record<string, JsonSchema>).map(([id, { id: _own, ...def }]) => ({
        id: id.replace(/[^\w.-]/g, '_'),
        from: id,
        def,
      }));
      const names = new Map<string, string>();
      for (const { id, from, def } of defs) {
        const name = nameFor(id, JSON.stringify(def), io);
        texts.set(name, JSON.stringify(def));
        names.set(`#/$defs/${from}`, name);
      }
      for (const { from, def } of defs)
        components[names.get(`#/$defs/${from}`)!] ??= pointed(def, names) as JsonSchema;
      const { id: _id, ...rest } = root;
      return pointed(rest, names) as JsonSchema;
    },
  };
}

/** The value with its references turned to where the schemas are now. */
function pointed(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((item) => pointed(item, names));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) =>
      key === '$ref' && typeof inner === 'string' && names.has(inner)
        ? [key, `${PREFIX}${names.get(inner)}`]
        : [key, pointed(inner, names)],
    ),
  );
}
