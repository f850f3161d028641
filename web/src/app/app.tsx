import type { ComponentType } from 'react'
import { Provider } from 'urql'
import { Redirect, Route, Switch, useLocation } from 'wouter'
import { client } from '../api/client'
import { useConnection } from '../api/connection'
import { lazily } from '../components/lazily'
import { Loading } from '../components/loading'
import { ComparisonPage } from '../pages/compare/comparison-page'
import { ErrorBoundary } from './error-boundary'
import { HomePage } from './home-page'
import { NotFound } from './not-found'
import { Shell } from './shell'

/** Loads a page when it is first shown. */
const page = <N extends string>(name: N, load: () => Promise<Record<N, ComponentType>>) =>
  lazily(
    async () => (await load())[name],
    () => <Loading what="the page" />,
  )

const DatasetsPage = page('DatasetsPage', () => import('../pages/datasets/datasets-page'))
const NewDatasetPage = page('NewDatasetPage', () => import('../pages/datasets/new-dataset-page'))
const DatasetPage = page('DatasetPage', () => import('../pages/datasets/dataset-page'))
const DatasetMapPage = page('DatasetMapPage', () => import('../map/dataset-map-page'))
const LabelPage = page('LabelPage', () => import('../pages/label/label-page'))
const ComparisonsPage = page('ComparisonsPage', () => import('../pages/compare/comparisons-page'))
const SideBySidePage = page('SideBySidePage', () => import('../pages/compare/side-by-side-page'))
const NewComparisonPage = page('NewComparisonPage', () => import('../pages/compare/new-comparison-page'))
const ClassifiersPage = page('ClassifiersPage', () => import('../pages/classifiers/classifiers-page'))
const ClassifierPage = page('ClassifierPage', () => import('../pages/classifiers/classifier-page'))
const ClassifyDatasetPage = page(
  'ClassifyDatasetPage',
  () => import('../pages/classifiers/classify-dataset-page'),
)
const OfflinePage = page('OfflinePage', () => import('../pages/offline/offline-page'))
const TryPage = page('TryPage', () => import('../pages/try/try-page'))
const OverlapPage = page('OverlapPage', () => import('../pages/overlap/overlap-page'))
const MethodsPage = page('MethodsPage', () => import('../pages/methods/methods-page'))

export function App() {
  return (
    <Provider value={client}>
      <Shell>
        <Pages />
      </Shell>
    </Provider>
  )
}

function Pages() {
  const [location] = useLocation()
  const { epoch } = useConnection()
  return (
    // A new key clears old errors and reloads the data, on another page and after a reconnect.
    <ErrorBoundary key={`${location} ${epoch}`}>
      <Switch>
        <Route path="/" component={HomePage} />
        <Route path="/datasets" component={DatasetsPage} />
        <Route path="/datasets/new" component={NewDatasetPage} />
        <Route path="/datasets/:id" component={DatasetPage} />
        <Route path="/datasets/:id/map" component={DatasetMapPage} />
        <Route path="/datasets/:id/label" component={LabelPage} />
        <Route path="/compare" component={ComparisonsPage} />
        <Route path="/compare/new" component={NewComparisonPage} />
        <Route path="/compare/two" component={SideBySidePage} />
        <Route path="/compare/:id" component={ComparisonPage} />
        <Route path="/classifiers" component={ClassifiersPage} />
        <Route path="/classifiers/:id" component={ClassifierPage} />
        <Route path="/classifiers/:id/datasets" component={ClassifyDatasetPage} />
        <Route path="/classifiers/:id/offline" component={OfflinePage} />
        <Route path="/try" component={TryPage} />
        <Route path="/overlap" component={OverlapPage} />
        <Route path="/methods" component={MethodsPage} />
        <Route path="/methods/:id">{({ id }) => <Redirect to={`/methods#${id}`} replace />}</Route>
        <Route component={NotFound} />
      </Switch>
    </ErrorBoundary>
  )
}
