import { useQuery } from 'urql'
import { Link } from 'wouter'
import { DatasetsDocument, type DatasetsQuery } from '../../api/generated'
import { datasetsContext } from '../../api/use-choices'
import { useUrlState } from '../../app/url-state'
import { Button, ButtonLink } from '../../components/button'
import { EmptyState } from '../../components/empty-state'
import { Loading } from '../../components/loading'
import { Page } from '../../components/page'
import { Problems } from '../../components/problems'
import { Thumbnail } from '../../components/thumbnail'
import { count, plural, time } from '../../design/format'
import styles from './datasets.module.css'
import { imagesIn, splits } from './splits'

/** All datasets, newest first. */
export function DatasetsPage() {
  const [url, setUrl] = useUrlState()
  const [{ data, error }] = useQuery({
    query: DatasetsDocument,
    variables: { after: url.get('after') },
    context: datasetsContext,
  })
  const create = (
    <ButtonLink tone="primary" href="/datasets/new">
      New dataset
    </ButtonLink>
  )
  const datasets = data?.datasets
  return (
    <Page
      title="Datasets"
      note="Your classes, with a few labelled images of each and texts that describe them."
      actions={create}
    >
      <Problems error={error} />
      {!datasets && !error && <Loading what="datasets" />}
      {datasets?.nodes.length === 0 && (
        <EmptyState title="No dataset yet" action={create}>
          Import a folder or an archive that has one folder of images per class.
        </EmptyState>
      )}
      <ul className={styles.list}>
        {datasets?.nodes.map((dataset) => (
          <DatasetEntry key={dataset.id} dataset={dataset} />
        ))}
      </ul>
      {datasets?.pageInfo.hasNextPage && (
        <div>
          <Button onClick={() => setUrl({ after: datasets.pageInfo.endCursor ?? undefined })}>
            Older datasets
          </Button>
        </div>
      )}
    </Page>
  )
}

const maxThumbnails = 10

function DatasetEntry({ dataset }: { readonly dataset: DatasetsQuery['datasets']['nodes'][number] }) {
  const { id, name, createdAt, counts } = dataset
  const { nodes: samples } = dataset.samples
  const images = samples.flatMap(({ class: label, images: [image] }) => (image ? [{ label, image }] : []))
  return (
    <li className={styles.entry}>
      <div className={styles.about}>
        <h2>
          <Link href={`/datasets/${id}`}>{name}</Link>
        </h2>
        <p className="muted">
          {plural(samples.length, 'class', 'classes')} · since {time(createdAt)}
        </p>
      </div>
      <dl className={styles.counts}>
        {splits.map(({ value, label }) => (
          <div key={value}>
            <dt>{label}</dt>
            <dd className="numeric">{count(imagesIn(counts, value))}</dd>
          </div>
        ))}
      </dl>
      <div className={styles.strip}>
        {images.slice(0, maxThumbnails).map(({ label, image }) => (
          <Thumbnail key={image.id} image={image} alt={label.name} size={40} />
        ))}
        {images.length > maxThumbnails && (
          <span className="muted">and {count(images.length - maxThumbnails)} more</span>
        )}
      </div>
    </li>
  )
}
