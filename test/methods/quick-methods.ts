import type { Method } from '../../src/methods/contract.js'

const quick = [
  'zero-shot',
  'tip-adapter',
  'tip-adapter++',
  'tip-x',
  'tip-x++',
  'prototype',
  'gda',
  'shared-prototype',
]

/** Whether the quick tests hold the method to the common suite; the long tests do so with every other. */
export const isQuick = ({ id }: Pick<Method, 'id'>): boolean => quick.includes(id)
