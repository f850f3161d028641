import { defineMethod, matrix, rowOf, shape } from 'shotboard'

const list = (length, of) => Array.from({ length }, (_, i) => of(i))
const rowsOf = (m) => list(m.rows, (i) => [...rowOf(m, i)])
const dot = (a, b) => {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k]
  return sum
}
const logSoftmax = (row) => {
  const most = Math.max(...row)
  const sum = Math.log(row.reduce((all, value) => all + Math.exp(value - most), 0))
  return row.map((value) => value - most - sum)
}
/** The three of these images that are nearest to x, but not number `self`: their numbers and similarities. */
const nearest = (x, images, self) => {
  const similar = images.map((image, q) => [q, dot(x, image)]).filter(([q]) => q !== self)
  return similar.sort(([p, a], [q, b]) => b - a || p - q).slice(0, 3)
}
/** Σ share_i·z_ic·x_i made unit, for every class c. */
const meansOf = (images, z, share) =>
  z[0].map((_, c) => {
    const mean = images[0].map((_, k) => images.reduce((sum, x, i) => sum + share[i] * z[i][c] * x[k], 0))
    const length = Math.sqrt(dot(mean, mean)) || 1
    return mean.map((value) => value / length)
  })

/** log z: what each query is assigned to, in turn with class means and one diagonal covariance σ; keys keep their labels. */
async function score(batch, { gamma, lambda }) {
  const { labels, classes, spaceKeys, textClassifier, logitScale } = batch.cache
  const [X, F, W] = [await batch.spaceQueries(), spaceKeys, textClassifier].map(rowsOf)
  const texts = rowsOf(batch.queries).map((x) => logSoftmax(W.map((w) => logitScale * dot(x, w))))
  if (F.length === 0) return matrix(batch.rows, classes, Float32Array.from(texts.flat()))
  const all = [...X, ...F]
  const given = [...labels].map((label) => list(classes, (c) => Number(c === label)))
  const share = all.map((_, i) => (i < X.length ? 1 / X.length : (50 * gamma) / F.length))
  const edges = all.flatMap((x, i) => nearest(x, X, i).map(([q, similarity]) => [i, q, similarity / 6]))
  let [logs, mu, sigma] = [
    texts,
    meansOf(
      F,
      given,
      list(F.length, () => 1),
    ),
    X[0].map(() => 1 / X[0].length),
  ]
  for (let round = 0; ; round++) {
    const far = (x, m) => x.reduce((sum, value, k) => sum + (value - m[k]) ** 2 / sigma[k], 0)
    const prior = X.map((x, i) => mu.map((m, c) => lambda * texts[i][c] - far(x, m) / 100))
    for (let step = 0; step < 5; step++) {
      const z = [...logs.map((row) => row.map(Math.exp)), ...given]
      const next = prior.map((row) => [...row])
      const pull = (to, from, by) => {
        for (const [c, value] of z[from].entries()) next[to][c] += by * value
      }
      for (const [i, q, by] of edges) pull(q, i, by)
      for (const [i, q, by] of edges) if (i < X.length) pull(i, q, by)
      logs = next.map(logSoftmax)
    }
    if (round === 10) return matrix(batch.rows, classes, Float32Array.from(logs.flat()))
    const z = [...logs.map((row) => row.map(Math.exp)), ...given]
    mu = meansOf(all, z, share)
    const off = (k) => (sum, x, i) =>
      sum + share[i] * mu.reduce((s, m, c) => s + z[i][c] * (x[k] - m[k]) ** 2, 0)
    sigma = sigma.map((_, k) => Math.max(1e-6, all.reduce(off(k), 0) / (1 + 50 * gamma)))
  }
}
const hyperparameters = {
  gamma: shape({ default: 0.02, grid: [0.002, 0.01, 0.02, 0.2], summary: 'How much support images count.' }),
  lambda: shape({ default: 0.5, grid: [0.5, 1], summary: 'How much texts count.' }),
}
const about = {
  id: 'transclip',
  name: 'TransCLIP',
  summary: 'Classified together (arXiv 2406.01837).',
  space: 'clip',
}
const alone = 'The image then moves its class means a little.'
const method = { ...about, usesTexts: true, transductive: { alone }, hyperparameters, score }
export default { name: 'shotboard-test-transclip', methods: [defineMethod(method)] }
