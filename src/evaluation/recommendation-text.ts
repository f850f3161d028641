import type { Recommendation, Rival } from './recommendation.js'

/** What a method in a space is called; `space` null where it compares no images. */
export type NameOf = (row: {
  readonly encoder?: string
  readonly method: string
  readonly space: string | null
}) => string

/** A recommendation in words: what to use, by how much it leads, and how sure that is. */
export function recommendationText(recommendation: Recommendation, nameIn: NameOf): string {
  const { accuracy, rivals, confidence } = recommendation
  // Which encoder it is with needs saying where there are several.
  const several = rivals.some(({ encoder }) => encoder !== recommendation.encoder)
  const nameOf: NameOf = (row) =>
    several && row.encoder !== undefined ? `${nameIn(row)} with ${row.encoder}` : nameIn(row)
  const name = nameOf(recommendation)
  const at = `At ${count(recommendation.shots, 'shot')} a class`
  const head = `${name}, ${percent(accuracy.mean)} of the test images right`
  const [next] = rivals
  if (!next) return `${at}: ${head}. There is nothing to compare it with.`
  const sentences =
    confidence === 'TIE'
      ? tie(recommendation, name, at, nameOf)
      : winner(recommendation, next, head, at, nameOf)
  const zeroShot = rivals.find(
    ({ encoder, method, space }) =>
      encoder === recommendation.encoder && method === 'zero-shot' && space === null,
  )
  if (zeroShot && zeroShot !== next && zeroShot.confidence !== 'TIE') {
    sentences.push(`Over ${nameOf(zeroShot)}, which needs no images, it gains ${points(zeroShot.lead.mean)}.`)
  }
  return sentences.join(' ')
}

function winner(
  { rivals, pairs, confidence }: Recommendation,
  next: Rival,
  head: string,
  at: string,
  nameOf: NameOf,
): string[] {
  const worst = Math.max(...rivals.map(({ adjustedPValue }) => adjustedPValue))
  const corrected = pairs > 1 ? `, corrected for ${pairs} pairs of methods` : ''
  const sentences = [
    `${at}, use ${head}.`,
    `It leads the next best, ${nameOf(next)}, by ${points(next.lead.mean)}, and every other method by more than chance would explain (${formatP(worst)}${corrected}).`,
  ]
  if (confidence === 'CLEAR') sentences.push(`It was the better one with every one of ${seeds(next.lead.n)}.`)
  else {
    const unsure = rivals.filter((rival) => rival.confidence === 'LIKELY')
    const all = unsure.every(({ seedsWon, lead }) => seedsWon === lead.n)
    sentences.push(
      all
        ? `That rests on ${seeds(next.lead.n)}: with other images of your classes it may turn out otherwise.`
        : `It was not the better one with every support set (against ${list(unsure.filter(({ seedsWon, lead }) => seedsWon < lead.n).map(nameOf))}), so other images of your classes may turn it round.`,
    )
  }
  return sentences
}

function tie({ rivals, accuracy }: Recommendation, name: string, at: string, nameOf: NameOf): string[] {
  const tied = rivals.filter(({ confidence }) => confidence === 'TIE')
  const beaten = rivals.filter(({ confidence }) => confidence !== 'TIE')
  const widest = Math.max(...tied.map(({ lead }) => lead.mean))
  const sentences = [
    `${at} it is a tie. ${name} has the highest mean, ${percent(accuracy.mean)}, but ${list(tied.map(nameOf))} cannot be told apart from it (${widest < 0.05 ? 'no lead' : `a lead of at most ${points(widest)}`} over ${seeds(tied[0]?.lead.n ?? 0)}).`,
    'Take whichever of them suits you otherwise, or test with more images.',
  ]
  if (beaten.length > 0) {
    sentences.push(
      beaten.length > 3
        ? `The other ${beaten.length} are behind by more than chance would explain.`
        : `${list(beaten.map(nameOf))} ${beaten.length === 1 ? 'is' : 'are'} behind by more than chance would explain.`,
    )
  }
  return sentences
}

const seeds = (n: number): string => (n === 1 ? 'one support set' : `${n} support sets`)
const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`
const percent = (value: number): string => `${value.toFixed(1)}\u00a0%`
const points = (value: number): string => `${value.toFixed(1)} points`

/** A p-value as a person reads it. */
export const formatP = (p: number): string => (p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`)

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
