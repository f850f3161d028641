import { useEffect } from 'react'
import { useQuery } from 'urql'
import { MethodsDocument } from '../../api/generated'
import { Card } from '../../components/card'
import { Loading } from '../../components/loading'
import { Page } from '../../components/page'
import { Problems } from '../../components/problems'
import { Encoders } from './encoders'
import { MethodCard } from './method-card'
import styles from './methods.module.css'
import { SpaceCard } from './space-card'
import { Symbols } from './symbols'

/** All registered methods with their formulas, spaces and encoders. */
export function MethodsPage() {
  const [{ data, error }] = useQuery({ query: MethodsDocument, requestPolicy: 'cache-first' })
  useEffect(() => {
    // The element of the URL fragment exists only now.
    if (data && location.hash)
      document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView()
  }, [data])
  return (
    <Page
      title="Methods"
      note="A method is a weighted sum of logit terms. It compares images with images in a feature space. Any method that compares images works in any space."
    >
      <Problems error={error} />
      {!data && !error && <Loading what="methods" />}
      {data && (
        <>
          <Symbols />
          <div className={styles.methods}>
            {data.methods.map((method) => (
              <MethodCard key={method.id} method={method} />
            ))}
          </div>
          <div className={styles.heading}>
            <h2>Feature spaces</h2>
          </div>
          <div className={styles.spaces}>
            {data.featureSpaces.map((space) => (
              <SpaceCard key={space.id} space={space} />
            ))}
          </div>
          <Card title="Encoders" flush>
            <Encoders encoders={data.encoders} />
          </Card>
        </>
      )}
    </Page>
  )
}
