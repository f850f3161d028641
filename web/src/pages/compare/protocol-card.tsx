import { Link } from 'wouter'
import type { ComparisonStateFragment, Drawing } from '../../api/generated'
import { Card } from '../../components/card'
import { Fact, Facts } from '../../components/facts'
import { count, list, percentOf, plural } from '../../design/format'
import { howSelected, scalingWords, searchWords } from '../../design/protocol-words'
import { shotsOf } from './series'

/** How a comparison selected and measured, in words. */
export function ProtocolCard({ comparison }: { readonly comparison: ComparisonStateFragment }) {
  const { dataset, testDataset, protocol } = comparison
  const { nodes: rows } = comparison.rows
  const { selection, search, klScaling, drawing, augmentations } = protocol
  const tested = testDataset ?? dataset
  const shots = shotsOf(rows)
  const sets = Math.max(...rows.map(({ accuracy }) => accuracy.n))
  return (
    <Card title="How it was measured">
      <Facts>
        <Fact term="Hyperparameters">{howSelected(selection, shots)}</Fact>
        {selection !== 'NONE' && <Fact term="Search">{searchWords[search]}.</Fact>}
        <Fact term="Labelled images">{labelsOf(rows, shots)}</Fact>
        <Fact term="Support sets">
          {drawn(drawing, shots)} of <Link href={`/datasets/${dataset.id}`}>{dataset.name}</Link>,{' '}
          {times(drawing, sets)}. {sizesOf(rows)}{' '}
          {augmentations > 1 && `Each image is the mean of ${plural(augmentations, 'random view')}.`}
        </Fact>
        <Fact term="Prompts">{promptsOf(rows)}</Fact>
        <Fact term="Tested on">
          The test images of <Link href={`/datasets/${tested.id}`}>{tested.name}</Link>. They are never used
          to select.
        </Fact>
        {protocol.coverage !== null && (
          <Fact term="Sets of classes">
            Made to hold the right class for {percentOf(protocol.coverage)} of images.
          </Fact>
        )}
        <Strangers protocol={protocol} />
        <Fact term="Ranges of the KL term">{scalingWords[klScaling]}.</Fact>
      </Facts>
    </Card>
  )
}

/** Where images of no class came from, if there were any. */
function Strangers({ protocol }: { readonly protocol: ComparisonStateFragment['protocol'] }) {
  const { holdOut, unknownDataset } = protocol
  if (holdOut.length === 0 && !unknownDataset) return null
  return (
    <Fact term="Images of no class">
      {unknownDataset && (
        <>
          The test images of <Link href={`/datasets/${unknownDataset.id}`}>{unknownDataset.name}</Link>.{' '}
        </>
      )}
      {holdOut.length > 0 &&
        `The test images of ${list(holdOut.map(({ name }) => name))}, which methods do without.`}
    </Fact>
  )
}

/** How many images a support set takes of a class. */
function drawn(drawing: Drawing, shots: readonly number[]): string {
  if (drawing === 'LISTED') return 'A list of images'
  if (drawing === 'ALL') return 'All images of each class'
  const images = `${list(shots)} ${shots.length === 1 && shots[0] === 1 ? 'image' : 'images'} of each class`
  return drawing === 'AT_MOST' ? `At most ${images}` : images
}

function times(drawing: Drawing, sets: number): string {
  if (drawing === 'LISTED') return 'chosen by hand. Results hold for this support set'
  return sets === 1 ? 'drawn once' : `drawn ${sets} times, with different seeds`
}

/** How many images classes had, where not all had as many. */
function sizesOf(rows: ComparisonStateFragment['rows']['nodes']): string {
  const least = Math.min(...rows.map(({ perClass }) => perClass.least))
  const uneven = rows.filter(({ perClass }) => perClass.least < perClass.most)
  if (uneven.length === 0) return ''
  const most = Math.max(...uneven.map(({ perClass }) => perClass.most))
  const means = [...new Set(uneven.map(({ perClass }) => perClass.mean.toFixed(1)))]
  return `Classes had ${least} to ${plural(most, 'image')}, ${list(means)} in the mean.`
}

/** How many prompts classes had. */
function promptsOf(rows: ComparisonStateFragment['rows']['nodes']): string {
  const known = rows.flatMap(({ prompts }) => prompts ?? [])
  if (known.length === 0) return 'Not recorded by the version that measured this.'
  const least = Math.min(...known.map((each) => each.least))
  const most = Math.max(...known.map((each) => each.most))
  if (least === most) return `${plural(least, 'prompt')} per class.`
  const means = [...new Set(known.map(({ mean }) => mean.toFixed(1)))]
  return `${least} to ${plural(most, 'prompt')} per class, ${list(means)} in the mean.`
}

/** The labelled images that results rest on, support set and selection together, by shots. */
function labelsOf(rows: ComparisonStateFragment['rows']['nodes'], shots: readonly number[]): string {
  const most = shots.map((k) => {
    const known = rows.filter((row) => row.shots === k).map(({ labelledImages }) => labelledImages)
    return known.some((each) => each === null) ? null : Math.max(...known.map(Number))
  })
  const told = shots.flatMap((k, i) => {
    const images = most[i]
    return typeof images === 'number' ? [`${count(images)} at ${plural(k, 'shot')}`] : []
  })
  return told.length < shots.length
    ? 'Not recorded by the version that measured this.'
    : `At most ${list(told)}, support set and selection together.`
}
