import type { PGlite } from '@electric-sql/pglite'
import type { Client } from '@libsql/client'

/** What both dialects of SQL can say of a table, in the same words. */
export interface TableSchema {
  readonly columns: Readonly<Record<string, ColumnSchema>>
  readonly primaryKey: readonly string[]
  readonly indexes: Readonly<Record<string, IndexSchema>>
  readonly foreignKeys: readonly ForeignKeySchema[]
}

interface ColumnSchema {
  readonly type: 'text' | 'integer' | 'real' | 'boolean' | 'json' | 'time' | 'bytes'
  readonly nullable: boolean
  /** As SQL without casts, or `autoincrement`. */
  readonly default: string | null
}

interface IndexSchema {
  readonly columns: readonly string[]
  readonly unique: boolean
  readonly partial: boolean
}

interface ForeignKeySchema {
  readonly columns: readonly string[]
  readonly table: string
  readonly references: readonly string[]
  readonly onDelete: string
  readonly onUpdate: string
}

export type DatabaseSchema = Readonly<Record<string, TableSchema>>

const sqliteTypes: Readonly<Record<string, ColumnSchema['type']>> = {
  TEXT: 'text',
  INTEGER: 'integer',
  REAL: 'real',
  BOOLEAN: 'boolean',
  JSONB: 'json',
  DATETIME: 'time',
  BLOB: 'bytes',
}

const postgresTypes: Readonly<Record<string, ColumnSchema['type']>> = {
  text: 'text',
  integer: 'integer',
  'double precision': 'real',
  boolean: 'boolean',
  jsonb: 'json',
  'timestamp(3) without time zone': 'time',
  bytea: 'bytes',
}

const actions: Readonly<Record<string, string>> = {
  a: 'NO ACTION',
  r: 'RESTRICT',
  c: 'CASCADE',
  n: 'SET NULL',
  d: 'SET DEFAULT',
}

/** Every table of an SQLite database. */
export async function sqliteSchema(client: Client): Promise<DatabaseSchema> {
  const rows = async (sql: string, ...args: string[]) => (await client.execute({ sql, args })).rows
  const schema: Record<string, TableSchema> = {}
  for (const table of await rows(
    `SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`,
  )) {
    const name = String(table.name)
    const counted = /AUTOINCREMENT/.test(String(table.sql))
    const info = await rows('SELECT * FROM pragma_table_info(?)', name)
    const keys = info.filter(({ pk }) => Number(pk) > 0).sort((a, b) => Number(a.pk) - Number(b.pk))
    const indexes: Record<string, IndexSchema> = {}
    for (const index of await rows(`SELECT * FROM pragma_index_list(?) WHERE origin <> 'pk'`, name)) {
      const parts = await rows(
        'SELECT name, desc FROM pragma_index_xinfo(?) WHERE key = 1 ORDER BY seqno',
        String(index.name),
      )
      indexes[String(index.name)] = {
        columns: parts.map((part) => ordered(String(part.name), Number(part.desc) === 1)),
        unique: Number(index.unique) === 1,
        partial: Number(index.partial) === 1,
      }
    }
    const references = await rows('SELECT * FROM pragma_foreign_key_list(?) ORDER BY id, seq', name)
    const foreignKeys = [...new Set(references.map(({ id }) => id))].map((id) => {
      const parts = references.filter((part) => part.id === id)
      return {
        columns: parts.map(({ from }) => String(from)),
        table: String(parts[0]?.table),
        references: parts.map(({ to }) => String(to)),
        onDelete: String(parts[0]?.on_delete),
        onUpdate: String(parts[0]?.on_update),
      }
    })
    schema[name] = {
      columns: Object.fromEntries(
        info.map((column) => [
          String(column.name),
          {
            type: known(sqliteTypes, String(column.type)),
            nullable: Number(column.notnull) === 0,
            default:
              counted && Number(column.pk) > 0
                ? 'autoincrement'
                : column.dflt_value === null
                  ? null
                  : String(column.dflt_value),
          },
        ]),
      ),
      primaryKey: keys.map((column) => String(column.name)),
      indexes,
      foreignKeys: sorted(foreignKeys),
    }
  }
  return schema
}

/** Every table of a Postgres database; an enum counts as text, which is what SQLite keeps it as. */
export async function postgresSchema(database: Pick<PGlite, 'query'>): Promise<DatabaseSchema> {
  const rows = async <T>(sql: string, table: string): Promise<readonly T[]> =>
    (await database.query<T>(sql, [table])).rows
  const tables = await database.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
  )
  const schema: Record<string, TableSchema> = {}
  for (const { name } of tables.rows) {
    const columns = await rows<PostgresColumn>(columnsOfPostgres, name)
    const indexes = (await rows<PostgresIndex>(indexesOfPostgres, name)).map((index) => ({
      ...index,
      columns: index.columns.map(unquoted),
    }))
    const foreignKeys = await rows<ForeignKeySchema>(foreignKeysOfPostgres, name)
    schema[name] = {
      columns: Object.fromEntries(
        columns.map(({ name, type, isEnum, nullable, initial }) => [
          name,
          { type: isEnum ? 'text' : known(postgresTypes, type), nullable, default: withoutCast(initial) },
        ]),
      ),
      primaryKey: indexes.find(({ isPrimary }) => isPrimary)?.columns ?? [],
      indexes: Object.fromEntries(
        indexes
          .filter(({ isPrimary }) => !isPrimary)
          .map(({ name, columns, descending, unique, partial }) => [
            name,
            { columns: columns.map((column, i) => ordered(column, descending[i] === true)), unique, partial },
          ]),
      ),
      foreignKeys: sorted(
        foreignKeys.map((key) => ({
          ...key,
          onDelete: known(actions, key.onDelete),
          onUpdate: known(actions, key.onUpdate),
        })),
      ),
    }
  }
  return schema
}

interface PostgresColumn {
  readonly name: string
  readonly type: string
  readonly isEnum: boolean
  readonly nullable: boolean
  readonly initial: string | null
}

const columnsOfPostgres = `
  SELECT attname AS name, format_type(atttypid, atttypmod) AS type, typtype = 'e' AS "isEnum",
    NOT attnotnull AS nullable, pg_get_expr(adbin, adrelid) AS initial
  FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
  WHERE attrelid = quote_ident($1)::regclass AND attnum > 0 AND NOT attisdropped`

interface PostgresIndex {
  readonly name: string
  readonly columns: readonly string[]
  readonly descending: readonly boolean[]
  readonly unique: boolean
  readonly partial: boolean
  readonly isPrimary: boolean
}

const indexesOfPostgres = `
  SELECT relname AS name, indisunique AS "unique", indpred IS NOT NULL AS partial, indisprimary AS "isPrimary",
    ARRAY(SELECT pg_get_indexdef(indexrelid, part, false) FROM generate_series(1, indnkeyatts) AS part) AS columns,
    ARRAY(SELECT indoption[part - 1] & 1 = 1 FROM generate_series(1, indnkeyatts) AS part) AS descending
  FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
  WHERE indrelid = quote_ident($1)::regclass`

const namesOfColumns = (table: string, numbers: string): string => `
  ARRAY(SELECT attname::text FROM unnest(${numbers}) WITH ORDINALITY AS part(number, position)
    JOIN pg_attribute ON attrelid = ${table} AND attnum = number ORDER BY position)`

const foreignKeysOfPostgres = `
  SELECT ${namesOfColumns('conrelid', 'conkey')} AS columns, relname AS "table",
    ${namesOfColumns('confrelid', 'confkey')} AS "references",
    confdeltype AS "onDelete", confupdtype AS "onUpdate"
  FROM pg_constraint JOIN pg_class ON pg_class.oid = confrelid
  WHERE conrelid = quote_ident($1)::regclass AND contype = 'f'`

function known<T>(words: Readonly<Record<string, T>>, word: string): T {
  const found = words[word]
  if (found === undefined) throw new Error(`No word for ${word} in the other dialect: add it here.`)
  return found
}

const ordered = (column: string, descending: boolean): string => `${column}${descending ? ' DESC' : ''}`

const unquoted = (column: string): string => column.replace(/^"(.*)"$/, '$1')

const withoutCast = (initial: string | null): string | null =>
  initial === null || !initial.startsWith('nextval(')
    ? (initial?.replace(/::[\w" ]+(\(\d+\))?$/, '') ?? null)
    : 'autoincrement'

const sorted = (keys: readonly ForeignKeySchema[]): readonly ForeignKeySchema[] =>
  keys.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))
