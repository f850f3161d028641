import { test } from 'node:test'
import { methodChecks, spaceChecks } from 'shotboard/testing'
import plugin from './index.ts'

const { methods = [], spaces = [] }: import('shotboard').Plugin = plugin

for (const method of methods) {
  for (const check of methodChecks(method)) test(check.name, check.run)
}
for (const space of spaces) {
  for (const check of spaceChecks(space)) test(check.name, check.run)
}
