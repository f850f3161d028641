import type { DocumentNode } from 'graphql'
import type { ParsedOperation } from './operation.js'
import type { OperationCost } from './operation-cost.js'

/** How many costs are kept of a document, and the longest description of variables that one is kept for. */
const maxKept = 16
const maxDescription = 500

/**
 * Costs that are counted once: clients send the same document again and again, which `createKeptDocuments` keeps parsed. What an
 * operation costs depends on its document, and of its variables on all but the content of texts.
 */
export function keptCosts(costOf: OperationCost): OperationCost {
  const kept = new WeakMap<DocumentNode, Map<string, number | undefined>>()
  return (operation, maxCost) => {
    const key = describe(operation, maxCost)
    if (key === undefined) return costOf(operation, maxCost)
    const costs = kept.get(operation.document) ?? new Map()
    kept.set(operation.document, costs)
    if (!costs.has(key)) {
      if (costs.size >= maxKept) costs.clear()
      costs.set(key, costOf(operation, maxCost))
    }
    return costs.get(key)
  }
}

/** All that the cost depends on besides the document; undefined if that is long. */
function describe({ operationName, variables }: ParsedOperation, maxCost: number): string | undefined {
  let text = JSON.stringify([operationName ?? null, maxCost])
  function add(value: unknown): boolean {
    if (text.length > maxDescription) return false
    if (typeof value === 'string') text += '""'
    else if (typeof value === 'object' && value !== null) {
      const isList = Array.isArray(value)
      text += isList ? '[' : '{'
      for (const [name, each] of Object.entries(value)) {
        if (!isList) text += `${JSON.stringify(name)}:`
        if (!add(each)) return false
        text += ','
      }
      text += isList ? ']' : '}'
    } else text += String(value)
    return true
  }
  return add(variables ?? {}) ? text : undefined
}
