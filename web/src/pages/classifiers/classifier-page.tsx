import { useQuery } from 'urql'
import { Link, useParams } from 'wouter'
import { ClassifierOnPageDocument, type ClassifierOnPageFragment } from '../../api/generated'
import { Card } from '../../components/card'
import { EmptyState } from '../../components/empty-state'
import { Fact, Facts } from '../../components/facts'
import { Loading } from '../../components/loading'
import { MethodName } from '../../components/method-name'
import { Notice } from '../../components/notice'
import { Page } from '../../components/page'
import { Problems } from '../../components/problems'
import { count, fixed, percentOf, plural, time } from '../../design/format'
import { ClassifierActions } from './classifier-actions'
import { ClassifyFiles } from './classify-files'
import { Versions } from './versions'

type Version = ClassifierOnPageFragment['version']

/** A classifier: an image to try it with, what it is made of, and its versions. */
export function ClassifierPage() {
  const { id = '' } = useParams()
  const [{ data, error }, ask] = useQuery({
    query: ClassifierOnPageDocument,
    variables: { classifier: id },
  })
  const reload = () => ask({ requestPolicy: 'network-only' })
  const classifier = data?.classifier
  return (
    <Page
      title={classifier?.name ?? 'Classifier'}
      above={<Link href="/classifiers">All classifiers</Link>}
      note={
        classifier && (
          <>
            {classifier.versions.length === 1
              ? 'Version 1'
              : `Version ${classifier.version.number} of ${classifier.versions.length} answers`}{' '}
            · since {time(classifier.createdAt)}
          </>
        )
      }
      actions={classifier && <ClassifierActions classifier={classifier} />}
    >
      <Problems error={error} />
      {!data && !error && <Loading what="the classifier" />}
      {data && !classifier && (
        <EmptyState title="No such classifier" action={<Link href="/classifiers">All classifiers</Link>}>
          It may have been deleted.
        </EmptyState>
      )}
      {classifier && (
        <>
          {classifier.version.problem != null && <Notice tone="bad">{classifier.version.problem}</Notice>}
          {classifier.version.problem == null && (
            <ClassifyFiles key={classifier.version.number} id={classifier.id} />
          )}
          <Made version={classifier.version} />
          <Elsewhere name={classifier.name} />
          <Versions classifier={classifier} onChange={reload} />
        </>
      )}
    </Page>
  )
}

/** All that decides its answers, and what was measured of it. */
function Made({ version }: { readonly version: Version }) {
  const { method, space, encoder, encoderId, hyperparameters, temperature, coverage, threshold } = version
  const { classes, support, selection, dataset, datasetName, comparison } = version
  const more = classes.totalCount - classes.nodes.length
  return (
    <Card title="What it is made of" note="It stays the same, so that its answers do.">
      <Facts>
        <Fact term="Method">
          <MethodName method={method} space={space} />
        </Fact>
        <Fact term="Encoder">{encoder ? encoder.name : `${encoderId}, which is gone`}</Fact>
        <Fact term={plural(classes.totalCount, 'class', 'classes')}>
          {classes.nodes.map(({ name }) => name).join(', ')}
          {more > 0 && ` and ${count(more)} more`}
        </Fact>
        <Fact term="Support images">
          {count(support.images)} of{' '}
          {dataset ? <Link href={`/datasets/${dataset.id}`}>{datasetName}</Link> : datasetName}
          {support.augmentations > 1 && `, each the mean of ${plural(support.augmentations, 'random view')}`}
        </Fact>
        <Fact term="Measured">
          <Measured version={version} />{' '}
          {comparison && <Link href={`/compare/${comparison.id}`}>The comparison</Link>}
        </Fact>
        <Fact term="Hyperparameters">
          {hyperparameters.length === 0
            ? 'None'
            : hyperparameters.map(({ name, value }) => `${name} ${Number(value.toPrecision(4))}`).join(' · ')}
          {selection.images > 0 && `, selected on ${plural(selection.images, 'image')}`}
        </Fact>
        <Fact term="Temperature">{Number(temperature.toPrecision(4))}</Fact>
        <Fact term="Sets of classes">
          {threshold === null
            ? 'None: no labelled image could be left out to fit them.'
            : `Made to hold the right class for ${percentOf(coverage)} of images.`}
        </Fact>
      </Facts>
    </Card>
  )
}

function Measured({ version: { measured, selection } }: { readonly version: Version }) {
  if (measured) {
    const { accuracy, shots, testImages, testDataset } = measured
    return `${fixed(100 * accuracy.mean)} % right (95 % interval ${fixed(100 * accuracy.low)}–${fixed(100 * accuracy.high)}) at ${plural(shots, 'shot')}, on ${plural(testImages, 'test image')} of ${testDataset}.`
  }
  if (selection.accuracy !== null && selection.protocol === 'LEAVE_ONE_OUT') {
    return `${fixed(100 * selection.accuracy)} % of its support images right, each left out in turn.`
  }
  return 'Not yet: evaluate it on a dataset.'
}

/** How to use it outside the dashboard. */
function Elsewhere({ name }: { readonly name: string }) {
  const quoted = /^[\w.-]+$/.test(name) ? name : `'${name.replaceAll("'", "'\\''")}'`
  return (
    <Card title="Elsewhere">
      <Facts>
        <Fact term="A folder of images">
          <code>npx shotboard classify {quoted} PATH</code>
        </Fact>
        <Fact term="One ONNX file">
          <code>npx shotboard export classifier {quoted} --to DIR</code>
        </Fact>
      </Facts>
    </Card>
  )
}
