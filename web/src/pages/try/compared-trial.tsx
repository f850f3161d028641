import { useMemo } from 'react'
import { useQuery } from 'urql'
import { Link } from 'wouter'
import { TriedComparisonDocument, type TriedComparisonQuery } from '../../api/generated'
import { useUrlState } from '../../app/url-state'
import { Card } from '../../components/card'
import { Fact } from '../../components/facts'
import { type Option, SelectField } from '../../components/field'
import { Loading } from '../../components/loading'
import { Notice } from '../../components/notice'
import { Problems } from '../../components/problems'
import { list, plural } from '../../design/format'
import { howSelected } from '../../design/protocol-words'
import { type ChosenFile, Trial } from './trial'
import styles from './try.module.css'

type Comparison = NonNullable<TriedComparisonQuery['comparison']>

/** Classifies an image as a comparison does, so that the answers are those that it measured. */
export function ComparedTrial({ id, ...chosenFile }: ChosenFile & { readonly id: string }) {
  const [{ data, error }] = useQuery({ query: TriedComparisonDocument, variables: { id } })
  const comparison = data?.comparison ?? undefined
  const finished = comparison?.runs.nodes.filter(({ status }) => status === 'SUCCEEDED') ?? []
  if (comparison && finished.length > 0) {
    return <Compared comparison={comparison} finished={finished} chosenFile={chosenFile} />
  }
  return (
    <>
      <Problems error={error} />
      {!comparison && !error && <Loading what="the comparison" />}
      {comparison && (
        <Notice tone="plain">
          No run of <Link href={`/compare/${id}`}>this comparison</Link> has finished.
        </Notice>
      )}
      {(comparison || error) && (
        <p>
          <Link href="/try">Choose methods yourself</Link>
        </p>
      )}
    </>
  )
}

function Compared({
  comparison,
  finished,
  chosenFile,
}: {
  readonly comparison: Comparison
  readonly finished: Comparison['runs']['nodes']
  readonly chosenFile: ChosenFile
}) {
  const [url, setUrl] = useUrlState()
  const { id, dataset, testDataset, encoders, protocol } = comparison
  const allShots = [...new Set(finished.map((run) => run.shots))].sort((a, b) => a - b)
  const shots = wholeNumber(url.get('shots')) ?? Math.max(...allShots)
  const seedsAt = (k: number) => [
    ...new Set(finished.filter((run) => run.shots === k).map((run) => run.seed)),
  ]
  const seeds = seedsAt(shots)
  const seed = wholeNumber(url.get('seed')) ?? seeds[0] ?? 1
  const question = useMemo(() => ({ comparison: id, shots, seed }), [id, shots, seed])
  const image = url.get('image')
  return (
    <Trial question={question} dataset={dataset} testDataset={testDataset ?? undefined} {...chosenFile}>
      <Card title="As compared">
        <div className={styles.fields}>
          <p>
            <Link href={`/compare/${id}`}>This comparison</Link> answers: its{' '}
            {plural(protocol.methods.length, 'method')}, with its support set and the hyperparameters that it
            used.
          </p>
          <dl className={styles.facts}>
            <Fact term="Dataset">
              <Link href={`/datasets/${dataset.id}`}>{dataset.name}</Link>
            </Fact>
            {testDataset && (
              <Fact term="Tested on">
                <Link href={`/datasets/${testDataset.id}`}>{testDataset.name}</Link>
              </Fact>
            )}
            <Fact term={encoders.length > 1 ? 'Encoders' : 'Encoder'}>
              {list(encoders.map(({ name }) => name))}
            </Fact>
            <Fact term="Hyperparameters">{howSelected(protocol.selection, [shots])}</Fact>
          </dl>
          <div className={styles.pair}>
            <SelectField
              label="Shots"
              value={String(shots)}
              options={optionsOf(allShots, shots)}
              onChange={(value) => {
                const has = seedsAt(Number(value)).includes(seed)
                setUrl({ shots: value, ...(!has && { seed: undefined }) })
              }}
            />
            <SelectField
              label="Seed"
              value={String(seed)}
              options={optionsOf(seeds, seed)}
              onChange={(value) => setUrl({ seed: value })}
            />
          </div>
          <p>
            <Link
              href={`/try?dataset=${dataset.id}&shots=${shots}&seed=${seed}${image === null ? '' : `&image=${image}`}`}
            >
              Choose methods yourself
            </Link>
          </p>
        </div>
      </Card>
    </Trial>
  )
}

const wholeNumber = (text: string | null): number | undefined =>
  text !== null && /^\d+$/.test(text) ? Number(text) : undefined

/** What the comparison has, and what a link asked for, if it has not. */
function optionsOf(known: readonly number[], asked: number): Option[] {
  const options = known.map((value) => ({ value: String(value), label: String(value) }))
  return known.includes(asked)
    ? options
    : [...options, { value: String(asked), label: `${asked} (not compared)` }]
}
