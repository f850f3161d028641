/** A group of points of one colour: a line of the key. */
export interface Group {
  readonly label: string
  /** Red, green and blue, from 0 to 255. */
  readonly color: readonly [number, number, number]
  readonly points: readonly number[]
}

/** What points are coloured by. */
export type Colouring = 'class' | 'outcome' | 'confidence' | 'split'

export interface Coloured {
  readonly classes: readonly (number | null)[]
  readonly splits: readonly (string | null)[]
  readonly predicted: readonly (number | null)[]
  readonly confidences: readonly (number | null)[]
}

/** What this map can be coloured by. */
export const colouringsOf = ({ predicted, confidences, splits }: Coloured): readonly Colouring[] => [
  'class',
  ...(predicted.some((each) => each !== null) ? (['outcome'] as const) : []),
  ...(confidences.some((each) => each !== null) ? (['confidence'] as const) : []),
  ...(new Set(splits).size > 1 ? (['split'] as const) : []),
]

/** Groups the points of a map. Groups without points are left out. `isDark` is the colour scheme. */
export function groupsOf(
  map: Coloured,
  names: readonly string[],
  by: Colouring,
  isDark: boolean,
): readonly Group[] {
  const keyed = (label: string, color: Group['color'], isIn: (i: number) => boolean): Group => ({
    label,
    color,
    points: map.classes.flatMap((_, i) => (isIn(i) ? [i] : [])),
  })
  const isKnown = (i: number) => map.predicted[i] != null
  const grey: Group['color'] = isDark ? [110, 120, 135] : [150, 158, 170]
  const found = {
    class: () => byClass(map.classes, names, grey, isDark),
    outcome: () => [
      keyed(
        'right',
        isDark ? [79, 209, 161] : [0, 128, 92],
        (i) => isKnown(i) && map.classes[i] === map.predicted[i],
      ),
      keyed(
        'wrong',
        isDark ? [255, 120, 100] : [196, 40, 20],
        (i) => isKnown(i) && map.classes[i] !== map.predicted[i],
      ),
    ],
    confidence: () =>
      bins.map(([low, high], k) =>
        keyed(`${low} to ${high} % sure`, rampAt(k / (bins.length - 1), isDark), (i) => {
          const percent = 100 * (map.confidences[i] ?? -1)
          return percent >= low && (percent < high || (high === 100 && percent <= 100))
        }),
      ),
    split: () => [
      keyed(
        'support pool',
        isDark ? [127, 176, 255] : [11, 87, 208],
        (i) => map.splits[i] === 'SUPPORT_POOL',
      ),
      keyed('validation', isDark ? [255, 199, 102] : [176, 110, 0], (i) => map.splits[i] === 'VALIDATION'),
      keyed('test', isDark ? [79, 209, 161] : [0, 128, 92], (i) => map.splits[i] === 'TEST'),
      keyed('without a label', grey, (i) => map.splits[i] === null),
    ],
  }[by]()
  return found.filter(({ points }) => points.length > 0)
}

const bins = [
  [0, 20],
  [20, 40],
  [40, 60],
  [60, 80],
  [80, 100],
] as const

function byClass(
  classes: readonly (number | null)[],
  names: readonly string[],
  grey: Group['color'],
  isDark: boolean,
): Group[] {
  const members = new Map<number | null, number[]>()
  for (const [i, each] of classes.entries()) {
    const known = members.get(each)
    if (known) known.push(i)
    else members.set(each, [i])
  }
  const present = [...members].sort(([a], [b]) => (a ?? Number.MAX_VALUE) - (b ?? Number.MAX_VALUE))
  return present.map(([index, points]) => ({
    label: index === null ? 'without a label' : (names[index] ?? `class ${index}`),
    color: index === null ? grey : hueOf(index, names.length, isDark),
    points,
  }))
}

/** Colours that are as far apart as so many can be: hues around the circle, light and less light in turn. */
function hueOf(index: number, count: number, isDark: boolean): Group['color'] {
  const hue = (360 * index) / Math.max(1, count) + 10
  const lightness = (isDark ? [0.74, 0.6] : [0.58, 0.42])[index % 2] ?? 0.5
  return rgbOf(hue % 360, 0.72, lightness)
}

/** From blue, unsure, to orange, sure. */
const rampAt = (share: number, isDark: boolean): Group['color'] =>
  rgbOf(235 - 205 * share, 0.75, (isDark ? 0.68 : 0.46) - 0.04 * share)

/** HSL, with hue in degrees and the others from 0 to 1, as red, green and blue from 0 to 255. */
function rgbOf(hue: number, saturation: number, lightness: number): Group['color'] {
  const spread = saturation * Math.min(lightness, 1 - lightness)
  const channel = (n: number) => {
    const k = (n + hue / 30) % 12
    return Math.round(255 * (lightness - spread * Math.max(-1, Math.min(k - 3, 9 - k, 1))))
  }
  return [channel(0), channel(8), channel(4)]
}
