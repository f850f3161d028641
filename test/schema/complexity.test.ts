import 'reflect-metadata'
import { isObjectType } from 'graphql'
import { expect, test } from 'vitest'
import { assumedLength } from '../../src/schema/complexity.js'
import { createSchema } from '../../src/schema/schema.js'

const schema = await createSchema()
const lengthOf = (typeName: string, name: string, asked: object = {}): number => {
  const type = schema.getType(typeName)
  const field = isObjectType(type) ? type.getFields()[name] : undefined
  return assumedLength(typeName, field ?? expect.fail(`${typeName}.${name}`), { ...asked })
}

test('a list that comes whole counts as any list, and a page of it as no more', () => {
  for (const [type, list] of [
    ['Comparison', 'rows'],
    ['Comparison', 'pairs'],
    ['Comparison', 'runs'],
    ['Dataset', 'classes'],
    ['SupportSet', 'images'],
  ] as const) {
    expect([list, lengthOf(type, list)]).toEqual([list, 10])
    expect([list, lengthOf(type, list, { first: 3 })]).toEqual([list, 3])
    expect([list, lengthOf(type, list, { last: 1000 })]).toEqual([list, 10])
  }
})

test('a page of what is stored counts as long as it is asked for', () => {
  expect(lengthOf('Query', 'comparisons')).toBe(20)
  expect(lengthOf('Query', 'runs', { first: 100 })).toBe(100)
  expect(lengthOf('Dataset', 'images', { first: 60 })).toBe(60)
})
