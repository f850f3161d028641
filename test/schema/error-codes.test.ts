import { readFileSync } from 'node:fs'
import { type GraphQLEnumType, isEnumType, printSchema } from 'graphql'
import { expect, test } from 'vitest'
import { errorCodes } from '../../src/errors.js'
import { createSchema } from '../../src/schema/schema.js'

async function errorCodeType(): Promise<GraphQLEnumType> {
  const type = (await createSchema()).getType('ErrorCode')
  if (!isEnumType(type)) throw new Error('There is no enum ErrorCode.')
  return type
}

test('the schema has every code that src/errors.ts declares, and no other', async () => {
  const source = readFileSync(new URL('../../src/errors.ts', import.meta.url), 'utf8')
  const declared = source
    .slice(source.indexOf('export const errors = {'))
    .match(/(?<=')[A-Z][A-Z0-9_]+(?=',)/g)
  const values = (await errorCodeType()).getValues().map(({ name }) => name)
  expect(values.toSorted()).toEqual([...new Set(declared)].toSorted())
  expect(values).toEqual(errorCodes)
})

test('every code says what it means', async () => {
  const type = await errorCodeType()
  expect(type.getValues().filter(({ description }) => !description)).toEqual([])
})

test('every field of the schema that is a code is of the enum', async () => {
  const schema = printSchema(await createSchema())
  const codes = schema.match(/^ {2}(code|errorCode): .*$/gm) ?? []
  // `CodeIdentity.code` and `Run.code` are about the code of programs.
  expect(codes.filter((line) => !/ErrorCode!?$|: String$|: RunCode$/.test(line))).toEqual([])
  expect(codes.length).toBeGreaterThan(7)
})

test('an error that a plugin raises with a code of its own is told as PLUGIN_FAILED', async () => {
  const type = await errorCodeType()
  expect(type.serialize('A_CODE_OF_A_PLUGIN')).toBe('PLUGIN_FAILED')
  expect(type.serialize('UNKNOWN_CLASS')).toBe('UNKNOWN_CLASS')
})
