import type { Recommendation, Rival } from './recommendation.js'
import type { Difference } from './statistics/difference.js'

/** The name of a method in a space. `space` is null if the method does not compare images. */
export type NameOf = (row: {
  readonly encoder?: string
  readonly method: string
  readonly space: string | null
}) => string

/**
 * A recommendation as text: the method to use, its lead, and the confidence in it. A method that decides for all images together is no
 * help to whoever has one image, so the text then names the best that is.
 */
export function recommendationText(
  recommendation: Recommendation,
  nameIn: NameOf,
  decidesTogether: (method: string) => boolean = () => false,
): string {
  const { accuracy, rivals, confidence } = recommendation
  // Name the encoder only if there are several.
  const several = rivals.some(({ encoder }) => encoder !== recommendation.encoder)
  const nameOf: NameOf = (row) =>
    several && row.encoder !== undefined ? `${nameIn(row)} with ${row.encoder}` : nameIn(row)
  const name = nameOf(recommendation)
  const at = imagesText(recommendation)
  const share = `${percent(accuracy.mean)} of the test images correctly`
  const [next] = rivals
  if (!next) {
    return `${at}, ${name} classifies ${share}. There is no other method to compare it with. ${protocolText(recommendation)}`
  }
  const sentences =
    confidence === 'TIE'
      ? tie(recommendation, name, at, nameOf)
      : winner(recommendation, next, `${at}, use ${name}. It classifies ${share}.`, nameOf)
  const zeroShot = rivals.find(
    ({ encoder, method, space }) =>
      encoder === recommendation.encoder && method === 'zero-shot' && space === null,
  )
  if (zeroShot && zeroShot !== next && zeroShot.confidence !== 'TIE') {
    sentences.push(`It gains ${points(zeroShot.lead.mean)} over ${nameOf(zeroShot)}, which needs no images.`)
  }
  const alone = rivals.find(({ method }) => !decidesTogether(method))
  if (decidesTogether(recommendation.method) && alone) {
    sentences.push(
      `${name} decides for all test images together. Of the methods that classify an image by itself, ${nameOf(alone)} is the best.`,
    )
  }
  return [...sentences, protocolText(recommendation)].join(' ')
}

/** How many images of each class the results have seen: shots where all classes had as many. */
function imagesText({ shots, perClass }: Recommendation): string {
  const { least = null, most = null } = perClass ?? {}
  return least !== null && most !== null && least < most
    ? `With ${least.toLocaleString('en')} to ${count(most, 'image')} per class`
    : `At ${count(shots, 'shot')} per class`
}

/** What the results have seen besides the test images. */
function protocolText({ selection, shots, perClass, labelledImages }: Recommendation): string {
  const seen =
    labelledImages === null ? '' : ` In all, it rests on ${count(labelledImages, 'labelled image')}.`
  if (selection === 'VALIDATION')
    return `Its hyperparameters were selected on the labelled validation images.${seen}`
  if (selection === 'LEAVE_ONE_OUT' && (perClass?.most ?? shots) === 1)
    return `Its hyperparameters are the defaults, because with one image of each class none can be left out.${seen}`
  return selection === 'LEAVE_ONE_OUT'
    ? `Its hyperparameters were selected on the support images, leaving out one of every class at a time.${seen}`
    : `Its hyperparameters are the defaults.${seen}`
}

function winner(
  { rivals, pairs, confidence }: Recommendation,
  next: Rival,
  head: string,
  nameOf: NameOf,
): string[] {
  const worst = Math.max(...rivals.map(({ adjustedPValue }) => adjustedPValue ?? 1))
  const corrected = pairs > 1 ? `, corrected for ${pairs} pairs of methods` : ''
  const sentences = [
    head,
    `It leads the next best method, ${nameOf(next)}, by ${points(next.lead.mean)}${range(next.lead)}, and its lead over every other method is significant (${formatP(worst)}${corrected}).`,
  ]
  if (confidence === 'CLEAR') sentences.push(`It was better with every one of ${seeds(next.lead.n)}.`)
  else {
    const unsure = rivals.filter((rival) => rival.confidence === 'LIKELY')
    const all = unsure.every(({ lead }) => lead.setsWon === lead.n)
    sentences.push(
      all
        ? `This rests on ${seeds(next.lead.n)}: other images of your classes may give another result.`
        : `It was not better with every support set (against ${list(unsure.filter(({ lead }) => lead.setsWon < lead.n).map(nameOf))}), so other images of your classes may give another result.`,
    )
  }
  return sentences
}

function tie({ rivals, accuracy }: Recommendation, name: string, at: string, nameOf: NameOf): string[] {
  const tied = rivals.filter(({ confidence }) => confidence === 'TIE')
  const beaten = rivals.filter(({ confidence }) => confidence !== 'TIE')
  const widest = Math.max(...tied.map(({ lead }) => lead.mean))
  const sentences = [
    `${at} it is a tie. ${name} has the highest mean, ${percent(accuracy.mean)}, but ${names(tied.map(nameOf))} ${tied.length === 1 ? 'is' : 'are'} not significantly behind (${widest < 0.05 ? 'no lead' : `a lead of at most ${points(widest)}`} over ${seedsOf(tied)}).`,
    'Choose between them by other criteria, or test with more images.',
  ]
  if (beaten.length > 0) {
    sentences.push(
      beaten.length > 3
        ? `The other ${beaten.length} are significantly behind.`
        : `${list(beaten.map(nameOf))} ${beaten.length === 1 ? 'is' : 'are'} significantly behind.`,
    )
  }
  return sentences
}

/** All names, or the best two and the number of the others where a list is too long to read. */
function names(all: readonly string[]): string {
  const [first, second] = all
  return all.length <= maxNames ? list(all) : `${all.length} others, ${first} and ${second} first among them,`
}

/** A list of more names is told by its number. */
const maxNames = 4

/** The interval of a lead, with what it holds for. */
const range = ({ low, high, n }: Difference): string =>
  low === null || high === null
    ? ''
    : ` (95 % interval ${signed(low)} to ${signed(high)}${n === 1 ? ', for this support set' : ''})`
const signed = (value: number): string => `${value < 0 ? '−' : ''}${Math.abs(value).toFixed(1)}`
/** The support sets that two methods have both finished: not every rival has all of them. */
function seedsOf(rivals: readonly Rival[]): string {
  const numbers = rivals.map(({ lead }) => lead.n)
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)]
  return least === most ? seeds(most) : `${least} to ${seeds(most)}`
}
const seeds = (n: number): string => (n === 1 ? 'one support set' : `${n} support sets`)
const count = (n: number, what: string): string => `${n.toLocaleString('en')} ${what}${n === 1 ? '' : 's'}`
const percent = (value: number): string => `${value.toFixed(1)}\u00a0%`
const points = (value: number): string => `${value.toFixed(1)} points`

/** A p-value for readers, such as `p = 0.012` or `p < 0.001`. What is below 0.05 does not become 0.050: `p = 0.0497`. */
export function formatP(p: number): string {
  if (p < 0.001) return 'p < 0.001'
  return `p = ${p < 0.05 && p >= 0.0495 ? (Math.floor(1e4 * p) / 1e4).toFixed(4) : p.toFixed(3)}`
}

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}
