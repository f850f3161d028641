/**
 * An order of things in which similar ones stand next to each other: the leaves of a tree that average linkage makes from
 * similarities (symmetric, n × n, at least 0), found along chains of nearest neighbours in O(n²). Each branch is turned so that its
 * ends meet the more similar neighbour. Things without any similarity keep their order, at the end.
 */
export function orderBySimilarity(similarity: readonly (readonly number[])[]): number[] {
  const n = similarity.length
  const isLinked = (i: number) => similarity[i]?.some((value, j) => j !== i && value > 0) ?? false
  const linked = Array.from({ length: n }, (_, i) => i).filter(isLinked)
  const rest = Array.from({ length: n }, (_, i) => i).filter((i) => !isLinked(i))
  return [...leavesOf(linked, similarity), ...rest]
}

function leavesOf(members: readonly number[], similarity: readonly (readonly number[])[]): number[] {
  const between = members.map((i) => Float64Array.from(members, (j) => similarity[i]?.[j] ?? 0))
  const leaves: (number[] | undefined)[] = members.map((i) => [i])
  const chain: number[] = []
  const at = (a: number, b: number): number => between[a]?.[b] ?? 0
  for (let left = members.length; left > 1; ) {
    if (chain.length === 0) chain.push(leaves.findIndex((each) => each !== undefined))
    const top = chain.at(-1) ?? 0
    const below = chain.at(-2)
    // A tie goes to the link before, so that the chain ends.
    let nearest = below ?? -1
    for (let other = 0; other < leaves.length; other++) {
      if (other === top || !leaves[other]) continue
      if (nearest === -1 || at(top, other) > at(top, nearest)) nearest = other
    }
    if (nearest !== below) {
      chain.push(nearest)
      continue
    }
    chain.length -= 2
    const [a, b] = [leaves[top] ?? [], leaves[nearest] ?? []]
    const [mine, theirs] = between[top] && between[nearest] ? [between[top], between[nearest]] : []
    if (mine && theirs) {
      for (let k = 0; k < leaves.length; k++) {
        const mean = ((mine[k] ?? 0) * a.length + (theirs[k] ?? 0) * b.length) / (a.length + b.length)
        mine[k] = mean
        const other = between[k]
        if (other) other[top] = mean
      }
    }
    leaves[top] = joined(a, b, similarity)
    leaves[nearest] = undefined
    left--
  }
  return leaves.find((each) => each !== undefined) ?? []
}

/** Two ordered branches, each as it is or turned, so that the ends that meet are the most similar. */
function joined(a: readonly number[], b: readonly number[], similarity: readonly (readonly number[])[]) {
  const ways = [a, a.toReversed()].flatMap((x) => [b, b.toReversed()].map((y) => [x, y] as const))
  const meets = ([x, y]: readonly [readonly number[], readonly number[]]) =>
    similarity[x.at(-1) ?? 0]?.[y[0] ?? 0] ?? 0
  const best = ways.reduce((before, each) => (meets(each) > meets(before) ? each : before))
  return [...best[0], ...best[1]]
}

/** How similar classes are to a method: the mean share of each that it takes for the other. */
export function similarityOfConfusion(confusion: readonly (readonly number[])[]): number[][] {
  const sums = confusion.map((row) =>
    Math.max(
      1,
      row.reduce((sum, value) => sum + value, 0),
    ),
  )
  return confusion.map((row, i) =>
    row.map((value, j) =>
      i === j ? 0 : (value / (sums[i] ?? 1) + (confusion[j]?.[i] ?? 0) / (sums[j] ?? 1)) / 2,
    ),
  )
}
